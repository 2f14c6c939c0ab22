//! The events of the handlers in `benches/scripts`. Every run makes the same ones.

use std::iter;

use serde_json::{json, Value};

use crate::events::event;

const COUNTRIES: [&str; 4] = ["CH", "DE", "FR", "US"];
const LEVELS: [&str; 3] = ["gold", "silver", "none"];
const METHODS: [&str; 4] = ["GET", "GET", "POST", "PUT"];
const NAMES: [&str; 6] = ["Ada", "Grace", "Edsger", "Barbara", "Donald", "Zoë"];
const PRODUCTS: [&str; 8] = ["tea", "coffee", "cocoa", "sugar", "salt", "rice", "flour", "oil"];
const REGIONS: [&str; 5] = ["north", "south", "east", "west", "overseas"];
const TITLES: [&str; 12] = [
    "Grüße",
    "aus",
    "Zürich",
    "Crème",
    "brûlée",
    "für",
    "Señor",
    "Łukasz",
    "Smørrebrød",
    "på",
    "Αθήνα",
    "2024",
];
const RESOURCES: [&str; 5] = ["users", "orders", "items", "carts", "invoices"];

/// The name of each script with its event.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("fib", json!({ "n": 25 })),
        ("loop", json!({ "n": 200_000 })),
        ("sieve", json!({ "n": 100_000 })),
        ("matmul", json!({ "n": 50 })),
        ("maps", json!({ "n": 20_000 })),
        ("sort", json!({ "n": 20_000 })),
        ("words", words()),
        ("chars", chars()),
        ("tokens", tokens()),
        ("slug", slug()),
        ("dates", dates()),
        ("price", price()),
        ("group", group()),
        ("walk", walk()),
        ("dijkstra", dijkstra()),
        ("closures", closures()),
        ("template", template()),
        ("html", html()),
        ("router", router()),
        ("sqs", sqs()),
        ("json1m", orders()),
    ]
}

/// Pseudo-random numbers: `SplitMix64`, always with the same seed.
struct Random(u64);

impl Random {
    const fn new() -> Self {
        Self(7)
    }

    /// A number from 0 to `limit` - 1.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// A number from `from` to `to`.
    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let last = choices.len() as u64;
        usize::try_from(self.below(last)).map_or("", |index| choices[index])
    }

    fn letter(&mut self) -> char {
        u8::try_from(self.below(26)).map_or('a', |number| char::from(b'a' + number))
    }

    /// A price from 1 to 100 with two digits after the point.
    fn price(&mut self) -> f64 {
        let cents = u32::try_from(self.between(100, 9999)).unwrap_or_default();
        f64::from(cents) / 100.0
    }
}

/// A text of 20,000 words, in which some are much more frequent than others.
fn words() -> Value {
    let mut random = Random::new();
    let vocabulary: Vec<String> = (0..2000).map(|_| word(&mut random)).collect();
    let mut text = Vec::new();
    for _ in 0..20_000 {
        let range = random.between(1, 2000);
        let index = usize::try_from(random.below(range)).unwrap_or_default();
        text.push(vocabulary[index].as_str());
    }
    json!({ "text": text.join(" ") })
}

fn word(random: &mut Random) -> String {
    let length = random.between(1, 9);
    let first = random.letter().to_ascii_uppercase();
    iter::once(first).chain((1..length).map(|_| random.letter())).collect()
}

/// CSV with quoted cells.
fn chars() -> Value {
    let line = |number: usize| {
        let padding = "x".repeat(number % 20);
        format!("{number},\"name, {number}\",{padding},{}.5,\"Zürich\"\n", number * 7)
    };
    json!({ "text": (0..1500).map(line).collect::<String>() })
}

