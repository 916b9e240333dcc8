//! Running all tests, counting, and the figures: what a test prints as `figure NAME NUMBER` is added up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use execert::canon::{Object, Value};
use execert::object;

use crate::Test;

/// How a test says that it cannot be run here.
pub(crate) const SKIPPED: u8 = 77;

/// Tells a figure; those of one name are added up over all tests.
pub(crate) fn figure(name: &str, number: u64) {
    println!("figure {name} {number}");
}

struct Done {
    name: &'static str,
    word: &'static str,
    seconds: u64,
    why: Option<String>,
}

/// Runs each test in a process of its own and counts, in the words of the usual harness.
pub(crate) fn all(tests: &'static [(&'static str, Test)]) -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut figures: BTreeMap<String, u64> = BTreeMap::new();
    let mut done = Vec::new();
    let shell = shell();
    for (name, _) in tests
        .iter()
        .filter(|(name, _)| filters.is_empty() || filters.iter().any(|part| name.contains(part)))
    {
        let began = Instant::now();
        let output = alone(&shell, name);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let word = match output.status.code() {
            Some(0) => "ok",
            Some(code) if code == i32::from(SKIPPED) => "ignored",
            _ => "FAILED",
        };
        for line in said.lines() {
            match line.strip_prefix("figure ").and_then(|figure| figure.rsplit_once(' ')) {
                Some((name, number)) => *figures.entry(name.to_owned()).or_default() += number.parse::<u64>().unwrap(),
                None => println!("  {line}"),
            }
        }
        if word == "FAILED" {
            println!("{}", String::from_utf8_lossy(&output.stderr));
        }
        let seconds = began.elapsed().as_secs();
        println!("test {name} ... {word} ({seconds} s)");
        let why = said
            .lines()
            .find_map(|line| line.strip_prefix("skipped: "))
            .map(str::to_owned);
        done.push(Done {
            name,
            word,
            seconds,
            why,
        });
    }
    let count = |word| done.iter().filter(|one| one.word == word).count();
    let (passed, failed, skipped) = (count("ok"), count("FAILED"), count("ignored"));
    table(&figures);
    if filters.is_empty() {
        keep(&figures, &done);
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {passed} passed; {failed} failed; {skipped} ignored; 0 measured; 0 filtered out");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Mounting takes a privileged user, or namespaces of our own.
fn shell() -> Vec<String> {
    let root = rustix::process::geteuid().is_root();
    let words = ["unshare", "-Urm"];
    let works = || {
        Command::new(words[0])
            .args([words[1], "true"])
            .output()
            .is_ok_and(|done| done.status.success())
    };
    let wanted = !root && works();
    words.iter().filter(|_| wanted).map(ToString::to_string).collect()
}

fn alone(shell: &[String], name: &str) -> std::process::Output {
    let exe = std::env::current_exe().unwrap();
    let mut command = match shell {
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(exe);
            command
        }
        [] => Command::new(exe),
    };
    command
        .env("EXECERT_TEST_ALONE", name)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn table(figures: &BTreeMap<String, u64>) {
    println!();
    for (name, number) in figures {
        println!("{:<40} {number:>10}", name.replace('_', " "));
    }
}

/// For a score sheet: build/results/faults.json.
fn keep(figures: &BTreeMap<String, u64>, done: &[Done]) {
    let mut out = Object::new();
    let seed = std::env::var("EXECERT_SEED")
        .ok()
        .and_then(|seed| seed.parse::<u64>().ok());
    out.insert("seed", Value::count(seed.unwrap_or(20_260_801)));
    for name in ["acknowledged_lost", "rounds"] {
        out.insert(name, Value::count(figures.get(name).copied().unwrap_or_default()));
    }
    for (name, number) in figures {
        out.insert(name.as_str(), Value::count(*number));
    }
    let tests = done.iter().map(|one| {
        let mut test = object! { "name": one.name, "result": one.word, "seconds": Value::count(one.seconds) };
        test.put("why", one.why.as_deref());
        Value::Object(test)
    });
    out.insert("tests", tests.collect::<Vec<_>>());
    let folder = std::env::var_os("EXECERT_RESULTS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../build/results"),
        PathBuf::from,
    );
    let mut text = execert::canon::to_jcs(&Value::Object(out));
    text.push(b'\n');
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("faults.json"), text).unwrap();
}

/// The command, the wheel and the library, with the features that they are built with: none has fail points.
pub(crate) fn no_fail_points() -> Result<(), String> {
    let features = |package: &str| {
        let mut command = Command::new(env!("CARGO"));
        command
            .args([
                "tree",
                "--locked",
                "--offline",
                "--edges",
                "features,no-dev",
                "--package",
                package,
            ])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let done = command.output().unwrap();
        let complaint = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{package}: {complaint}");
        String::from_utf8(done.stdout).unwrap()
    };
    for package in ["execert-cli", "execert-python", "execert-store"] {
        let features = features(package);
        assert!(features.contains("execert-store"), "{package}: {features}");
        assert!(!features.contains("fail-points"), "{package}: {features}");
    }
    Ok(())
}
