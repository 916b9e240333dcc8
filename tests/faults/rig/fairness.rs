//! Eight processes, one record a turn: who gets how many.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{append, whole};
use crate::results::figure;
use crate::{deep, job, open};

/// Child: appends for so many seconds, then says how often and what the longest wait was, in ms.
pub(crate) fn share(at: &Path, seconds: u64) {
    let ledger = open(at);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut count, mut worst) = (0_u64, Duration::ZERO);
    while Instant::now() < end {
        let began = Instant::now();
        append(&*ledger, &["share"]).unwrap();
        worst = worst.max(began.elapsed());
        count += 1;
    }
    println!("{count} {}", worst.as_millis());
}

pub(crate) fn eight() -> Result<(), String> {
    let seconds = if deep() { 10 } else { 3 };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    drop(open(&at));
    let children: Vec<_> = (0..8)
        .map(|_| job(&format!("share {seconds}"), &at).spawn().unwrap())
        .collect();
    let (mut counts, mut worst) = (Vec::new(), 0);
    for child in children {
        let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let (count, wait) = said.trim().split_once(' ').unwrap();
        counts.push(count.parse::<u32>().unwrap());
        worst = worst.max(wait.parse::<u64>().unwrap());
    }
    let all: u32 = counts.iter().sum();
    assert_eq!(whole(&*open(&at)), u64::from(all));
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    let ratio = f64::from(*least) / f64::from(*most);
    println!(
        "{} records/s, slowest/fastest {ratio:.2}, worst wait {worst} ms",
        u64::from(all) / seconds
    );
    figure("slowest_percent_of_fastest", u64::from(least * 100 / most));
    figure("worst_wait_ms", worst);
    assert!(ratio >= 0.25, "unfair: {counts:?}");
    Ok(())
}
