//! Reading a policy document.

use super::Approver;
use super::rules::{Policy, Rule};
use super::when::{CODES, When};
use crate::canon::fields::Node;
use crate::canon::{Value, to_jcs};
use crate::digest::Digest;
use crate::error::Result;
use crate::id::is_ident;
use crate::record::Verdict;

/// Rules of one policy.
const RULES: usize = 10_000;

impl Policy {
    /// Reads `{"policy":1,"default":"deny","rules":[…]}`, and beside them `approvers` and `escalation`.
    ///
    /// # Errors
    /// `policy.malformed` with the path: an unknown or missing member, a bad pointer, operator, pattern or name, an id
    /// that comes twice, no rule at all.
    pub fn parse(document: &Value) -> Result<Policy> {
        let root = Node::root(document, "", CODES);
        let fields = root.object(&["policy", "default", "rules"], &["approvers", "escalation"])?;
        let version = fields.need("policy")?;
        if version.int()? != 1 {
            return Err(version.fail("the version of a policy is 1"));
        }
        let default = fields.need("default")?.parsed(VERDICTS, Verdict::parse)?;
        let rules = fields.need("rules")?;
        if rules.value().as_array().is_some_and(|list| list.len() > RULES) {
            return Err(rules.fail("a policy has at most 10,000 rules"));
        }
        let rules = distinct(rules, rule, |rule| &rule.id)?;
        let approvers = fields
            .maybe("approvers", |node| node.list(approver))?
            .unwrap_or_default();
        let escalation = fields.maybe("escalation", |node| {
            distinct(node, |role| role.ident(), |role: &String| role)
        })?;
        Ok(Policy {
            default,
            rules,
            approvers,
            escalation: escalation.unwrap_or_default(),
            digest: Digest::of(&to_jcs(document)),
            document: document.clone(),
        })
    }
}

const VERDICTS: &str = "a verdict is allow, deny, approve or escalate";

fn rule(node: Node<'_>) -> Result<Rule> {
    let fields = node.object(&["id", "tool", "verdict"], &["when", "reason"])?;
    let id = fields.need("id")?.ident()?;
    let tool = fields.need("tool")?;
    let (name, prefix) = tool.parsed("a tool is a name, or a prefix that ends in `*`", pattern)?;
    Ok(Rule {
        verdict: fields.need("verdict")?.parsed(VERDICTS, Verdict::parse)?,
        when: fields.maybe("when", |list| list.list(When::read))?.unwrap_or_default(),
        reason: fields
            .maybe("reason", |reason| reason.ident())?
            .unwrap_or_else(|| id.clone()),
        id,
        name,
        prefix,
    })
}

/// `crm.*` is the prefix `crm.`; a `*` elsewhere is a mistake, not a letter.
fn pattern(text: &str) -> Option<(String, bool)> {
    match text.strip_suffix('*') {
        Some(prefix) => (prefix.is_empty() || is_ident(prefix)).then(|| (prefix.to_owned(), true)),
        None => is_ident(text).then(|| (text.to_owned(), false)),
    }
}

fn approver(node: Node<'_>) -> Result<Approver> {
    let fields = node.object(&["key", "role"], &[])?;
    Ok(Approver {
        key: fields.need("key")?.keyid()?,
        role: fields.need("role")?.ident()?,
    })
}

/// A list whose items have ids of their own.
fn distinct<T>(list: Node<'_>, read: impl Fn(Node<'_>) -> Result<T>, id: impl Fn(&T) -> &String) -> Result<Vec<T>> {
    let mut seen = std::collections::BTreeSet::new();
    list.list(|node| {
        let item = read(node)?;
        if seen.insert(id(&item).clone()) {
            Ok(item)
        } else {
            Err(node.fail("this stands in the list before"))
        }
    })
}
