//! Names of frameworks as records hold them: the vectors that all languages share.

use execert::canon::{Value, parse};
use execert::id::is_ident;
use execert::limits::Limits;
use execert::wire::ident;

#[test]
fn vectors() {
    let text = include_bytes!("../../tests/vectors/idents.json");
    let cases = parse(text, &Limits::DOCUMENT).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 10);
    for case in cases {
        let word = |name: &str| case.get(name).and_then(Value::as_str).unwrap();
        assert_eq!(ident(word("text")), word("ident"));
        assert!(is_ident(word("ident")), "{}", word("ident"));
    }
}
