//! A reader who has everything but the withheld values guesses them (T17); openings that do not belong (T18).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test may"
)]

#[path = "support/dice.rs"]
mod dice;

use std::collections::HashSet;

use dice::Dice;

use execert::canon::{Object, Value, to_jcs};
use execert::content::{Form, Open, Tree, commit, redact};
use execert::digest::sha256;
use execert::object;

type Hash = [u8; 32];

const DOMAIN: &[u8] = b"execert/content/v1\0";

fn h(letter: &[u8], parts: &[&[u8]]) -> Hash {
    sha256(&[&[DOMAIN, letter], parts].concat())
}

/// What a reader of a redacted record holds: hashes, seeds of what is shown, and everything that follows from them.
struct Reader {
    public: HashSet<Hash>,
    salts: Vec<Hash>,
}

impl Reader {
    fn of(open: &Open, root: Hash) -> Reader {
        let chunks = |bytes: &[u8]| -> Vec<Hash> { bytes.chunks(32).map(|one| one.try_into().unwrap()).collect() };
        let (hashes, seeds) = (chunks(&open.hashes), chunks(&open.seeds));
        let mut salts: Vec<Hash> = vec![[0; 32], root];
        salts.extend(&hashes);
        // Seeds downwards from those that are open: none of them may be that of a hidden place.
        let mut below = seeds;
        for _ in 0..1 {
            let next = below
                .iter()
                .flat_map(|seed| [h(b"L", &[seed]), h(b"R", &[seed])])
                .collect();
            salts.extend(std::mem::replace(&mut below, next));
        }
        salts.extend(below);
        let public = hashes.into_iter().chain([root]).collect();
        Reader { public, salts }
    }

    /// Every digest that somebody might have made of a value, against everything that is public.
    fn hits(&self, guess: &Value, member: &str) -> bool {
        let (text, plain) = (to_jcs(guess), guess.as_str().map(str::as_bytes).unwrap_or_default());
        let mut seen = vec![sha256(&[&text]), sha256(&[plain]), h(b"s", &[&text]), h(b"S", &[&text])];
        for salt in &self.salts {
            let leaf = h(b"s", &[&h(b"S", &[salt]), &text]);
            let length = u64::try_from(member.len()).unwrap().to_be_bytes();
            seen.extend([
                leaf,
                h(b"s", &[salt, &text]),
                sha256(&[salt, &text]),
                sha256(&[&text, salt]),
                h(b"i", &[&length, member.as_bytes(), &leaf]),
            ]);
        }
        seen.iter().any(|digest| self.public.contains(digest))
    }
}

fn content() -> Value {
    object! { "input": object! {
        "approved": true, "amount": Value::count(90_017), "mail": "user-4711@example.org", "order": "o-9", "shown": "yes",
    } }
    .into()
}

fn guesses() -> u64 {
    let given = std::env::var("EXECERT_GUESSES")
        .ok()
        .and_then(|number| number.parse().ok());
    given.unwrap_or(if std::env::var_os("EXECERT_DEEP").is_some() {
        1_000_000
    } else {
        10_000
    })
}

/// The true value is among the guesses of each field; nothing that is public tells which one it is.
#[test]
fn withheld_values_are_not_guessed() {
    let (content, seed) = (content(), sha256(&[b"a seed that stays with the owner"]));
    let places = ["/input/approved", "/input/amount", "/input/mail"].map(str::to_owned);
    let root = commit(&content, &seed);
    let (shown, open) = redact(&content, &Form::Whole(seed), &places).unwrap();
    assert_eq!(open.hidden.len(), 3);
    assert!(shown.pointer("/input/shown").is_some());
    let reader = Reader::of(&open, root);
    let many = guesses();
    for (at, field) in ["approved", "amount", "mail"].into_iter().enumerate() {
        let truth = content.pointer(&places[at]).unwrap();
        let mut tried = 0;
        for number in 0..many {
            let number = (number + 85_000) % (many + 85_000);
            let guess = match field {
                "approved" => [
                    Value::from(true),
                    Value::from(false),
                    Value::Null,
                    Value::from("true"),
                    Value::count(1),
                ][usize::try_from(number % 5).unwrap()]
                .clone(),
                "amount" => Value::count(number),
                _ => Value::from(format!("user-{}@example.org", number % 10_000)),
            };
            tried += u64::from(guess == *truth);
            assert!(
                !reader.hits(&guess, field),
                "{field}: {guess:?} was told from what is public"
            );
        }
        assert!(tried > 0, "{field}: the true value was among the guesses");
        println!("{field}: {many} guesses, 0 hits");
    }
    // The attack works where it should: with the owner's seed of a place in hand, the first true guess hits.
    let all = [
        "/input/approved",
        "/input/amount",
        "/input/mail",
        "/input/order",
        "/input/shown",
    ]
    .map(str::to_owned);
    let (_, hidden) = redact(&content, &Form::Whole(seed), &all).unwrap();
    let mut owner = Reader::of(&hidden, root);
    let mut path = vec![seed];
    for _ in 0..4 {
        path = path
            .iter()
            .flat_map(|one| [*one, h(b"L", &[one]), h(b"R", &[one])])
            .collect();
    }
    owner.salts.extend(path);
    for (at, field) in ["approved", "amount", "mail"].into_iter().enumerate() {
        assert!(owner.hits(content.pointer(&places[at]).unwrap(), field), "{field}");
    }
}

