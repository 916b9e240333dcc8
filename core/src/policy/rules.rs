//! Deciding: the strictest of all rules that match.

use super::when::{Holds, When};
use super::{Approver, DEFAULT, NO_POLICY, UNDECIDED};
use crate::canon::Value;
use crate::digest::Digest;
use crate::record::{Decision, Layer, Tier, Verdict};

/// A policy that was read and found right.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(super) default: Verdict,
    pub(super) rules: Vec<Rule>,
    pub(super) approvers: Vec<Approver>,
    pub(super) escalation: Vec<String>,
    pub(super) digest: Digest,
    pub(super) document: Value,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    /// The tool's name, or what it begins with.
    pub(super) name: String,
    pub(super) prefix: bool,
    pub(super) when: Vec<When>,
    pub(super) verdict: Verdict,
    pub(super) reason: String,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The tool's or model's name.
    pub name: &'a str,
    /// The arguments that would be used.
    pub arguments: &'a Value,
    /// The tier that the caller gives; without one, moderate.
    pub tier: Option<Tier>,
    /// Whether a plan or catalogue declares the tool: then its tier's own route applies too.
    pub declared: bool,
}

/// What happens to an act of this tier if no policy is stricter.
pub const fn route(tier: Tier) -> Verdict {
    match tier {
        Tier::Low | Tier::Moderate => Verdict::Allow,
        Tier::High => Verdict::Approve,
        Tier::Critical => Verdict::Deny,
    }
}

/// Decides with a policy, or without any: then everything is allowed, and the record says `no-policy`.
pub fn decide(policy: Option<&Policy>, request: &Request<'_>) -> Decision {
    match policy {
        Some(policy) => policy.decide(request),
        None => tighten(answer(Verdict::Allow, NO_POLICY, Vec::new(), request, None), request),
    }
}

impl Policy {
    /// H(JCS of the document).
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The document.
    pub fn to_value(&self) -> &Value {
        &self.document
    }

    /// The keys whose approvals open the gate; without them none does.
    pub fn approvers(&self) -> &[Approver] {
        &self.approvers
    }

    /// The roles that a request moves up to, in order.
    pub fn escalation(&self) -> &[String] {
        &self.escalation
    }

    /// Decides a call.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let mut lacks_value = false;
        let mut found: Vec<(&Rule, bool)> = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.names(request.name)) {
            match rule.applies(request.arguments) {
                Applies::Yes => found.push((rule, true)),
                Applies::No => {}
                Applies::Unknown if rule.verdict == Verdict::Allow => lacks_value = true,
                Applies::Unknown => found.push((rule, false)),
            }
        }
        let Some(verdict) = found
            .iter()
            .map(|(rule, _)| rule.verdict)
            .max_by_key(|v| strictness(*v))
        else {
            let undecided = lacks_value && self.default == Verdict::Deny;
            let reason = if undecided { UNDECIDED } else { DEFAULT };
            return tighten(
                answer(self.default, reason, Vec::new(), request, Some(self.digest)),
                request,
            );
        };
        found.retain(|(rule, _)| rule.verdict == verdict);
        // The reason is that of the first rule that is sure, if one is.
        let sure = found.iter().find(|(_, sure)| *sure);
        let reason = match (sure, found.first()) {
            (Some((rule, _)), _) => rule.reason.as_str(),
            (None, _) if verdict == Verdict::Deny => UNDECIDED,
            (None, Some((rule, _))) => rule.reason.as_str(),
            (None, None) => DEFAULT,
        };
        let deciding = found.iter().map(|(rule, _)| rule.id.clone()).collect();
        tighten(answer(verdict, reason, deciding, request, Some(self.digest)), request)
    }
}

enum Applies {
    Yes,
    No,
    /// A condition cannot be told.
    Unknown,
}

impl Rule {
    pub(super) fn names(&self, tool: &str) -> bool {
        if self.prefix {
            tool.starts_with(&self.name)
        } else {
            tool == self.name
        }
    }

    /// One condition that cannot be told makes the whole rule so, whatever the others say: leaving an argument out
    /// must never be a way around a rule.
    fn applies(&self, arguments: &Value) -> Applies {
        let mut applies = Applies::Yes;
        for when in &self.when {
            match when.holds(arguments) {
                Holds::Yes => {}
                Holds::No => applies = Applies::No,
                Holds::Unknown => return Applies::Unknown,
            }
        }
        applies
    }
}

/// Allow, approve, escalate, deny.
pub(super) const fn strictness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Allow => 0,
        Verdict::Approve => 1,
        Verdict::Escalate => 2,
        Verdict::Deny => 3,
    }
}

fn answer(
    verdict: Verdict,
    reason: &str,
    deciding: Vec<String>,
    request: &Request<'_>,
    policy: Option<Digest>,
) -> Decision {
    Decision {
        verdict,
        layer: Layer::Policy,
        tier: request.tier.unwrap_or(Tier::Moderate),
        reason: reason.to_owned(),
        deciding,
        policy,
        schema: None,
        engine: None,
        engine_version: None,
        obligations: Vec::new(),
        expires_at: None,
    }
}

/// The route of a declared tool's tier, if it is stricter. It never loosens.
fn tighten(decision: Decision, request: &Request<'_>) -> Decision {
    let route = route(decision.tier);
    if !request.declared || strictness(route) <= strictness(decision.verdict) {
        return decision;
    }
    Decision {
        verdict: route,
        layer: Layer::Tier,
        reason: format!("tier-{}", decision.tier),
        deciding: Vec::new(),
        ..decision
    }
}
