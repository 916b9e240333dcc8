//! What can be said of one record line by itself: its signature (step 7) and its content (step 8). It rests on the line
//! and on the keys that are held, on nothing that other lines change, so lines may be judged side by side.

use std::collections::BTreeSet;

use super::file::Shown;
use super::held::{Held, Signed};
use crate::bundle::{ContentForm, RecordLine};
use crate::canon::Value;
use crate::content::{self, Difference, Form, Open};
use crate::key::KeyId;
use crate::record::Body;

/// A record line, judged.
pub(super) struct Judged {
    pub(super) signed: Signed,
    pub(super) beside: Beside,
    /// How many keys were held then, if not all that signed.
    keys: Option<usize>,
}

impl Judged {
    pub(super) fn of(line: &RecordLine, held: &Held) -> Judged {
        Judged {
            signed: signed(line, held),
            beside: Beside::check(&line.content, line.index.as_ref(), &line.record.content.root),
            keys: (!line.envelope.signatures.iter().all(|(id, _)| held.has(id))).then(|| held.count()),
        }
    }

    /// The same under the keys that are held now. Keys are only ever added, so their number tells whether any were.
    pub(super) fn under(self, line: &RecordLine, held: &Held) -> Judged {
        if self.keys.is_none_or(|keys| keys == held.count()) {
            return self;
        }
        Judged {
            signed: signed(line, held),
            ..self
        }
    }
}

fn signed(line: &RecordLine, held: &Held) -> Signed {
    held.check(&line.envelope, &line.record.key, added(&line.record.body).as_ref())
}

/// The key that a `key.add` adds: it signs too.
pub(super) fn added(body: &Body) -> Option<KeyId> {
    match body {
        Body::KeyAdd(entry) => Some(entry.spki.keyid()),
        _ => None,
    }
}

/// What was found of the content beside an envelope (step 8).
pub(super) struct Beside {
    pub(super) shown: Shown,
    pub(super) differences: Vec<Difference>,
    pub(super) fields: u64,
    pub(super) hidden: u64,
}

impl Beside {
    pub(super) fn check(content: &ContentForm, index: Option<&Value>, root: &[u8; 32]) -> Beside {
        let (content, form, shown) = match content {
            ContentForm::None => {
                return Beside {
                    shown: Shown::Nothing,
                    differences: Vec::new(),
                    fields: 0,
                    hidden: 0,
                };
            }
            ContentForm::Whole { content, seed } => (content, Form::Whole(*seed), Shown::Whole),
            // What cannot be read as `open` cannot be used: an empty one is refused just so.
            ContentForm::Redacted { content, open } => (
                content,
                Form::Redacted(Open::parse(open).unwrap_or_default()),
                Shown::Redacted,
            ),
        };
        let hidden = match &form {
            Form::Whole(_) => 0,
            // A place is withheld once, however often a wrong list names it.
            Form::Redacted(open) => {
                u64::try_from(open.hidden.iter().collect::<BTreeSet<_>>().len()).unwrap_or(u64::MAX)
            }
        };
        // A list that hides nothing is wrong, and hides nothing.
        let shown = if hidden == 0 { Shown::Whole } else { shown };
        let differences = content::check(content, &form, index, root);
        Beside {
            shown,
            differences,
            fields: content::leaves(content),
            hidden,
        }
    }
}
