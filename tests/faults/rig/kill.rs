//! A recorder killed at any point: between intent, effect, outcome and answer; inside the store; at any time.

use std::io::Read as _;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use execert::object;

use crate::inspect::{Said, said, settle, verifies};
use crate::results::figure;
use crate::work::{POINTS, recorder_with, with_point};
use crate::{Dice, job, rounds};

/// After so many rounds a fresh ledger is taken, and the old one is verified as evidence.
const AGE: u64 = 20;

pub(crate) fn anywhere() -> Result<(), String> {
    let mut dice = Dice::new();
    let (mut folder, mut acknowledged) = (tempfile::tempdir().unwrap(), Vec::new());
    let (mut lost, mut bare, mut marks, mut records, mut effects, mut at_points) = (0, 0, 0, 0, 0, 0);
    let (all, mut told) = (rounds(40), 0);
    for round in 0..all {
        let at = folder.path().join("acme.ledger");
        if round % (2 * AGE) == AGE {
            // What this mode acknowledges survives a kill as well.
            let mode = object! { "durability": "process" };
            recorder_with(&at, mode).unwrap().close().unwrap();
        }
        let (word, place) = one(&mut dice, &at);
        at_points += u64::from(place.starts_with("point"));
        told += u64::try_from(word.acknowledged.len()).unwrap();
        let place = format!("round {round}, {place}");
        assert!(word.errors.is_empty(), "{place}: {:?}", word.errors);
        acknowledged.extend(word.acknowledged);
        let seen = settle(&at, &acknowledged, &place);
        lost += seen.lost;
        bare += seen.effects_without_intent;
        if round % AGE == AGE - 1 || round + 1 == all {
            verifies(&at, &place);
            records += seen.records;
            effects += seen.effects;
            marks += seen.marks;
            (folder, acknowledged) = (tempfile::tempdir().unwrap(), Vec::new());
        }
    }
    println!(
        "{records} records, {told} acknowledged, {effects} effects, {marks} orphan marks, {at_points} kills at a fail point"
    );
    figure("rounds", all);
    figure("acknowledged_lost", lost);
    figure("acknowledged", told);
    figure("effects_without_intent", bare);
    figure("orphans_marked_once", marks);
    assert_eq!((lost, bare), (0, 0), "lost records, effects without intent");
    assert!(told > 0 && marks > 0 && at_points > 0, "the rounds hit nothing");
    Ok(())
}

/// One victim and its death.
fn one(dice: &mut Dice, at: &Path) -> (Said, String) {
    let mut command = job("work 1000000", at);
    let (wait, place) = if dice.below(2) == 0 {
        let (point, arrival) = (dice.one_of(&POINTS), dice.below(12) + 1);
        with_point(&mut command, point, "kill", arrival);
        // A point that is not reached so often: killed all the same, in the end.
        (Duration::from_millis(600), format!("point {point} {arrival}"))
    } else {
        let wait = Duration::from_micros(dice.below(150_000));
        (wait, format!("time {wait:?}"))
    };
    let mut child = command.spawn().unwrap();
    // The pipe is read beside: a full one would stop the child.
    let mut pipe = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    });
    wait_for(&mut child, wait);
    child.kill().unwrap();
    child.wait().unwrap();
    (said(&reader.join().unwrap()), place)
}

fn wait_for(child: &mut Child, most: Duration) {
    let began = Instant::now();
    while began.elapsed() < most && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
}
