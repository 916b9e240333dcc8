//! Faults, each in a process of its own without other threads, so that it may fork and be killed. A child process is
//! this program again, told what to do by its environment.
//!
//! ```text
//! EXECERT_ROUNDS=1000   the long round: how often what is drawn by lot repeats
//! EXECERT_SEED=7        the lots; printed by each test
//! ```
//! A run of all tests writes its figures to build/results/faults.json.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test"
)]

mod bytes;
mod clock;
#[path = "../../../store/tests/common/mod.rs"]
mod common;
mod crash;
mod fairness;
mod faults;
mod forks;
mod full;
mod gate;
mod inspect;
mod kill;
mod results;
mod rollback;
mod stopped;
mod tenants;
mod threads;
mod unclear;
mod work;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use execert::store::{Ledger, NewLedger};

/// A test: done, or why it cannot be run here.
type Test = fn() -> Result<(), String>;

/// Name, beginning with what it shows (README.md), and the test.
const TESTS: &[(&str, Test)] = &[
    (
        "f01_n32_killed_between_intent_effect_outcome_and_answer",
        kill::anywhere,
    ),
    ("f01_n31_killed_at_any_point_of_plain_appends", crash::anywhere),
    ("f01_killed_while_it_is_made_the_ledger_is_made_again", crash::made),
    ("f01_gated_calls_under_faults_none_without_its_intent", gate::calls),
    (
        "f02_n35_an_error_of_any_system_call_is_coded_and_loses_nothing",
        faults::errors,
    ),
    ("f02_n35_killed_at_any_system_call_nothing_is_lost", faults::kills),
    (
        "f03_n33_a_full_disk_is_coded_and_the_reserve_takes_outcomes",
        full::disk,
    ),
    ("f03_a_disk_too_small_for_the_reserve_gives_no_permits", full::tiny),
    ("f03_space_stolen_after_the_reserve_went_leaves_unknown", full::stolen),
    ("f03_n34_short_writes_at_a_limit_on_file_size", full::limit),
    ("f04_l28_every_flipped_byte_is_found_or_means_nothing", bytes::flipped),
    ("f04_l18_cut_at_every_byte_of_the_last_page", bytes::cut),
    ("f05_n36_a_volume_that_cannot_be_written", full::read_only),
    ("f05_a_file_unlinked_while_it_is_open_stops_the_gate", gate::unlinked),
    ("n49_a_policy_that_is_missing_unreadable_or_slow_denies", gate::policy),
    ("f06_n54_the_clock_goes_back_and_forth_and_order_stays", clock::steps),
    ("f06_l29_eight_writers_with_clocks_of_their_own", clock::writers),
    ("f06_n48_a_permit_lives_on_the_monotonic_clock", clock::permits),
    ("f07_n38_eight_processes_get_their_share", fairness::eight),
    ("f07_n38_eight_processes_append_a_dense_chain", threads::processes),
    ("f07_n55_many_threads_on_one_recorder", threads::threads),
    (
        "f07_a_copied_folder_is_a_second_history_that_the_head_file_sees",
        rollback::copied,
    ),
    ("f08_an_older_ledger_put_back_is_frozen", rollback::older),
    ("f09_last_records_file_and_folder_lost", rollback::cut),
    ("f10_one_request_a_hundred_times_at_once", threads::request),
    ("f13_a_commit_whose_outcome_is_unknown_happens_once", unclear::once),
    (
        "f14_l27_a_second_fault_inside_recovery_stops_the_handle",
        unclear::twice,
    ),
    (
        "f16_n39_parent_and_child_both_append_and_the_parent_closes",
        forks::both,
    ),
    (
        "f16_n40_without_hooks_the_child_is_refused_and_nothing_lost",
        forks::unhooked,
    ),
    ("f16_n40_a_fork_while_a_thread_appends", forks::threads),
    (
        "f16_n40_a_fork_without_hooks_while_a_thread_appends",
        forks::raw_threads,
    ),
    ("f16_the_parent_dies_and_the_child_lives", forks::orphaned),
    ("f19_mac_file_behind_ahead_and_missing", rollback::mac),
    ("f20_nothing_of_another_tenant_is_seen", tenants::apart),
    ("f21_a_stopped_holder_is_named_at_the_deadline", stopped::holder),
    ("f21_a_holder_that_goes_on_lets_others_go_on", stopped::resumed),
    ("fail_points_are_in_no_other_build", results::no_fail_points),
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
            return ExitCode::from(results::SKIPPED);
        }
        return ExitCode::SUCCESS;
    }
    results::all(TESTS)
}

fn child(job: &str, at: &Path) {
    match job.split_once(' ').unwrap_or((job, "")) {
        ("append", _) => crash::append_for_ever(at),
        ("insist", turns) => faults::insist(at, turns.parse().unwrap()),
        ("share", seconds) => fairness::share(at, seconds.parse().unwrap()),
        ("hold", _) => stopped::hold(at),
        ("fill", bytes) => full::fill(at, bytes.parse().unwrap()),
        ("fork-and-wait", _) => forks::fork_and_wait(at),
        ("work", calls) => work::work(at, calls.parse().unwrap()),
        ("threads", each) => threads::child(at, each.parse().unwrap()),
        ("clock", script) => clock::child(at, script),
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

    fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[usize::try_from(self.below(all.len().try_into().unwrap())).unwrap()]
    }
}

/// How often a slow test repeats: its own number, or that of the environment.
fn rounds(usual: u64) -> u64 {
    std::env::var("EXECERT_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(usual)
}

/// Whether this is the long round.
fn deep() -> bool {
    std::env::var_os("EXECERT_ROUNDS").is_some()
}
