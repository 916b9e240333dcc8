//! Built-in rules: what may run, decided before it runs.
//!
//! A policy is a JSON document. Of all rules that match, the strictest wins; none matches: `default`. A rule that
//! cannot be told for want of a value never allows and always restricts, so a missing argument closes the gate.

mod parse;
mod report;
mod rules;
mod when;

pub use rules::{Policy, Request, decide, route};

use crate::codes::Code;
use crate::key::KeyId;
use crate::record::{Decision, Verdict};

/// Who may open the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The key that signs approvals.
    pub key: KeyId,
    /// The role, an ident.
    pub role: String,
}

/// Reason of a decision that no rule made.
pub const DEFAULT: &str = "default";
/// Reason of a decision without any policy.
pub const NO_POLICY: &str = "no-policy";
/// Reason of a refusal that rests only on a value that is absent or of another type.
pub const UNDECIDED: &str = "undecided";

/// The code that a caller is refused with; none if it may run.
pub fn refusal(decision: &Decision) -> Option<Code> {
    match decision.verdict {
        Verdict::Allow => None,
        Verdict::Approve | Verdict::Escalate => Some(Code::PolicyApprovalMissing),
        Verdict::Deny if decision.reason == UNDECIDED => Some(Code::PolicyUndecided),
        Verdict::Deny => Some(Code::PolicyDenied),
    }
}
