//! Messages once: a conversation is handed over whole with every model call, and stored once.
//!
//! A model record lists its messages by entries, `{"new": MESSAGE}` or `{"from": DIGEST, "skip": k, "take": n}`: `n`
//! messages of that record's input followed by its response, the first `k` left out. Sameness is an HMAC under a key
//! that lives in memory only, so that no digest of a plain text is written anywhere.

use std::collections::{BTreeMap, VecDeque};

use crate::canon::{Object, Value, to_jcs};
use crate::digest::{Digest, domain, hmac};
use crate::object;

/// Tags that one recorder keeps.
const TAGS: usize = 200_000;
/// Records of one thread that a conversation may go on from.
const RECORDS: usize = 8;

type Tag = [u8; 16];

/// What was said before, by thread.
pub(super) struct Messages {
    key: [u8; 32],
    limit: usize,
    threads: BTreeMap<String, VecDeque<Known>>,
    /// Least recently used first.
    used: VecDeque<String>,
    tags: usize,
}

struct Known {
    record: Digest,
    tags: Vec<Tag>,
}

/// A list of messages as it is recorded.
pub(super) struct Entries {
    pub(super) list: Vec<Value>,
    /// Where each message went: the entry's number if it is new.
    pub(super) places: Vec<Option<usize>>,
    tags: Vec<Tag>,
}

