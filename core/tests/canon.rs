//! The reader and the writer against the golden vectors and the public suites.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test reads its vectors"
)]

use std::fs;
use std::path::{Path, PathBuf};

use execert::canon::{Value, parse, parse_canonical, to_jcs};
use execert::digest::Digest;
use execert::limits::Limits;

/// The golden vectors, or the folder that EXECERT_VECTORS names.
fn golden_vectors(area: &str) -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/golden");
    std::env::var_os("EXECERT_VECTORS")
        .map_or_else(own, PathBuf::from)
        .join(area)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn golden() {
    let dirs = files(&golden_vectors("canon"));
    for dir in &dirs {
        let read = |name: &str| fs::read(dir.join(name)).ok();
        let document = |name: &str| parse(&read(name)?, &Limits::DOCUMENT).ok();
        let input = read("input.json").unwrap();
        let expect = document("expect.json").unwrap();
        let payload = document("options.json").is_some_and(|o| o.get("payload").is_some());
        let got = if payload {
            parse_canonical(&input, &Limits::PAYLOAD)
        } else {
            parse(&input, &Limits::DOCUMENT)
        };
        let text = |name: &str| expect.get(name).and_then(Value::as_str);
        match got {
            Ok(value) => {
                let jcs = to_jcs(&value);
                assert_eq!(
                    text("jcs").map(str::as_bytes),
                    Some(jcs.as_slice()),
                    "{}",
                    dir.display()
                );
                assert_eq!(
                    text("sha256"),
                    Some(Digest::of(&jcs).hex().as_str()),
                    "{}",
                    dir.display()
                );
            }
            Err(error) => {
                assert_eq!(text("code"), Some(error.code().as_str()), "{}", dir.display());
                assert_eq!(text("path"), error.path(), "{}", dir.display());
            }
        }
    }
    println!("golden canon folders: {}", dirs.len());
    assert_eq!(dirs.len(), 24);
}