fn document(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth < 4 { 8 } else { 5 }) {
        0 => Value::Null,
        1 => Value::from(dice.below(2) == 0),
        2 => Value::count(u64::try_from(dice.below(100_000)).unwrap()),
        3 => Value::from(format!("text {}", dice.below(1_000))),
        4 => Value::Array(Vec::new()),
        5 => (0..=dice.below(4))
            .map(|_| document(dice, depth + 1))
            .collect::<Vec<_>>()
            .into(),
        _ => {
            let mut object = Object::new();
            for number in 0..=dice.below(5) {
                object.insert(format!("m{number}/~{}", dice.below(9)), document(dice, depth + 1));
            }
            object.into()
        }
    }
}

fn pointers(value: &Value, path: &str, out: &mut Vec<String>) {
    let mut below = |name: &str, value: &Value| {
        let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        out.push(path.clone());
        pointers(value, &path, out);
    };
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| below(&at.to_string(), item)),
        Value::Object(object) => object.iter().for_each(|(name, value)| below(name, value)),
        _ => {}
    }
}

fn at<'v>(value: &'v mut Value, pointer: &str) -> &'v mut Value {
    pointer.split('/').skip(1).fold(value, |value, step| match value {
        Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
        other => {
            let name = step.replace("~1", "/").replace("~0", "~");
            other.as_object_mut().unwrap().get_mut(&name).unwrap()
        }
    })
}

/// T18, P5: any redaction keeps the root; any opening of another document, place or seed fails.
#[test]
fn openings_that_do_not_belong_fail() {
    let seed = std::env::var("EXECERT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(18);
    let mut dice = Dice(seed);
    let (mut redacted, mut wrong) = (0, 0);
    while redacted < 3_000 {
        let content: Value =
            object! { "input": document(&mut dice, 0), "output": document(&mut dice, 0), "text": "kept" }.into();
        let salt = sha256(&[&redacted.to_string().into_bytes()]);
        let root = commit(&content, &salt);
        let mut all = Vec::new();
        pointers(&content, "", &mut all);
        let hide: Vec<String> = (0..=dice.below(3))
            .map(|_| all[dice.below(all.len())].clone())
            .collect();
        let (kept, open) = redact(&content, &Form::Whole(salt), &hide).unwrap();
        let holds =
            |kept: &Value, open: Open| Tree::of(kept, &Form::Redacted(open)).is_ok_and(|tree| tree.root() == root);
        assert!(holds(&kept, open.clone()), "seed {seed}, document {redacted}: {hide:?}");
        redacted += 1;
        // One bit of the seed of a whole document.
        let mut other = salt;
        other[dice.below(32)] ^= 1 << dice.below(8);
        assert_ne!(commit(&content, &other), root);
        let mut openings: Vec<Open> = Vec::new();
        for (list, pick) in [(open.hashes.len(), 0), (open.seeds.len(), 1)] {
            if list > 0 {
                for change in 0..3 {
                    let mut one = open.clone();
                    let bytes = if pick == 0 { &mut one.hashes } else { &mut one.seeds };
                    match change {
                        0 => bytes[dice.below(list)] ^= 1 << dice.below(8),
                        1 => bytes.truncate(list - 32),
                        _ => bytes.extend([7; 32]),
                    }
                    openings.push(one);
                }
            }
        }
        let place = dice.below(open.hidden.len());
        let mut fewer = open.clone();
        fewer.hidden.remove(place);
        let mut twice = open.clone();
        twice.hidden.insert(place, open.hidden[place].clone());
        let mut elsewhere = open.clone();
        elsewhere.hidden[place] = "/text".to_owned();
        openings.extend([fewer, twice, elsewhere]);
        for one in openings {
            wrong += 1;
            assert!(
                one == open || !holds(&kept, one.clone()),
                "seed {seed}, document {redacted}: {one:?}"
            );
        }
        // A value in a hidden place, and another value in one that is shown.
        let mut filled = kept.clone();
        *at(&mut filled, &open.hidden[place]) = Value::from("filled");
        let mut changed = kept.clone();
        *at(&mut changed, "/text") = Value::from("changed");
        for one in [filled, changed] {
            wrong += 1;
            assert!(
                one == kept || !holds(&one, open.clone()),
                "seed {seed}, document {redacted}"
            );
        }
    }
    println!("{redacted} documents, {wrong} wrong openings");
}
