//! The events that the functions echo.

/// An event of about this many bytes; from 1000 on, a list of orders as a
/// shop's API would send them. The same size gives the same event.
pub(crate) fn event(size: usize) -> String {
    if size < 1000 {
        return small(size);
    }
    let mut text = String::from(r#"{"source":"shop.orders","version":3,"items":["#);
    let mut number: u64 = 1;
    while text.len() + 2 < size {
        if number > 1 {
            text.push(',');
        }
        text.push_str(&order(number));
        number += 1;
    }
    text.push_str("]}");
    text
}

/// Exactly `size` bytes, of which some are padding.
fn small(size: usize) -> String {
    let start = r#"{"name":"Ada","id":1815,"score":9.75,"tags":["a","b"],"pad":""#;
    let padding = "x".repeat(size.saturating_sub(start.len() + 2));
    format!("{start}{padding}\"}}")
}

fn order(number: u64) -> String {
    // Some spread, without a random number generator.
    let spread = number.wrapping_mul(2_654_435_761) % 1_000_003;
    let active = spread.is_multiple_of(3);
    let (street, zip, row) = (spread % 200 + 1, spread % 90_000 + 10_000, number % 7);
    let (euros, cents, quantity) = (spread % 1000, spread % 90 + 10, spread % 12 + 1);
    let address = format!(
        r#"{{"street":"Main Street {street}","city":"Zürich","zip":"{zip}","at":[47.{street},8.{zip}]}}"#
    );
    let tags = format!(r#"["new","row-{row}"]"#);
    let head = format!(r#""id":{number},"name":"Customer {spread}","price":{euros}.{cents}5"#);
    format!(
        r#"{{{head},"quantity":{quantity},"active":{active},"note":null,"tags":{tags},"address":{address}}}"#
    )
}
