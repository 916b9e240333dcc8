//! 100,000 random documents: our writer against serde_jcs wherever that is right, and our reader against our writer.
#![expect(
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "a seeded test"
)]

use execert::canon::{Object, Value, parse, to_jcs};
use execert::digest::sha256;
use execert::limits::Limits;

/// A stream of numbers that is the same in every run: SHA-256 of a counter.
struct Draw {
    count: u64,
    waiting: Vec<u64>,
}

impl Draw {
    fn next(&mut self, below: u64) -> u64 {
        if self.waiting.is_empty() {
            self.count += 1;
            let block = sha256(&[b"documents", &self.count.to_be_bytes()]);
            self.waiting = block
                .as_chunks::<8>()
                .0
                .iter()
                .map(|word| u64::from_be_bytes(*word))
                .collect();
        }
        self.waiting.pop().unwrap() % below
    }

    fn text(&mut self) -> String {
        let length = self.next(12);
        let letters = [
            'a', 'Z', '0', '"', '\\', '/', '\n', '\t', '\u{0}', '\u{1f}', '\u{7f}', 'é', '\u{e000}', '😀', '\u{2028}',
            '~',
        ];
        (0..length)
            .map(|_| letters[usize::try_from(self.next(letters.len() as u64)).unwrap()])
            .collect()
    }

    fn number(&mut self) -> f64 {
        match self.next(5) {
            0 => self.next(100) as f64,
            1 => -(self.next(1 << 53) as f64),
            2 => self.next(1_000_000) as f64 / 1_000.0,
            3 => {
                [5e-324, 1e21, 1e-7, 0.1, 1.005, -0.0, 9_007_199_254_740_994.0][usize::try_from(self.next(7)).unwrap()]
            }
            _ => {
                let number = f64::from_bits(self.next(u64::MAX));
                if number.is_finite() { number } else { 0.0 }
            }
        }
    }

    fn value(&mut self, depth: u32) -> Value {
        match self.next(if depth == 0 { 5 } else { 8 }) {
            0 => Value::Null,
            1 => Value::Bool(self.next(2) == 0),
            2 | 3 => Value::number(self.number()).unwrap(),
            4 => Value::from(self.text()),
            5 => Value::Array((0..self.next(5)).map(|_| self.value(depth - 1)).collect()),
            _ => {
                let mut object = Object::new();
                for _ in 0..self.next(6) {
                    object.insert(self.text(), self.value(depth - 1));
                }
                Value::Object(object)
            }
        }
    }
}

/// The same document for serde: integers as integers, so that serde_jcs does not see doubles that it writes another way.
fn serde(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => (*number).into(),
        Value::String(text) => text.clone().into(),
        Value::Array(items) => items.iter().map(serde).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(name, item)| (name.to_owned(), serde(item)))
            .collect(),
    }
}

#[test]
fn random_documents() {
    let mut draw = Draw {
        count: 0,
        waiting: Vec::new(),
    };
    for count in 0..100_000 {
        let value = draw.value(4);
        let ours = to_jcs(&value);
        assert_eq!(ours, serde_jcs::to_vec(&serde(&value)).unwrap(), "document {count}");
        let read = parse(&ours, &Limits::DOCUMENT).unwrap_or_else(|error| panic!("document {count}: {error}"));
        assert_eq!(read, value, "document {count}");
        assert_eq!(to_jcs(&read), ours, "document {count}");
    }
    println!("random documents: 100000, equal to serde_jcs, read back the same");
}
