//! What `execert policy check` and `execert policy test` tell.

use super::rules::{Policy, Request, Rule, decide, strictness};
use crate::canon::fields::{Codes, Node};
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::error::Result;
use crate::object;
use crate::record::{Tier, Verdict};

impl Policy {
    /// `{"policy": digest, "default", "rules": count, "hints": [{"path", "text"}]}`: what is allowed by the format and
    /// hardly meant. Hints refuse nothing.
    pub fn check(&self) -> Value {
        let mut hints = Vec::new();
        let mut hint = |path: String, text: String| hints.push(object! { "path": path, "text": text }.into());
        if self.default == Verdict::Allow {
            hint("/default".into(), "whatever no rule names is allowed".into());
        }
        for (at, rule) in self.rules.iter().enumerate() {
            let path = format!("/rules/{at}");
            let others = || self.rules.iter().enumerate().filter(move |(other, _)| *other != at);
            let same = others().find(|(other, _)| *other < at && self.same(*other, at));
            let hidden = others().find(|(_, other)| {
                other.when.is_empty() && other.covers(rule) && strictness(other.verdict) > strictness(rule.verdict)
            });
            if let Some((_, earlier)) = same {
                hint(path, format!("rule `{}` says the same as `{}`", rule.id, earlier.id));
            } else if let Some((_, other)) = hidden {
                let text = format!(
                    "rule `{}` never decides: `{}` is stricter and always matches",
                    rule.id, other.id
                );
                hint(path, text);
            }
        }
        let asks = |verdict: Verdict| matches!(verdict, Verdict::Approve | Verdict::Escalate);
        let asking = asks(self.default) || self.rules.iter().any(|rule| asks(rule.verdict));
        if asking && self.approvers.is_empty() {
            hint("/approvers".into(), "nobody can approve: no approver is named".into());
        }
        for (at, role) in self.escalation.iter().enumerate() {
            if !self.approvers.iter().any(|approver| approver.role == *role) {
                hint(
                    format!("/escalation/{at}"),
                    format!("no approver has the role `{role}`"),
                );
            }
        }
        object! {
            "policy": self.digest,
            "default": self.default.as_str(),
            "rules": count(self.rules.len()),
            "hints": hints,
        }
        .into()
    }

    /// Whether two rules have equal conditions and verdicts, as they are written.
    fn same(&self, a: usize, b: usize) -> bool {
        let member = |at: usize, name: &str| self.document.pointer(&format!("/rules/{at}/{name}"));
        ["when", "verdict", "tool"]
            .iter()
            .all(|name| member(a, name) == member(b, name))
    }

    /// Runs test cases: a list of `{"name", "tool", "arguments", "expect", "rule"?}`, where `expect` is a verdict and
    /// `rule` the id of a rule that has to be among those that decided.
    ///
    /// Gives `{"passed", "failed", "cases": [{"name", "ok", "expect", "verdict", "reason", "deciding"?, "rule"?}]}`.
    ///
    /// # Errors
    /// `wire.bad_argument` with the path for a list that is empty or holds something else.
    pub fn test(&self, cases: &Value) -> Result<Value> {
        let mut passed = 0;
        let root = Node::root(cases, "", Codes::one(Code::WireBadArgument));
        let results = root.list(|node| {
            let (ok, result) = self.case(node)?;
            passed = usize::from(ok).saturating_add(passed);
            Ok(Value::from(result))
        })?;
        let failed = results.len().saturating_sub(passed);
        Ok(object! { "passed": count(passed), "failed": count(failed), "cases": results }.into())
    }

    fn case(&self, node: Node<'_>) -> Result<(bool, Object)> {
        let fields = node.object(&["name", "tool", "arguments", "expect"], &["rule", "tier"])?;
        let name = fields.need("name")?.text()?;
        let tool = fields.need("tool")?.ident()?;
        let expect = fields.need("expect")?.word(Verdict::parse)?;
        let rule = fields.maybe("rule", |rule| rule.ident())?;
        let request = Request {
            name: &tool,
            arguments: fields.need("arguments")?.value(),
            tier: fields.maybe("tier", |tier| tier.word(Tier::parse))?,
            declared: false,
        };
        let decision = decide(Some(self), &request);
        let ok = decision.verdict == expect && rule.as_ref().is_none_or(|id| decision.deciding.contains(id));
        let deciding: Vec<Value> = decision.deciding.into_iter().map(Value::from).collect();
        let mut result = object! {
            "name": name,
            "ok": ok,
            "expect": expect.as_str(),
            "verdict": decision.verdict.as_str(),
            "reason": decision.reason,
        };
        result.put("rule", rule);
        result.put("deciding", (!deciding.is_empty()).then_some(deciding));
        Ok((ok, result))
    }
}

impl Rule {
    /// Whether every tool that the other rule names is named by this one.
    fn covers(&self, other: &Rule) -> bool {
        self.names(&other.name) && (self.prefix || !other.prefix)
    }
}

fn count(number: usize) -> Value {
    Value::count(u64::try_from(number).unwrap_or(u64::MAX))
}