/// Titles, most of which have letters beyond ASCII, and what these become.
fn slug() -> Value {
    let mut random = Random::new();
    let mut title = |number: usize| {
        let words: Vec<&str> = (0..random.between(4, 12)).map(|_| random.pick(&TITLES)).collect();
        format!("{} – {number}", words.join(" "))
    };
    let titles: Vec<String> = (0..1000).map(&mut title).collect();
    let letters = json!({ "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "ç": "c", "ñ": "n", "ø": "o",
        "å": "a", "ł": "l", "α": "a", "θ": "th", "ή": "i", "ν": "n" });
    json!({ "titles": titles, "letters": letters })
}

fn tokens() -> Value {
    let mut random = Random::new();
    let expressions: Vec<String> = (0..500).map(|_| expression(&mut random, true)).collect();
    json!({ "expressions": expressions })
}

/// A sum of products, some of whose factors are sums in parentheses.
fn expression(random: &mut Random, is_nested: bool) -> String {
    let mut text = factor(random, is_nested);
    for _ in 0..random.between(2, 5) {
        let operator = random.pick(&["+", "-"]);
        text = format!("{text} {operator} {} * {}", factor(random, is_nested), factor(random, false));
    }
    text
}

fn factor(random: &mut Random, is_nested: bool) -> String {
    if is_nested && random.below(4) == 0 {
        format!("({})", expression(random, false))
    } else {
        random.below(1000).to_string()
    }
}

/// Dates, some of which are invalid.
fn dates() -> Value {
    let mut random = Random::new();
    let mut date = |number: u64| {
        let (year, month, day) = (random.between(1900, 2100), random.between(1, 13), random.between(0, 31));
        if number.is_multiple_of(20) {
            format!("{day}/{month}/{year}")
        } else {
            format!("{year}-{month:02}-{day:02}")
        }
    };
    json!({ "dates": (0..5000).map(&mut date).collect::<Vec<_>>() })
}

fn price() -> Value {
    let mut random = Random::new();
    let mut customer =
        |id: u64| json!({ "id": id, "level": random.pick(&LEVELS), "country": random.pick(&COUNTRIES) });
    let customers: Vec<Value> = (0..200).map(&mut customer).collect();
    let mut item = |id: u64| {
        json!({
            "sku": format!("SKU{id:04}"),
            "price": random.price(),
            "quantity": random.between(1, 20),
            "weight": random.price() / 10.0,
        })
    };
    let items: Vec<Value> = (0..100).map(&mut item).collect();
    json!({ "customers": customers, "items": items })
}

fn group() -> Value {
    let mut random = Random::new();
    let mut sale = |id: u64| {
        json!({
            "id": id,
            "region": random.pick(&REGIONS),
            "product": random.pick(&PRODUCTS),
            "amount": random.between(1, 50_000),
        })
    };
    json!({ "sales": (0..5000).map(&mut sale).collect::<Vec<_>>() })
}

/// Documents of arrays and objects within each other.
fn walk() -> Value {
    let mut random = Random::new();
    let orders: Vec<Value> = (0..500).map(|number| order(&mut random, number)).collect();
    json!({ "document": { "version": 3, "pages": orders.chunks(50).collect::<Vec<_>>() } })
}

/// A network of 1,000 places, with five roads from each.
fn dijkstra() -> Value {
    let mut random = Random::new();
    let name = |place: u64| format!("place {place}");
    let mut roads = |place: u64| {
        let mut to = vec![(place + 1) % 1000];
        to.extend((0..4).map(|_| random.below(1000)));
        let roads: Vec<Value> =
            to.into_iter().map(|to| json!({ "to": name(to), "length": random.between(1, 500) })).collect();
        (name(place), roads.into())
    };
    let roads: serde_json::Map<String, Value> = (0..1000).map(&mut roads).collect();
    json!({ "from": name(0), "roads": roads })
}

fn closures() -> Value {
    let mut random = Random::new();
    let mut person = |id: u64| {
        json!({
            "id": id,
            "name": random.pick(&NAMES),
            "age": random.between(10, 80),
            "active": random.below(3) > 0,
            "salary": random.price() * 1000.0,
        })
    };
    json!({ "raise": 1.03, "people": (0..5000).map(&mut person).collect::<Vec<_>>() })
}

