//! Content under its root: hiding places, and openings that are not right.

use execert::canon::{Value, parse, push_pointer, to_jcs};
use execert::content::{Form, Open, Tree, check as differences, commit, leaves, redact, values};
use execert::limits::Limits;

use crate::draw::Draw;
use crate::edit::replace;

/// Hides places twice over and holds the root; then changes one thing, which has to be noticed.
pub fn check(data: &[u8]) {
    let mut draw = Draw::new(data);
    let seed = [draw.byte(); 32];
    let choices = draw.bytes(64);
    let Ok(content) = parse(draw.rest(), &Limits::DOCUMENT) else {
        return;
    };
    let mut draw = Draw::new(choices);
    let tree = Tree::whole(&content, &seed);
    let root = tree.root();
    assert_eq!(commit(&content, &seed), root);
    assert!(leaves(&content) <= values(&content));
    let whole = Form::Whole(seed);
    let index = tree.index(&content);
    assert_eq!(differences(&content, &whole, Some(&index), &root), vec![], "whole");
    let mut paths = Vec::new();
    pointers(&content, &mut String::new(), &mut paths);
    if paths.is_empty() {
        return;
    }
    let hide: Vec<String> = (0..=draw.below(4)).map(|_| draw.of(&paths).clone()).collect();
    let (hidden, open) = redact(&content, &whole, &hide).expect("every place is there");
    let form = Form::Redacted(open.clone());
    assert_eq!(
        differences(&hidden, &form, Some(&index_of(&hidden, &form)), &root),
        vec![],
        "redacted"
    );
    assert_eq!(Open::parse(&open.to_value()).as_ref(), Some(&open), "written and read");
    // Hiding more of what is hidden already is hiding it all at once.
    let more: Vec<String> = (0..=draw.below(2)).map(|_| draw.of(&paths).clone()).collect();
    if let Ok((twice, again)) = redact(&hidden, &form, &more) {
        assert_eq!(
            differences(&twice, &Form::Redacted(again.clone()), None, &root),
            vec![],
            "twice"
        );
        let all: Vec<String> = hide.iter().chain(&more).cloned().collect();
        let (once, at_once) = redact(&content, &whole, &all).expect("every place is there");
        assert_eq!((twice, again), (once, at_once), "twice is once");
    }
    wrong(&mut draw, &hidden, &open, &root);
    let mut changed = content.clone();
    replace(&mut changed, &mut draw);
    if to_jcs(&changed) != to_jcs(&content) {
        assert!(
            !differences(&changed, &whole, Some(&index), &root).is_empty(),
            "a change is noticed"
        );
        assert!(
            !differences(&changed, &whole, None, &root).is_empty(),
            "a change is noticed without index"
        );
    }
}

fn index_of(content: &Value, form: &Form) -> Value {
    Tree::of(content, form).expect("it was made so").index(content)
}

/// Any other opening fails.
fn wrong(draw: &mut Draw<'_>, hidden: &Value, open: &Open, root: &[u8; 32]) {
    let mut bad = open.clone();
    let (kind, bit) = (draw.below(7), 1_u8 << draw.below(8));
    match kind {
        0 => {
            let at = draw.below(bad.hashes.len());
            bad.hashes.get_mut(at).into_iter().for_each(|byte| *byte ^= bit);
        }
        1 => {
            let at = draw.below(bad.seeds.len());
            bad.seeds.get_mut(at).into_iter().for_each(|byte| *byte ^= bit);
        }
        2 => drop(bad.hidden.pop()),
        3 => bad.hidden.reverse(),
        4 => bad.hashes.truncate(draw.below(bad.hashes.len())),
        5 => bad.seeds.extend_from_slice(&[bit; 32]),
        _ => bad.hidden.push(String::from_utf8_lossy(draw.bytes(12)).into_owned()),
    }
    if bad != *open {
        assert!(
            !differences(hidden, &Form::Redacted(bad), None, root).is_empty(),
            "a wrong opening fits"
        );
    }
}

/// The pointers of all values below the root.
fn pointers(value: &Value, here: &mut String, out: &mut Vec<String>) {
    let mut below = |token: &str, value: &Value, here: &mut String| {
        let length = here.len();
        push_pointer(here, token);
        out.push(here.clone());
        pointers(value, here, out);
        here.truncate(length);
    };
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| below(&at.to_string(), item, here)),
        Value::Object(object) => object.iter().for_each(|(name, item)| below(name, item, here)),
        _ => {}
    }
}
