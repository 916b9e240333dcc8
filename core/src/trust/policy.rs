//! Which logs and witnesses count, and how many of them: the text format of <https://c2sp.org/tlog-policy>.
//!
//! ```text
//! witness n1 north.example/w1+1daf8ee1+BHGN3AUd…
//! witness s1 south.example/w1+42e74d64+BDsWiSvp…
//! group   north any n1
//! group   south any s1
//! group   q 2 north south
//! quorum  q
//! ```
//!
//! One group per operator says who runs which witness; the reader names them, never the bundle.

use std::collections::{BTreeMap, BTreeSet};

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::note::{Kind, Vkey};

/// A policy that was read.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    logs: Vec<Vkey>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<(String, Member)>,
}

/// A witness of the policy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Witness {
    /// Its name in the policy.
    pub name: String,
    /// Its key.
    pub vkey: Vkey,
    /// The group that lists it; where none does, its own name.
    pub operator: String,
}

#[derive(Clone, Debug)]
struct Group {
    need: usize,
    members: Vec<Member>,
}

/// Index of a witness or of a group, each counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// `wire.bad_argument`, path `/policy`, with the line that is wrong; `key.malformed` and `key.weak` for its keys.
    pub fn parse(text: &str) -> Result<Policy> {
        let mut reader = Reader::default();
        for (at, line) in (1u64..).zip(text.split('\n')) {
            reader.line(line).map_err(|error| match error {
                Refusal::Text(what) => bad(&format!("line {at} of the policy: {what}")).on_line(at, 1),
                Refusal::Key(error) => error.at("/policy").on_line(at, 1),
            })?;
        }
        match reader.quorum {
            Some(quorum) => Ok(Policy {
                quorum,
                ..reader.policy
            }),
            None => Err(bad("the policy has no `quorum` line")),
        }
    }

    /// Logs that are known besides those that a chain's record 0 names.
    #[must_use]
    pub fn logs(&self) -> &[Vkey] {
        &self.logs
    }

    /// The witnesses in the order of the text.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// The name after `quorum`; `none` where nothing is required.
    #[must_use]
    pub fn quorum(&self) -> &str {
        self.quorum.as_ref().map_or("none", |(name, _)| name)
    }

    /// Whether cosignatures are required at all.
    #[must_use]
    pub fn requires(&self) -> bool {
        self.quorum.is_some()
    }

    /// The earliest time at which these cosignatures, one time for each witness that has one, meet the quorum.
    /// Without a quorum any witness will do.
    #[must_use]
    pub fn met_at(&self, times: &[Option<u64>]) -> Option<u64> {
        let time = |at: usize| times.get(at).copied().flatten();
        let Some((_, quorum)) = &self.quorum else {
            return (0..self.witnesses.len()).filter_map(time).min();
        };
        // A group names only what stands before it, so one pass settles all.
        let mut settled: Vec<Option<u64>> = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let mut met: Vec<u64> = group
                .members
                .iter()
                .filter_map(|member| match *member {
                    Member::Witness(at) => time(at),
                    Member::Group(at) => settled.get(at).copied().flatten(),
                })
                .collect();
            met.sort_unstable();
            settled.push(group.need.checked_sub(1).and_then(|k| met.get(k).copied()));
        }
        match *quorum {
            Member::Witness(at) => time(at),
            Member::Group(at) => settled.get(at).copied().flatten(),
        }
    }
}

enum Refusal {
    Text(&'static str),
    Key(Error),
}

#[derive(Default)]
struct Reader {
    policy: Policy,
    names: BTreeMap<String, Member>,
    grouped: BTreeSet<String>,
    quorum: Option<Option<(String, Member)>>,
}

impl Reader {
    fn line(&mut self, line: &str) -> core::result::Result<(), Refusal> {
        if line.bytes().any(|b| (b < 0x20 && b != b'\t') || b == 0x7f) {
            return Err(Refusal::Text("a control character"));
        }
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        match words.next() {
            None => Ok(()),
            Some(word) if word.starts_with('#') => Ok(()),
            Some("log") => self.log(&words.collect::<Vec<_>>()),
            Some("witness") => self.witness(&words.collect::<Vec<_>>()),
            Some("group") => self.group(&words.collect::<Vec<_>>()),
            Some("quorum") => self.set_quorum(&words.collect::<Vec<_>>()),
            Some(_) => Err(Refusal::Text(
                "a line begins with `log`, `witness`, `group` or `quorum`",
            )),
        }
    }