fn template() -> Value {
    let mut random = Random::new();
    let mut line = |_| {
        json!({
            "article": random.pick(&PRODUCTS),
            "quantity": random.between(1, 9),
            "cents": random.between(100, 99_999),
        })
    };
    let mut recipient = |number: u64| {
        json!({
            "title": if number.is_multiple_of(3) { "Dr." } else { "" },
            "name": format!("Customer {number}"),
            "email": format!("customer{number}@example.com"),
            "order": format!("o-{number:06}"),
            "lines": (0..=number % 6).map(&mut line).collect::<Vec<_>>(),
            "note": if number.is_multiple_of(4) { json!("please hurry") } else { Value::Null },
        })
    };
    json!({ "recipients": (0..1000).map(&mut recipient).collect::<Vec<_>>() })
}

fn html() -> Value {
    let mut random = Random::new();
    let mut row = |number: u64| {
        json!({
            "id": number,
            "name": format!("Customer & Sons <{number}>"),
            "price": price_with_fraction(&mut random),
            "tags": (0..number % 4).map(|tag| format!("tag{tag}")).collect::<Vec<_>>(),
        })
    };
    json!({ "rows": (0..1000).map(&mut row).collect::<Vec<_>>() })
}

/// A price that all languages write alike: it is never a whole number.
fn price_with_fraction(random: &mut Random) -> f64 {
    random.price() + 0.001
}

fn router() -> Value {
    let mut random = Random::new();
    let routes: Vec<String> = RESOURCES.iter().flat_map(|resource| routes(resource)).collect();
    let mut request = |number: u64| {
        let resource = random.pick(&RESOURCES);
        let path = match random.below(4) {
            0 => format!("/{resource}"),
            1 => format!("/{resource}/{}", number * 37),
            2 => format!("/{resource}/{number}/history/{}", number % 9),
            _ => format!("/nothing/{number}"),
        };
        json!({ "method": random.pick(&METHODS), "path": path })
    };
    json!({ "routes": routes, "requests": (0..2000).map(&mut request).collect::<Vec<_>>() })
}

fn routes(resource: &str) -> [String; 5] {
    [
        format!("GET /{resource}"),
        format!("POST /{resource}"),
        format!("GET /{resource}/:id"),
        format!("PUT /{resource}/:id"),
        format!("GET /{resource}/:id/history/:page"),
    ]
}

/// A batch of SQS messages, some of whose orders are invalid.
fn sqs() -> Value {
    let mut random = Random::new();
    let mut record = |number: u64| {
        json!({
            "messageId": format!("m-{number:08}"),
            "receiptHandle": format!("AQEB{}", "x".repeat(60)),
            "body": order(&mut random, number).to_string(),
            "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1692714919000" },
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders",
            "awsRegion": "eu-central-1",
        })
    };
    json!({ "Records": (0..1000).map(&mut record).collect::<Vec<_>>() })
}

fn order(random: &mut Random, number: u64) -> Value {
    let email =
        if number.is_multiple_of(50) { "nobody".to_owned() } else { format!("c{number}@example.com") };
    let least = u64::from(number % 20 != 3);
    let count = number % 5 + u64::from(!number.is_multiple_of(33));
    let mut item = |sku: u64| {
        let price = price_with_fraction(random);
        json!({ "sku": format!("SKU{sku}"), "quantity": random.between(least, 9), "price": price })
    };
    let items: Vec<Value> = (0..count).map(&mut item).collect();
    json!({
        "id": format!("o-{number}"),
        "customer": format!("Customer-{}", random.between(1, 60)),
        "email": email,
        "items": items,
        "createdAt": "2026-08-22T17:15:19Z",
        "note": null,
    })
}

/// The orders of 1 MB that the echo functions receive, too.
fn orders() -> Value {
    serde_json::from_str(&event(1_000_000)).unwrap_or_default()
}
