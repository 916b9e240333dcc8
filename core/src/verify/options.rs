//! What a caller says besides the trust.

use crate::canon::Value;
use crate::canon::fields::{Codes, Node};
use crate::codes::Code;
use crate::error::Result;
use crate::key::MacKey;
use crate::time::Timestamp;

/// Options of a check.
pub(super) struct Options {
    pub(super) now: Timestamp,
    pub(super) allow_open: bool,
    pub(super) require: Require,
    pub(super) mac_key: Option<MacKey>,
    /// How many threads may work on it; none: as many as there are.
    pub(super) threads: Option<usize>,
}

/// What has to be there.
#[derive(Default)]
pub(super) struct Require {
    pub(super) sealed: bool,
    pub(super) timestamp: bool,
    pub(super) no_withheld: bool,
    pub(super) plan: bool,
    pub(super) revocation: bool,
    /// Independent operators over the last record of each chain or run.
    pub(super) witnesses: u64,
}

impl Options {
    pub(super) fn parse(value: &Value) -> Result<Options> {
        let root = Node::root(value, "", Codes::one(Code::WireBadArgument));
        let members = root.object(&["now"], &["allow_open", "require", "mac_key", "threads"])?;
        let mut require = Require::default();
        members.maybe("require", |list| list.list_or_empty(|word| require.add(&word)))?;
        Ok(Options {
            now: members.need("now")?.time()?,
            allow_open: members.maybe("allow_open", |flag| flag.flag())?.unwrap_or(false),
            mac_key: members
                .maybe("mac_key", |key| key.bytes::<32>())?
                .map(MacKey::from_bytes),
            threads: members
                .maybe("threads", |count| count.int_from(1))?
                .map(|count| usize::try_from(count).unwrap_or(usize::MAX)),
            require,
        })
    }
}

impl Require {
    fn add(&mut self, node: &Node<'_>) -> Result<()> {
        let flag = match node.text()? {
            "sealed" => &mut self.sealed,
            "timestamp" => &mut self.timestamp,
            "no-withheld" => &mut self.no_withheld,
            "plan" => &mut self.plan,
            "revocation" => &mut self.revocation,
            other => {
                let number = other
                    .strip_prefix("witness:")
                    .filter(|n| n.bytes().all(|b| b.is_ascii_digit()));
                let number = number.and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                let words = "`sealed`, `timestamp`, `no-withheld`, `plan`, `revocation` or `witness:N` is expected";
                self.witnesses = self.witnesses.max(number.ok_or_else(|| node.fail(words))?);
                return Ok(());
            }
        };
        *flag = true;
        Ok(())
    }
}
