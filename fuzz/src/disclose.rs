//! Withholding and putting back, in bundles that may be damaged, with requests that may make no sense.

use execert::canon::{Value, parse, push_pointer};
use execert::disclose::{redact, reveal};
use execert::limits::Limits;
use execert::object;

use crate::base::{Base, bundles};
use crate::draw::Draw;
use crate::edit::{Edit, replace};

/// Whatever is asked of whatever file: an answer or a refusal. In a whole file nothing that was sealed changes, so the
/// verdict stays, and all comes back from the file it was taken from.
pub fn check(data: &[u8]) {
    let mut draw = Draw::new(data);
    let base = draw.of(bundles());
    let mut edit = Edit::of(base);
    let damaged = draw.below(3) == 0;
    if damaged {
        edit.change(&mut draw);
        edit.change(&mut draw);
    }
    let file = edit.bytes();
    let mut hide = hiding(base, &mut draw);
    let mut show = Value::Object(object! { "reveal": 1, "show": vec![Value::Object(object! {})] });
    let odd = draw.below(3) == 0;
    if odd {
        replace(&mut hide, &mut draw);
        replace(&mut show, &mut draw);
    }
    let mut less = Vec::new();
    if redact(&mut file.as_slice(), &hide, &mut less).is_err() {
        return;
    }
    let mut back = Vec::new();
    let revealed = reveal(&mut less.as_slice(), &mut file.as_slice(), &show, &mut back);
    if damaged || odd {
        return;
    }
    let before = base.exit();
    let asked = || format!("{}: {}", base.name, text(&hide));
    assert_eq!(base.judge(&less), before, "withheld, {}", asked());
    if revealed.is_ok() {
        assert_eq!(base.judge(&back), before, "put back, {}", asked());
    }
}

fn text(value: &Value) -> String {
    String::from_utf8_lossy(&execert::canon::to_jcs(value)).into_owned()
}

/// A request to hide a few places that are there.
fn hiding(base: &Base, draw: &mut Draw<'_>) -> Value {
    let mut entries = Vec::new();
    for _ in 0..=draw.below(3) {
        let line = *draw.of(&base.lines);
        let Ok(line) = parse(line, &Limits::LINE) else { continue };
        let mut path = String::new();
        let mut here = line.get("content");
        while let Some(Value::Object(object)) = here {
            let names: Vec<&str> = object.iter().map(|(name, _)| name).collect();
            if names.is_empty() || (!path.is_empty() && draw.below(3) == 0) {
                break;
            }
            let name = *draw.of(&names);
            push_pointer(&mut path, name);
            here = object.get(name);
        }
        if !path.is_empty() {
            entries.push(Value::Object(object! { "paths": vec![Value::from(path)] }));
        }
    }
    Value::Object(object! { "redact": 1, "hide": entries })
}
