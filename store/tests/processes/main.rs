//! Several processes on one ledger. Each test is run alone, in a process without other threads, so that it may fork;
//! a child process is this program again, told what to do by its environment.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test"
)]

#[path = "../common/mod.rs"]
mod common;
mod crash;
mod fairness;
mod faults;
mod forks;
mod full;
mod stopped;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use execert::store::{Ledger, NewLedger};

/// A test: done, or why it cannot be run here.
type Test = fn() -> Result<(), String>;

const TESTS: [(&str, Test); 15] = [
    (
        "crash::killed_at_any_point_nothing_acknowledged_is_lost",
        crash::anywhere,
    ),
    ("crash::killed_while_it_is_made_the_ledger_is_made_again", crash::made),
    ("fairness::eight_processes_get_their_share", fairness::eight),
    (
        "faults::an_error_of_any_system_call_is_coded_and_loses_nothing",
        faults::errors,
    ),
    ("faults::killed_at_any_system_call_nothing_is_lost", faults::kills),
    ("forks::parent_and_child_both_append_and_the_parent_closes", forks::both),
    (
        "forks::without_hooks_the_child_is_refused_and_nothing_lost",
        forks::unhooked,
    ),
    ("forks::a_fork_while_a_thread_appends", forks::threads),
    ("forks::a_fork_without_hooks_while_a_thread_appends", forks::raw_threads),
    ("forks::the_parent_dies_and_the_child_lives", forks::orphaned),
    ("full::a_full_disk_is_coded_and_the_reserve_takes_outcomes", full::disk),
    ("full::a_limit_on_file_size_loses_nothing", full::limit),
    ("full::a_volume_that_cannot_be_written", full::read_only),
    ("stopped::a_stopped_holder_is_named_at_the_deadline", stopped::holder),
    ("stopped::a_holder_that_goes_on_lets_others_go_on", stopped::resumed),
];

fn main() -> ExitCode {
    if let (Ok(job), Ok(at)) = (std::env::var("EXECERT_TEST_JOB"), std::env::var("EXECERT_TEST_LEDGER")) {
        child(&job, Path::new(&at));
        return ExitCode::SUCCESS;
    }
    if let Ok(test) = std::env::var("EXECERT_TEST_ALONE") {
        let (_, run) = TESTS.iter().find(|(name, _)| *name == test).unwrap();
        if let Err(why) = run() {
            println!("skipped: {why}");
            return ExitCode::from(77);
        }
        return ExitCode::SUCCESS;
    }
    all()
}

/// Runs each test in a process of its own and counts, in the words of the usual harness.
fn all() -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = TESTS
        .iter()
        .filter(|(name, _)| filters.is_empty() || filters.iter().any(|part| name.contains(part)));
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, _) in chosen {
        let status = Command::new(std::env::current_exe().unwrap())
            .env("EXECERT_TEST_ALONE", name)
            .status()
            .unwrap();
        let word = match status.code() {
            Some(0) => "ok",
            Some(77) => "ignored",
            _ => "FAILED",
        };
        *match word {
            "ok" => &mut passed,
            "ignored" => &mut skipped,
            _ => &mut failed,
        } += 1;
        println!("test {name} ... {word}");
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {passed} passed; {failed} failed; {skipped} ignored; 0 measured; 0 filtered out");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn child(job: &str, at: &Path) {
    match job.split_once(' ').unwrap_or((job, "")) {
        ("append", _) => crash::append_for_ever(at),
        ("insist", _) => faults::insist(at),
        ("share", seconds) => fairness::share(at, seconds.parse().unwrap()),
        ("hold", _) => stopped::hold(at),
        ("fill", _) => full::fill(at),
        ("fork-and-wait", _) => forks::fork_and_wait(at),
        (other, _) => panic!("no job {other}"),
    }
}

/// This program again, with a job on a ledger.
fn job(job: &str, at: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .env("EXECERT_TEST_JOB", job)
        .env("EXECERT_TEST_LEDGER", at)
        .stdout(Stdio::piped());
    command
}

fn open(at: &Path) -> Box<dyn Ledger> {
    execert_store::open(at.to_str().unwrap(), Some(&NewLedger::default())).unwrap()
}

/// Numbers that repeat with the seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let seed = std::env::var("EXECERT_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or(20_260_801);
        println!("EXECERT_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % most
    }
}

/// How often a slow test repeats: its own number, or that of the environment.
fn rounds(usual: u64) -> u64 {
    std::env::var("EXECERT_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(usual)
}
