//! `rsa`, `ecdsa`, `ed25519`, `aes_gcm`, `hkdf`, `pbkdf2`, `scrypt`, `password` and `totp`.

use super::{error, value};
use crate::function::Function;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Runs OpenSSL in a folder.
fn openssl(folder: &Path, arguments: &str) -> bool {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("openssl runs");
    output.status.success()
}

/// Keys in every format that OpenSSL writes sign what OpenSSL verifies, and verify what OpenSSL signs.
#[test]
fn keys_and_signatures_are_those_of_openssl() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| assert!(openssl(folder.path(), arguments), "openssl {arguments}");
    std::fs::write(folder.path().join("data"), "data").unwrap();
    run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem");
    run("pkey -in rsa.pem -traditional -out rsa.pkcs1");
    run("rsa -in rsa.pem -RSAPublicKey_out -out rsa.pkcs1pub");
    run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem");
    run("ecparam -name secp384r1 -genkey -out p384.sec1");
    run("pkey -in p256.pem -traditional -out p256.sec1");
    run("pkcs8 -topk8 -nocrypt -in p384.sec1 -out p384.pem");
    run("ecparam -name secp521r1 -genkey -out p521.sec1");
    run("pkcs8 -topk8 -nocrypt -in p521.sec1 -out p521.pem");
    run("genpkey -algorithm ed25519 -out ed.pem");
    for key in ["rsa", "p256", "p384", "p521", "ed"] {
        run(&format!("pkey -in {key}.pem -pubout -out {key}.pub"));
        run(&format!("pkey -in {key}.pem -outform DER -out {key}.der"));
        run(&format!("req -x509 -key {key}.pem -subj /CN=a -days 1 -out {key}.crt"));
    }
    run("dgst -sha256 -sign rsa.pem -out rsa.sig data");
    run("dgst -sha256 -sign p256.pem -out p256.sig data");
    run("dgst -sha384 -sign p384.sec1 -out p384.sig data");
    run("dgst -sha512 -sign p521.sec1 -out p521.sig data");
    run("pkeyutl -sign -inkey ed.pem -rawin -in data -out ed.sig");
    run("dgst -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64 -sign rsa.pem -out rsa.pss data");
    let script = "fn handler(event) {
        let file = |name| fs::read_blob(event + \"/\" + name);
        let bad = [];
        for name in [\"rsa.pem\", \"rsa.pkcs1\", \"rsa.pkcs1pub\", \"rsa.pub\", \"rsa.der\", \"rsa.crt\"] {
            if !rsa::verify(\"data\", file.call(\"rsa.sig\"), file.call(name)) { bad.push(name); }
            if !rsa::verify(\"data\", file.call(\"rsa.pss\"), file.call(name), \"PS512\") { bad.push(name); }
            if rsa::verify(\"data!\", file.call(\"rsa.sig\"), file.call(name)) { bad.push(name); }
        }
        for name in [\"p256.pem\", \"p256.sec1\", \"p256.pub\", \"p256.der\", \"p256.crt\", \"p384.pem\", \"p384.sec1\", \"p384.pub\", \"p384.der\", \"p384.crt\", \"p521.pem\", \"p521.sec1\", \"p521.pub\", \"p521.der\", \"p521.crt\"] {
            let signature = file.call(name.sub_string(0, 4) + \".sig\");
            if !ecdsa::verify(\"data\", signature, file.call(name)) { bad.push(name); }
            if ecdsa::verify(\"data!\", signature, file.call(name)) { bad.push(name); }
        }
        for name in [\"ed.pem\", \"ed.pub\", \"ed.der\", \"ed.crt\"] {
            if !ed25519::verify(\"data\", file.call(\"ed.sig\"), file.call(name)) { bad.push(name); }
            if ed25519::verify(\"data!\", file.call(\"ed.sig\"), file.call(name)) { bad.push(name); }
        }
        let signed = #{};
        for name in [\"rsa.pem\", \"rsa.pkcs1\", \"rsa.der\"] { signed[name] = rsa::sign(\"data\", file.call(name)); }
        for name in [\"p256.pem\", \"p256.sec1\", \"p256.der\", \"p384.pem\", \"p384.sec1\", \"p521.pem\", \"p521.sec1\"] { signed[name] = ecdsa::sign(\"data\", file.call(name)); }
        signed[\"ed.pem\"] = ed25519::sign(\"data\", file.call(\"ed.pem\"));
        signed.bad = bad;
        let one_line = fs::read(event + \"/rsa.pem\"); one_line.replace(\"\\n\", \"\\\\n\");
        signed.one_line = rsa::verify(\"data\", file.call(\"rsa.sig\"), one_line);
        signed
    }";
    let event = serde_json::to_string(folder.path().to_str().unwrap()).unwrap();
    let outcome = Function::main(script).invoke(event);
    let signed = outcome.answer.json();
    assert_eq!(signed["bad"], serde_json::json!([]), "{}", outcome.log);
    assert_eq!(signed["one_line"], true);
    for (name, signature) in signed.as_object().unwrap().iter().filter(|(name, _)| name.contains('.')) {
        use base64::Engine as _;
        let signature = base64::prelude::BASE64_STANDARD.decode(signature.as_str().unwrap()).unwrap();
        std::fs::write(folder.path().join("made"), signature).unwrap();
        let key = name.split('.').next().unwrap();
        let hash = match key {
            "p384" => "sha384",
            "p521" => "sha512",
            _ => "sha256",
        };
        let arguments = match key {
            "ed" => "pkeyutl -verify -pubin -inkey ed.pub -rawin -in data -sigfile made".to_owned(),
            _ => format!("dgst -{hash} -verify {key}.pub -signature made data"),
        };
        assert!(openssl(folder.path(), &arguments), "{name}: openssl {arguments}");
    }
}

/// RFC 7520, section 4.3.
#[test]
fn signatures_on_p521() {
    let key = r#"#{ kty: "EC", crv: "P-521", x: "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
        y: "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1",
        d: "AAhRON2r9cqXX1hg-RoI6R1tX5p2rUAYdmpHZoC1XNM56KtscrX6zbKipQrCW9CGZH3T4ubpnoTKLDYJ_fF3_rJt" }"#;
    let signed = r#"let data = "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";
        let signature = base64::decode_blob("AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2", base64::URL_SAFE_NO_PAD);"#;
    let script = format!(
        "{signed} let key = {key}; let other = signature; other[131] = 0;
         [ecdsa::verify(data, signature, key, `raw`), ecdsa::verify(data + `!`, signature, key, `raw`), ecdsa::verify(data, other, key, `raw`),
          ecdsa::verify(data, signature, key), ecdsa::verify(data, blob(132), key, `raw`), ecdsa::verify(data, blob(), key, `raw`),
          ecdsa::verify(data, ecdsa::sign(data, key), key), ecdsa::verify(data, ecdsa::sign(data, key, `raw`), key, `raw`),
          jwt::verify(jwt::sign(#{{ sub: `ada` }}, #{{ key: key }}), #{{ key: key, algorithms: [`ES512`] }}).sub]"
    );
    assert_eq!(value(&script), "[true,false,false,false,false,false,true,true,\"ada\"]");
    for (change, problem) in [
        ("key.d = key.x", "the private key does not belong to the public key in it"),
        ("key.d = \"A\".repeat(88)", "the private key does not belong to the public key in it"),
        ("key.d = \"AA\"", "the private key has 1 bytes, not 66"),
        ("key.alg = \"ES384\"", "the key is not of the kind that its algorithm ES384 requires"),
    ] {
        let error = error(&format!("let key = {key}; {change}; ecdsa::sign(`data`, key)"));
        assert!(error.starts_with("KeyError: ") && error.ends_with(problem), "{change}: {error}");
    }
    let public = "let key = #{ kty: `EC`, crv: `P-521`, x: `A`.repeat(88), y: `A`.repeat(88) };";
    assert_eq!(value(&format!("{public} ecdsa::verify(`data`, blob(132, 1), key, `raw`)")), "false");
}

/// RFC 5869 (test case 1), RFC 7914 (sections 11 and 12) and RFC 6238 (appendix B).
#[test]
fn published_examples() {
    for (call, expected) in [
        (
            "hex::encode(hkdf::derive(blob(22, 11), #{ salt: hex::decode_blob(\"000102030405060708090a0b0c\"), info: hex::decode_blob(\"f0f1f2f3f4f5f6f7f8f9\"), length: 42 }))",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            "hex::encode(pbkdf2::derive(\"Password\", \"NaCl\", #{ iterations: 80000, length: 64 }))",
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
        ),
        (
            "hex::encode(scrypt::derive(\"password\", \"NaCl\", #{ n: 1024, r: 8, p: 16, length: 64 }))",
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
        ),
        (
            "hex::encode(scrypt::derive(\"pleaseletmein\", \"SodiumChloride\", #{ n: 16384, r: 8, p: 1, length: 64 }))",
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
        ),
    ] {
        assert_eq!(value(call), format!("\"{expected}\""), "{call}");
    }
    for (time, sha1, sha256, sha512) in [
        (59_i64, "94287082", "46119246", "90693936"),
        (1_111_111_109, "07081804", "68084774", "25091201"),
        (1_234_567_890, "89005924", "91819424", "93441116"),
        (20_000_000_000, "65353130", "77737706", "47863826"),
    ] {
        let code = |algorithm: &str, secret: &str| {
            value(&format!(
                "totp::code(\"{secret}\", #{{ time: {time}, digits: 8, algorithm: \"{algorithm}\" }})"
            ))
        };
        let twenty = "GEZDGNBVGY3TQOJQ".repeat(2);
        assert_eq!(code("SHA1", &twenty), format!("\"{sha1}\""));
        assert_eq!(code("SHA256", &format!("{}GEZA", "GEZDGNBVGY3TQOJQ".repeat(3))), format!("\"{sha256}\""));
        assert_eq!(
            code("SHA512", &format!("{}GEZDGNA", "GEZDGNBVGY3TQOJQ".repeat(6))),
            format!("\"{sha512}\"")
        );
    }
}

#[test]
fn encryption_is_authenticated() {
    // NIST's test case 16 for AES-256-GCM, of which nonce, ciphertext and tag are added.
    let data = "cafebabefacedbaddecaf888522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b";
    let key = "hex::decode_blob(\"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308\")";
    let aad = "#{ aad: hex::decode_blob(\"feedfacedeadbeeffeedfacedeadbeefabaddad2\") }";
    assert_eq!(
        value(&format!("hex::encode(aes_gcm::decrypt_blob(hex::decode_blob(\"{data}\"), {key}, {aad}))")),
        "\"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39\""
    );
    let all_bits = "let key = random::bytes(16); let made = aes_gcm::encrypt(\"hi\", key); let wrong = 0;
        for i in 0..made.len { let bad = made; bad[i] = bad[i] ^ 1; try { aes_gcm::decrypt_blob(bad, key); } catch (e) { if e.type == \"DecryptionError\" { wrong += 1; } } }
        [made.len, wrong, aes_gcm::encrypt(\"hi\", key) == made]";
    assert_eq!(value(all_bits), "[30,30,false]");
    for data in ["blob()", "blob(27)"] {
        assert!(error(&format!("aes_gcm::decrypt({data}, blob(32))"))
            .starts_with("DecryptionError: the data has"));
    }
    assert!(
        error("aes_gcm::encrypt(\"\", blob(24))").contains("a blob of 16 or 32 bytes, not one of 24 bytes")
    );
    assert!(error("let k = blob(32); aes_gcm::decrypt(aes_gcm::encrypt(blob(1, 255), k), k)")
        .contains("aes_gcm::decrypt_blob"));
}

#[test]
fn passwords_are_verified() {
    assert_eq!(
        value("let h = password::hash(\"correct\"); [password::verify(\"correct\", h), password::verify(\"wrong\", h), h != password::hash(\"correct\"), h.len]"),
        "[true,false,true,88]"
    );
    // Made by Python: hashlib.pbkdf2_hmac("sha256", b"pw", b"saltsalt", 1000).
    assert_eq!(
        value(
            "let hash = \"$pbkdf2-sha256$i=1000$c2FsdHNhbHQ$A+Pkljr7A4W/zbzUWSStAfjTCX2GWVTHwva2WigH9ow\";
            [password::verify(\"pw\", hash), password::verify(\"px\", hash)]"
        ),
        "[true,false]"
    );
    for hash in [
        "",
        "$",
        "$$$$",
        "$2b$12$abcdefghijklmnopqrstuu",
        "$scrypt$ln=10,r=8$AAAA$AAAAAAAAAAAAAAAA",
        "$scrypt$ln=0,r=8,p=1$AAAA$AAAAAAAAAAAAAAAA",
        "$scrypt$ln=10,r=8,p=1$AAAA$AA",
        "$pbkdf2-sha256$i=-1$AAAA$AAAAAAAAAAAAAAAA",
        "$pbkdf2-sha256$i=1$A*$AAAAAAAAAAAAAAAA",
    ] {
        let error = error(&format!("password::verify(\"a\", \"{hash}\")"));
        assert!(error.starts_with("PasswordError: "), "{hash}: {error}");
    }
    for parameters in [
        "ln=63,r=8,p=1",
        "ln=64,r=1,p=1",
        "ln=4294967295,r=1,p=1",
        "ln=1,r=4294967295,p=4294967295",
        "ln=19,r=8,p=1",
    ] {
        let error =
            error(&format!("password::verify(\"a\", \"$scrypt${parameters}$AAAA$AAAAAAAAAAAAAAAAAAAA\")"));
        assert!(error.starts_with("ScryptError: these parameters need "), "{parameters}: {error}");
    }
}

#[test]
fn the_deadline_ends_long_derivations() {
    use fake_runtime_api::{FakeRuntimeApi, Invocation};
    for body in [
        "pbkdf2::derive(\"a\", \"b\", #{ iterations: 4000000000 })",
        "scrypt::derive(\"a\", \"b\", #{ n: 16384, r: 8, p: 1000 })",
        "password::verify(\"a\", \"$pbkdf2-sha512$i=4294967295$AAAA$AAAAAAAAAAAAAAAAAAAA\")",
    ] {
        let limit = std::time::Duration::from_millis(300);
        let api = FakeRuntimeApi::new().invocation(Invocation::new("{}").deadline_in(limit)).start();
        let start = Instant::now();
        let _process = Function::main(&format!("fn handler(event) {{ {body} }}")).start(&api);
        let answer = api.wait_for_answers(1).remove(0);
        assert_eq!(answer.json()["errorType"], "Runtime.Timeout", "{body}: {}", answer.text());
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{body}: {:?}", start.elapsed());
    }
}

#[test]
fn codes_are_checked_within_their_window() {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (time, window, expected) in [
        (29, 1, true),
        (89, 1, true),
        (90, 1, false),
        (90, 2, true),
        (59, 0, true),
        (60, 0, false),
        (0, 1, true),
    ] {
        let call = format!(
            "totp::verify(\"94287082\", \"{secret}\", #{{ digits: 8, time: {time}, window: {window} }})"
        );
        assert_eq!(value(&call), expected.to_string(), "{call}");
    }
    assert_eq!(value(&format!("[totp::verify(\"\", \"{secret}\"), totp::verify(\"9428708２\", \"{secret}\"), totp::secret() != totp::secret()]")), "[false,false,true]");
    assert!(error("totp::code(\"\")").starts_with("KeyError"));
    assert!(error(&format!("totp::code(\"{secret}\", #{{ digits: 5 }})"))
        .contains("an integer from 6 to 8, not 5"));
    assert!(error(&format!("totp::code(\"{secret}\", #{{ period: 0 }})")).contains("from 1 to 86400"));
    assert!(error(&format!("totp::code(\"{secret}\", #{{ time: -1 }})"))
        .contains("the seconds since 1970, not -1"));
}
