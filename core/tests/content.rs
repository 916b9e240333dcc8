//! The content tree against the golden vectors, and its properties.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test reads its vectors"
)]

use std::fs;
use std::path::{Path, PathBuf};

use execert::canon::{Value, parse};
use execert::content::{Form, Open, Seed, Tree, check, redact};
use execert::digest::{hex, unb64};
use execert::limits::Limits;
use execert::merkle::Hash;

fn seed_of(value: &Value) -> Seed {
    unb64(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn hash_of(value: &Value) -> Hash {
    *execert::digest::Digest::from_hex(value.as_str().unwrap())
        .unwrap()
        .as_bytes()
}

/// What an interpreter that is a thousand times slower looks at: each way through the tree once.
const FEW: [&str; 3] = ["redact-escaped-name", "root-false-and-null", "swapped-hashes_fail"];

#[test]
fn golden() {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/golden");
    let root = std::env::var_os("EXECERT_VECTORS")
        .map_or_else(own, PathBuf::from)
        .join("content");
    let mut count = 0;
    for entry in fs::read_dir(root).unwrap() {
        let dir = entry.unwrap().path();
        let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
        if cfg!(miri) && !FEW.contains(&name.as_str()) {
            continue;
        }
        let read = |name: &str| parse(&fs::read(dir.join(name)).unwrap(), &Limits::DOCUMENT).unwrap();
        let (input, expect) = (read("input.json"), read("expect.json"));
        let content = input.get("content").unwrap();
        match input.get("seed") {
            Some(seed) => {
                let form = Form::Whole(seed_of(seed));
                let tree = Tree::of(content, &form).unwrap();
                let want = expect.get("root").unwrap();
                assert_eq!(hex(&tree.root()), want.as_str().unwrap(), "{name}");
                if let Some(index) = expect.get("index") {
                    assert_eq!(&tree.index(content), index, "{name}");
                    assert_eq!(check(content, &form, Some(index), &tree.root()), vec![], "{name}");
                }
                if let Some(hide) = input.get("hide") {
                    let hide: Vec<String> = hide
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|p| p.as_str().unwrap().to_owned())
                        .collect();
                    let (hidden, open) = redact(content, &form, &hide).unwrap();
                    if let Some(want) = expect.get("open") {
                        assert_eq!(&open.to_value(), want, "{name}");
                        assert_eq!(
                            Some(&hidden),
                            expect.get("content").or(expect.get("redacted")),
                            "{name}"
                        );
                    }
                    assert_eq!(
                        check(&hidden, &Form::Redacted(open), None, &tree.root()),
                        vec![],
                        "{name}"
                    );
                }
            }
            None => {
                let open = Open::parse(input.get("open").unwrap()).unwrap();
                let differences = check(
                    content,
                    &Form::Redacted(open),
                    None,
                    &hash_of(input.get("root").unwrap()),
                );
                let codes: Vec<&str> = differences.iter().map(|d| d.code.as_str()).collect();
                let want: Vec<&str> = expect.get("code").and_then(Value::as_str).into_iter().collect();
                assert_eq!(codes, want, "{name}");
            }
        }
        count += 1;
    }
    println!("golden content folders: {count}");
    assert_eq!(count, if cfg!(miri) { FEW.len() } else { 16 });
}
