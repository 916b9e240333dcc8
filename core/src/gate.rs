//! The gate: nothing runs before it was decided, and a permit is good once, for a minute, for exactly one intent.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::object;
use crate::policy::{self, Policy, Request};
use crate::record::{Decision, Layer, Tier, Verdict};

/// Life of a permit, ms of the monotonic clock.
pub const PERMIT_MS: u64 = 60_000;
/// Permits of one recorder that may be outstanding.
pub const PERMITS: u64 = 10_000;

/// What is about to run.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// Tool or model.
    pub name: &'a str,
    /// Its arguments, as they will be recorded.
    pub arguments: &'a Value,
    /// The tier that the caller says.
    pub tier: Option<Tier>,
    /// The recorder's tier for what nobody declares.
    pub default_tier: Tier,
}

/// Decides. Without a policy everything is allowed, and the record says that there was none.
#[must_use]
pub fn decide(policy: Option<&Policy>, act: &Act<'_>) -> Decision {
    let tier = act.tier.unwrap_or(act.default_tier);
    let request = Request {
        name: act.name,
        arguments: act.arguments,
        tier: Some(tier),
        declared: false,
    };
    policy::decide(policy, &request)
}

/// What the policy saw, for `/request` of the content: the arguments are named by their place, not repeated.
#[must_use]
pub fn request(act: &Act<'_>) -> Object {
    object! {
        "tool": act.name,
        "tier": act.tier.unwrap_or(act.default_tier).as_str(),
        "arguments": "/input",
    }
}

/// The error that a refused caller gets. `seq` is that of the refusal's record.
#[must_use]
pub fn refused(name: &str, decision: &Decision, seq: u64) -> Error {
    let code = policy::refusal(decision).unwrap_or(Code::PolicyDenied);
    let rule = decision.deciding.first().unwrap_or(&decision.reason);
    let text = match code {
        Code::PolicyApprovalMissing => format!("`{name}` waits for an approval: rule `{rule}`; record {seq} says so"),
        _ => format!("rule `{rule}` refuses `{name}`; the refusal is record {seq}"),
    };
    Error::new(code, text)
}

/// The decision for an act whose request was approved.
#[must_use]
pub fn approved(asked: &Decision) -> Decision {
    Decision {
        verdict: Verdict::Allow,
        layer: Layer::Approval,
        reason: "approved".to_owned(),
        ..asked.clone()
    }
}

/// The decision for an act that an approval was shown for, and that it does not cover.
#[must_use]
pub fn not_covered(asked: &Decision, reason: &str) -> Decision {
    Decision {
        verdict: Verdict::Deny,
        layer: Layer::Approval,
        reason: reason.to_owned(),
        ..asked.clone()
    }
}

/// The right to run one act once: an intent record with verdict `allow`, seen from the process that holds it.
///
/// No constructor is public: permits come from an intent that is durable.
#[derive(Debug)]
pub struct Permit {
    bound: Bound,
    given_ms: u64,
    state: AtomicU8,
}

/// What a permit is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The chain.
    pub chain: Uuid,
    /// Seq of the intent.
    pub seq: u64,
    /// Tool or model.
    pub name: String,
    /// Definition in force.
    pub definition: Option<Digest>,
    /// Root of the intent's content, which covers the arguments.
    pub root: [u8; 32],
}

const FRESH: u8 = 0;
const CLAIMED: u8 = 1;
const EXPIRED: u8 = 2;

impl Permit {
    pub(crate) fn new(bound: Bound, now_ms: u64) -> Self {
        Permit {
            bound,
            given_ms: now_ms,
            state: AtomicU8::new(FRESH),
        }
    }

    /// What it is good for.
    #[must_use]
    pub fn bound(&self) -> &Bound {
        &self.bound
    }

    /// Whether it was used.
    #[must_use]
    pub fn is_claimed(&self) -> bool {
        self.state.load(Ordering::Acquire) == CLAIMED
    }

    /// Uses the permit. `now_ms` is the clock that it was given by.
    ///
    /// # Errors
    /// `gate.permit_reused` the second time, `gate.permit_expired` after 60 s.
    pub fn claim(&self, now_ms: u64) -> Result<()> {
        // A clock that stands before the permit is not the one it was given by: that is no proof of freshness.
        let late = now_ms.checked_sub(self.given_ms).is_none_or(|age| age > PERMIT_MS);
        let next = if late { EXPIRED } else { CLAIMED };
        let before = self
            .state
            .compare_exchange(FRESH, next, Ordering::AcqRel, Ordering::Acquire);
        match (before, late) {
            (Ok(_), false) => Ok(()),
            (Err(CLAIMED), _) => Err(Error::new(
                Code::GatePermitReused,
                format!(
                    "the permit for `{}` (record {}) was used before",
                    self.bound.name, self.bound.seq
                ),
            )),
            _ => Err(Error::new(
                Code::GatePermitExpired,
                format!(
                    "the permit for `{}` (record {}) is older than 60 s",
                    self.bound.name, self.bound.seq
                ),
            )),
        }
    }

    /// Compares with what is about to run.
    ///
    /// # Errors
    /// `gate.tool_changed` for another definition, `gate.permit_mismatch` for anything else.
    pub fn covers(&self, other: &Bound) -> Result<()> {
        let mine = &self.bound;
        if mine.name == other.name && mine.definition != other.definition {
            return Err(Error::new(
                Code::GateToolChanged,
                format!("the definition of `{}` changed after the permit", mine.name),
            ));
        }
        if mine == other {
            return Ok(());
        }
        Err(Error::new(
            Code::GatePermitMismatch,
            format!("the permit of record {} is not for this call", mine.seq),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permit() -> Permit {
        let chain = Uuid::v7(0, [0; 10]);
        Permit::new(
            Bound {
                chain,
                seq: 3,
                name: "t".to_owned(),
                definition: None,
                root: [1; 32],
            },
            1_000,
        )
    }

    #[test]
    fn once() {
        let permit = permit();
        permit.claim(1_000).unwrap();
        assert_eq!(permit.claim(1_001).unwrap_err().code(), Code::GatePermitReused);
        // Used in time is used, however late one looks.
        assert_eq!(permit.claim(100_000).unwrap_err().code(), Code::GatePermitReused);
    }

    #[test]
    fn for_a_minute() {
        permit().claim(61_000).unwrap();
        let late = permit();
        assert_eq!(late.claim(61_001).unwrap_err().code(), Code::GatePermitExpired);
        assert_eq!(
            late.claim(1_000).unwrap_err().code(),
            Code::GatePermitExpired,
            "it stays expired"
        );
        assert_eq!(
            permit().claim(999).unwrap_err().code(),
            Code::GatePermitExpired,
            "the clock went back"
        );
    }

    #[test]
    fn for_one_act() {
        let permit = permit();
        permit.covers(permit.bound()).unwrap();
        let other = Bound {
            root: [2; 32],
            ..permit.bound().clone()
        };
        assert_eq!(permit.covers(&other).unwrap_err().code(), Code::GatePermitMismatch);
        let other = Bound {
            definition: Some(Digest::of(b"x")),
            ..permit.bound().clone()
        };
        assert_eq!(permit.covers(&other).unwrap_err().code(), Code::GateToolChanged);
    }
}