impl Messages {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Messages {
            key,
            limit: TAGS,
            threads: BTreeMap::new(),
            used: VecDeque::new(),
            tags: 0,
        }
    }

    fn tag(&self, message: &Value) -> Tag {
        let tag = hmac(&self.key, &[domain::MESSAGE, &to_jcs(message)]);
        tag.first_chunk().copied().unwrap_or_default()
    }

    /// Writes a list of messages by entries: the longest beginning that a record of this thread holds, then what is
    /// new; what stands further on in such a record is named too.
    pub(super) fn entries(&self, thread: &str, messages: &[Value]) -> Entries {
        let tags: Vec<Tag> = messages.iter().map(|message| self.tag(message)).collect();
        let known = self.threads.get(thread);
        let (mut list, mut places) = (Vec::new(), Vec::new());
        let mut rest: &[Tag] = &tags;
        let mut left = messages.iter();
        while !rest.is_empty() {
            let found = known
                .into_iter()
                .flatten()
                .rev()
                .map(|record| record.find(rest))
                .max_by_key(|(_, _, take)| *take);
            match found {
                Some((record, skip, take)) if take > 0 => {
                    list.push(object! { "from": record, "skip": count(skip), "take": count(take) }.into());
                    places.extend(core::iter::repeat_n(None, take));
                    rest = rest.get(take..).unwrap_or_default();
                    left.by_ref().take(take).for_each(drop);
                }
                _ => {
                    let Some(message) = left.next() else { break };
                    places.push(Some(list.len()));
                    list.push(object! { "new": message.clone() }.into());
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
        }
        Entries { list, places, tags }
    }

    /// Remembers a record: its messages, and the response.
    pub(super) fn remember(&mut self, thread: &str, record: Digest, entries: &Entries, response: Option<&Value>) {
        let mut tags = entries.tags.clone();
        tags.extend(response.map(|response| self.tag(response)));
        self.tags = self.tags.saturating_add(tags.len());
        let known = self.threads.entry(thread.to_owned()).or_default();
        known.push_back(Known { record, tags });
        if known.len() > RECORDS {
            let old = known.pop_front().map_or(0, |old| old.tags.len());
            self.tags = self.tags.saturating_sub(old);
        }
        self.used.retain(|other| other != thread);
        self.used.push_back(thread.to_owned());
        while self.tags > self.limit {
            let Some(oldest) = self.used.pop_front() else { break };
            self.forget(&oldest);
        }
    }

    /// Forgets a thread.
    pub(super) fn forget(&mut self, thread: &str) {
        self.used.retain(|other| other != thread);
        let known = self.threads.remove(thread).unwrap_or_default();
        let tags: usize = known.iter().map(|record| record.tags.len()).sum();
        self.tags = self.tags.saturating_sub(tags);
    }
}

impl Known {
    /// The longest stretch of this record that `wanted` begins with: where it begins, and its length.
    fn find(&self, wanted: &[Tag]) -> (Digest, usize, usize) {
        let best = (0..self.tags.len())
            .map(|skip| {
                let here = self.tags.get(skip..).unwrap_or_default();
                (skip, here.iter().zip(wanted).take_while(|(a, b)| a == b).count())
            })
            .max_by_key(|(skip, take)| (*take, core::cmp::Reverse(*skip)));
        let (skip, take) = best.unwrap_or((0, 0));
        (self.record, skip, take)
    }
}

/// The response of a model's output: `/output/message`, else the output itself.
pub(super) fn response(output: Option<&Value>) -> Option<&Value> {
    let output = output?;
    Some(output.get("message").unwrap_or(output))
}

/// The messages of a document `{"messages": […]}`, if each is an object with a role.
pub(super) fn listed(document: Option<&Value>) -> Option<&[Value]> {
    let list = document?.get("messages")?.as_array()?;
    (!list.is_empty() && list.iter().all(|message| message.get("role").is_some())).then_some(list)
}

/// Puts entries in the place of the messages below `/input` or `/output`, and moves the conversions that describe them.
pub(super) fn replace(content: &mut Object, member: &str, entries: &Entries, conversions: &mut Vec<Value>) {
    let Some(document) = content.get_mut(member).and_then(Value::as_object_mut) else {
        return;
    };
    document.insert("messages", entries.list.clone());
    let base = format!("/{member}/messages/");
    conversions.retain_mut(|pair| {
        let Value::Array(parts) = pair else { return false };
        let Some(Value::String(pointer)) = parts.first_mut() else {
            return false;
        };
        let Some(rest) = pointer.strip_prefix(&base) else {
            return true;
        };
        let (index, below) = rest
            .split_once('/')
            .map_or((rest, String::new()), |(at, below)| (at, format!("/{below}")));
        let place = index
            .parse::<usize>()
            .ok()
            .and_then(|at| entries.places.get(at).copied().flatten());
        match place {
            Some(entry) => {
                *pointer = format!("{base}{entry}/new{below}");
                true
            }
            // It stands with the message, in the record that holds it.
            None => false,
        }
    });
}

fn count(number: usize) -> Value {
    Value::count(u64::try_from(number).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(n: u32) -> Value {
        object! { "role": "user", "content": n }.into()
    }

    /// What a reader makes of entries: the messages again.
    fn expand(list: &[Value], records: &BTreeMap<String, Vec<Value>>) -> Vec<Value> {
        let mut out = Vec::new();
        for entry in list {
            match entry.get("new") {
                Some(message) => out.push(message.clone()),
                None => {
                    let record = &records[entry.get("from").unwrap().as_str().unwrap()];
                    let number = |name: &str| usize::try_from(entry.get(name).unwrap().as_int().unwrap()).unwrap();
                    out.extend(record.iter().skip(number("skip")).take(number("take")).cloned());
                }
            }
        }
        out
    }

    #[test]
    fn whatever_is_said_comes_back() {
        let mut messages = Messages::new([7; 32]);
        let (mut records, mut state, mut fresh) = (BTreeMap::new(), 1u64, 0);
        for turn in 0..400u64 {
            let mut list = Vec::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(turn | 1);
                list.push(message(u32::try_from(state >> 60).unwrap()));
            }
            let entries = messages.entries("t", &list);
            fresh += entries.places.iter().flatten().count();
            assert_eq!(expand(&entries.list, &records), list);
            assert_eq!(entries.places.len(), list.len());
            let record = Digest::of(&turn.to_be_bytes());
            messages.remember("t", record, &entries, Some(&message(99)));
            list.push(message(99));
            records.insert(record.to_string(), list);
        }
        assert!(fresh < 400, "{fresh} of 4800 messages stored");
    }

    #[test]
    fn a_growing_history_costs_one_entry_a_turn() {
        let mut messages = Messages::new([7; 32]);
        let mut history = vec![message(0)];
        for turn in 0..50u32 {
            let entries = messages.entries("t", &history);
            assert!(entries.list.len() <= 2, "turn {turn}: {}", entries.list.len());
            let answer = message(1000 + turn);
            messages.remember("t", Digest::of(&turn.to_be_bytes()), &entries, Some(&answer));
            history.extend([answer, message(2000 + turn)]);
        }
        // Another thread knows nothing of it.
        assert_eq!(messages.entries("u", &history).list.len(), history.len());
    }

    #[test]
    fn the_least_used_thread_goes_first() {
        let mut messages = Messages {
            limit: 10,
            ..Messages::new([7; 32])
        };
        let list: Vec<Value> = (0..4).map(message).collect();
        for thread in ["a", "b", "a", "c"] {
            let entries = messages.entries(thread, &list);
            messages.remember(thread, Digest::of(thread.as_bytes()), &entries, None);
        }
        assert!(messages.tags <= 10);
        assert_eq!(messages.entries("b", &list).list.len(), 4, "b was used least");
        assert_eq!(messages.entries("c", &list).list.len(), 1);
        messages.forget("c");
        assert_eq!(messages.entries("c", &list).list.len(), 4);
    }

    #[test]
    fn conversions_move_with_their_messages() {
        let mut messages = Messages::new([7; 32]);
        let old = messages.entries("t", &[message(1)]);
        messages.remember("t", Digest::of(b"1"), &old, None);
        let list = vec![message(1), message(2)];
        let entries = messages.entries("t", &list);
        let mut content = object! { "input": object! { "messages": list } };
        let pair = |pointer: &str| Value::from(vec![pointer.into(), "set".into()]);
        let mut conversions = vec![
            pair("/input/messages/0/content"),
            pair("/input/messages/1/content"),
            pair("/input/tools"),
        ];
        replace(&mut content, "input", &entries, &mut conversions);
        assert_eq!(
            conversions,
            [pair("/input/messages/1/new/content"), pair("/input/tools")]
        );
        assert_eq!(
            content.get("input").unwrap().pointer("/messages/1/new"),
            Some(&message(2))
        );
    }
}