    fn log(&mut self, words: &[&str]) -> core::result::Result<(), Refusal> {
        let (&[vkey] | &[vkey, _]) = words else {
            return Err(Refusal::Text("`log VKEY [URL]` is expected"));
        };
        let vkey = Vkey::parse(vkey).map_err(Refusal::Key)?;
        if vkey.kind() != Kind::Log {
            return Err(Refusal::Text("the key of a log is of type 1"));
        }
        if self.policy.logs.iter().any(|other| other.key() == vkey.key()) {
            return Err(Refusal::Text("this log key is there twice"));
        }
        self.policy.logs.push(vkey);
        Ok(())
    }

    fn witness(&mut self, words: &[&str]) -> core::result::Result<(), Refusal> {
        let (&[name, vkey] | &[name, vkey, _]) = words else {
            return Err(Refusal::Text("`witness NAME VKEY [URL]` is expected"));
        };
        let vkey = Vkey::parse(vkey).map_err(Refusal::Key)?;
        if vkey.kind() != Kind::Witness {
            return Err(Refusal::Text("the key of a witness is of type 4"));
        }
        if self.policy.witnesses.iter().any(|other| other.vkey.key() == vkey.key()) {
            return Err(Refusal::Text("this witness key is there twice"));
        }
        self.define(name, Member::Witness(self.policy.witnesses.len()))?;
        self.policy.witnesses.push(Witness {
            name: name.to_owned(),
            vkey,
            operator: name.to_owned(),
        });
        Ok(())
    }

    fn group(&mut self, words: &[&str]) -> core::result::Result<(), Refusal> {
        let [name, need, names @ ..] = words else {
            return Err(Refusal::Text("`group NAME all|any|K NAME…` is expected"));
        };
        let mut members = Vec::with_capacity(names.len());
        for member in names {
            let known = self.names.get(*member).copied();
            members.push(known.ok_or(Refusal::Text("a group names only what stands before it"))?);
            if !self.grouped.insert((*member).to_owned()) {
                return Err(Refusal::Text("a name may be a member only once"));
            }
        }
        let need = match *need {
            "all" => members.len(),
            "any" => 1,
            number if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().unwrap_or(0),
            _ => 0,
        };
        if need == 0 || need > members.len() {
            return Err(Refusal::Text(
                "a group needs `all`, `any` or 1 to as many as it has members",
            ));
        }
        self.define(name, Member::Group(self.policy.groups.len()))?;
        for member in &members {
            if let Member::Witness(at) = member
                && let Some(witness) = self.policy.witnesses.get_mut(*at)
            {
                (*name).clone_into(&mut witness.operator);
            }
        }
        self.policy.groups.push(Group { need, members });
        Ok(())
    }

    fn set_quorum(&mut self, words: &[&str]) -> core::result::Result<(), Refusal> {
        let &[name] = words else {
            return Err(Refusal::Text("`quorum NAME` is expected"));
        };
        let quorum = match self.names.get(name) {
            Some(member) => Some((name.to_owned(), *member)),
            None if name == "none" => None,
            None => {
                return Err(Refusal::Text(
                    "the quorum names a witness or group that stands before it",
                ));
            }
        };
        match self.quorum.replace(quorum) {
            None => Ok(()),
            Some(_) => Err(Refusal::Text("a policy has one `quorum` line")),
        }
    }

    fn define(&mut self, name: &str, member: Member) -> core::result::Result<(), Refusal> {
        if name == "none" || self.names.insert(name.to_owned(), member).is_some() {
            return Err(Refusal::Text("this name is taken"));
        }
        Ok(())
    }
}

fn bad(what: &str) -> Error {
    Error::new(Code::WireBadArgument, what).at("/policy")
}
