fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap();
        match rhambda_format::format(&text) {
            Ok(out) => {
                let again = rhambda_format::format(&out).unwrap();
                if again != out { println!("NOT STABLE {path}"); std::fs::write("/tmp/one", &out).unwrap(); std::fs::write("/tmp/two", &again).unwrap(); }
                std::fs::write(format!("/tmp/fmt/{}", path.replace('/', "_")), out).unwrap();
            }
            Err(e) => println!("{path}: {e:?} {:?}", &text[e.offset..].chars().take(40).collect::<String>()),
        }
    }
}
