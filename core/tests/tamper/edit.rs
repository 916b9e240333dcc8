//! Lines taken apart, so that every value in them can be changed, and put together again.

use execert::canon::{Value, parse, to_jcs};
use execert::digest::{b64, unb64};
use execert::limits::Limits;

/// Where a value stands: the names and positions on the way to it.
pub(crate) type Path = Vec<String>;

/// A line with each payload as the JSON that it holds.
pub(crate) fn apart(line: &[u8]) -> Value {
    let mut value = parse(line, &Limits::LINE).unwrap();
    each_payload(&mut value, &|payload| match payload {
        Value::String(text) => parse(&unb64(text).unwrap(), &Limits::DOCUMENT).unwrap(),
        other => other.clone(),
    });
    value
}

/// The line again; payloads are canonical, whatever stands in them.
pub(crate) fn together(value: &Value) -> Vec<u8> {
    let mut value = value.clone();
    each_payload(&mut value, &|payload| b64(&to_jcs(payload)).into());
    to_jcs(&value)
}

fn each_payload(line: &mut Value, change: &dyn Fn(&Value) -> Value) {
    let Some(object) = line.as_object_mut() else { return };
    if let Some(payload) = object.get_mut("payload") {
        *payload = change(payload);
    }
    if let Some(envelope) = object.get_mut("envelope") {
        each_payload(envelope, change);
    }
}

/// Every value in a line with its place, the line itself first.
pub(crate) fn places(value: &Value) -> Vec<(Path, Value)> {
    let mut found = Vec::new();
    walk(value, &mut Vec::new(), &mut found);
    found
}

fn walk(value: &Value, path: &mut Path, found: &mut Vec<(Path, Value)>) {
    found.push((path.clone(), value.clone()));
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, value)| (n.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (name, value) in below {
        path.push(name);
        walk(value, path, found);
        path.pop();
    }
}

/// The value at a place.
pub(crate) fn at<'a>(value: &'a mut Value, path: &[String]) -> &'a mut Value {
    let Some((first, rest)) = path.split_first() else {
        return value;
    };
    match value {
        Value::Object(members) => at(members.get_mut(first).unwrap(), rest),
        Value::Array(items) => at(&mut items[first.parse::<usize>().unwrap()], rest),
        _ => panic!("nothing is below a leaf"),
    }
}

/// The value without what stands at the place.
pub(crate) fn without(value: &Value, path: &[String]) -> Value {
    let mut value = value.clone();
    let (last, above) = path.split_last().unwrap();
    match at(&mut value, above) {
        Value::Object(members) => drop(members.remove(last)),
        Value::Array(items) => drop(items.remove(last.parse().unwrap())),
        _ => panic!("nothing is below a leaf"),
    }
    value
}

/// The value with another one at the place.
pub(crate) fn with(value: &Value, path: &[String], new: Value) -> Value {
    let mut value = value.clone();
    *at(&mut value, path) = new;
    value
}

/// The value with one more member or element in the container at the place.
pub(crate) fn grown(value: &Value, path: &[String]) -> Value {
    let mut value = value.clone();
    match at(&mut value, path) {
        Value::Object(members) => drop(members.insert("zz", 0)),
        Value::Array(items) => items.push(items.last().cloned().unwrap_or(Value::Null)),
        _ => panic!("a leaf does not grow"),
    }
    value
}

/// Another leaf of the same form, as far as one letter can keep it.
pub(crate) fn other(leaf: &Value) -> Value {
    match leaf {
        Value::Null => false.into(),
        Value::Bool(yes) => (!yes).into(),
        Value::Number(number) => Value::number(number + 1.0).unwrap(),
        Value::String(text) => other_text(text).into(),
        _ => panic!("not a leaf"),
    }
}

/// The text with one letter near its middle changed for its neighbour.
pub(crate) fn other_text(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    // The middle of an id is its version: there the last letter is taken.
    let from = if letters.len() == 36 { 35 } else { letters.len() / 2 };
    let found = (from..letters.len())
        .chain(0..from)
        .find(|n| letters[*n].is_ascii_alphanumeric());
    let Some(at) = found else { return format!("{text}x") };
    let mut letters = letters;
    letters[at] = match letters[at] {
        '9' => '8',
        'f' => 'e',
        'z' => 'y',
        'Z' => 'Y',
        letter => char::from_u32(u32::from(letter) + 1).unwrap(),
    };
    letters.into_iter().collect()
}

/// The place as a JSON Pointer.
pub(crate) fn pointer(path: &[String]) -> String {
    let mut text = String::new();
    path.iter()
        .for_each(|name| execert::canon::push_pointer(&mut text, name));
    text
}
