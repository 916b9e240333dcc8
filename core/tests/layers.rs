//! The architecture, kept: modules use only those above them, files stay small, `unsafe` stays out.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test reads its own source"
)]

use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All Rust files below a folder.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// The modules in the order of `lib.rs`.
fn modules() -> Vec<String> {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    lib.lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

fn module_files(name: &str) -> Vec<PathBuf> {
    let file = source().join(format!("{name}.rs"));
    if file.exists() {
        vec![file]
    } else {
        files(&source().join(name))
    }
}

#[test]
fn modules_use_only_those_above() {
    let modules = modules();
    let place = |name: &str| modules.iter().position(|module| module == name);
    let mut wrong = Vec::new();
    for (at, name) in modules.iter().enumerate() {
        for file in module_files(name) {
            let text = fs::read_to_string(&file).unwrap();
            // Unit tests at the end of a file may look anywhere.
            let code = text.split("#[cfg(test)]").next().unwrap();
            for (number, line) in code.lines().enumerate() {
                if line.trim_start().starts_with("//") {
                    continue;
                }
                for used in line.split("crate::").skip(1) {
                    let used: String = used
                        .chars()
                        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                        .collect();
                    // The table of codes and the error type are one thing in two files.
                    let pair = name == "codes" && used == "error";
                    if !pair && place(&used).is_some_and(|other| other > at) {
                        wrong.push(format!(
                            "{}:{}: {name} uses {used}",
                            file.display(),
                            number.wrapping_add(1)
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "a module uses one below it:\n{}", wrong.join("\n"));
    println!("{} modules in order", modules.len());
}

#[test]
fn files_are_one_idea() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut long = Vec::new();
    let mut sizes = Vec::new();
    for folder in ["core/src", "store/src", "cli/src", "bindings-python/src"] {
        for file in files(&root.join(folder)) {
            // The generated table of codes is not read by people.
            if file.ends_with("codes.rs") {
                continue;
            }
            let lines = fs::read_to_string(&file)
                .unwrap()
                .lines()
                .filter(|line| !line.trim().is_empty())
                .count();
            sizes.push(lines);
            if lines > 500 {
                long.push(format!("{}: {lines} lines", file.display()));
            }
        }
    }
    sizes.sort_unstable();
    println!(
        "{} files, median {} lines",
        sizes.len(),
        sizes.get(sizes.len() / 2).unwrap()
    );
    assert!(long.is_empty(), "over 500 lines:\n{}", long.join("\n"));
}

#[test]
fn unsafe_stays_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for crate_root in [
        "core/src/lib.rs",
        "store/src/lib.rs",
        "cli/src/lib.rs",
        "cli/src/main.rs",
    ] {
        let text = fs::read_to_string(root.join(crate_root)).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{crate_root}");
    }
    for file in files(&root.join("bindings-python/src")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("unsafe "), "{}", file.display());
    }
}
