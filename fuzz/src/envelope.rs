//! Records that stand alone, and envelopes.

use execert::bundle::RecordLine;
use execert::canon::{parse, to_jcs};
use execert::envelope::Envelope;
use execert::limits::Limits;

use crate::base::bundles;
use crate::draw::Draw;
use crate::edit::Edit;

/// What is read is written again: of the envelope all members, of the record the predicate, byte for byte.
pub fn check(data: &[u8]) {
    let mut draw = Draw::new(data);
    let base = draw.byte();
    if base == 0xff {
        return one(draw.rest());
    }
    let base = &bundles()[usize::from(base) % bundles().len()];
    let mut edit = Edit::line(base, draw.below(base.lines.len()));
    let mut changes = 0_u8;
    while !draw.is_done() && changes < 4 && !edit.lines.is_empty() {
        edit.change(&mut draw);
        changes = changes.saturating_add(1);
    }
    edit.lines.iter().for_each(|line| one(line));
}

fn one(line: &[u8]) {
    if let Ok(envelope) = Envelope::parse(line) {
        let written = to_jcs(&envelope);
        assert_eq!(Envelope::parse(&written).as_ref().ok(), Some(&envelope), "read again");
    }
    if let Ok(read) = RecordLine::parse(line) {
        assert_eq!(read.digest, read.envelope.digest());
        let payload = parse(&read.envelope.payload, &Limits::PAYLOAD).expect("it was read");
        let predicate = payload.get("predicate").map(to_jcs);
        assert_eq!(Some(to_jcs(&read.record)), predicate, "written as it was read");
    }
}
