//! The decision of a gate (docs/spec/03-record.md).

use crate::digest::Digest;
use crate::time::Timestamp;
use crate::words::words;

words! {
    /// What the gate decided.
    Verdict {
        /// It may run.
        Allow = "allow",
        /// It may not.
        Deny = "deny",
        /// An approver has to say yes first.
        Approve = "approve",
        /// The next role has to say yes first.
        Escalate = "escalate",
    }
}

words! {
    /// The layer that decided.
    Layer {
        /// The store cannot be written.
        Store = "store",
        /// The plan certificate.
        Certificate = "certificate",
        /// The plan.
        Plan = "plan",
        /// The tier of the tool.
        Tier = "tier",
        /// The policy.
        Policy = "policy",
        /// The budget.
        Budget = "budget",
        /// The approval.
        Approval = "approval",
        /// The framework around the agent.
        Framework = "framework",
    }
}

words! {
    /// How much harm an act can do.
    Tier {
        /// Reading.
        Low = "low",
        /// Writing.
        Moderate = "moderate",
        /// Deleting, sensitive data.
        High = "high",
        /// Destroying.
        Critical = "critical",
    }
}

/// What the gate decided, and what it went by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was decided.
    pub verdict: Verdict,
    /// The layer that decided.
    pub layer: Layer,
    /// The tier of the act.
    pub tier: Tier,
    /// One word why, an ident.
    pub reason: String,
    /// Ids of the rules that decided.
    pub deciding: Vec<String>,
    /// Digest of the policy.
    pub policy: Option<Digest>,
    /// Digest of the schema that the policy was checked against.
    pub schema: Option<Digest>,
    /// Name of the engine.
    pub engine: Option<String>,
    /// Version of the engine.
    pub engine_version: Option<String>,
    /// What has to be done besides.
    pub obligations: Vec<String>,
    /// The decision counts until then.
    pub expires_at: Option<Timestamp>,
}
