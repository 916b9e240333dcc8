//! Policies, before anything runs.

use execert::canon::{Value, parse, to_jcs};
use execert::limits::Limits;
use execert::policy::Policy;

use crate::answer;
use crate::buffers::take;

/// What a policy says: its digest, and hints about rules that never apply.
#[unsafe(no_mangle)]
pub extern "C" fn execert_policy_check(policy: i32) -> i32 {
    let policy = take(policy);
    answer::bytes((|| {
        Ok(to_jcs(&Policy::parse(&parse(&policy, &Limits::DOCUMENT)?)?.check()))
    })())
}

/// Runs a list of cases, `{name, tool, arguments, expect}`, against a policy.
#[unsafe(no_mangle)]
pub extern "C" fn execert_policy_test(policy: i32, cases: i32) -> i32 {
    let (policy, cases) = (take(policy), take(cases));
    answer::bytes((|| {
        let read = |bytes: &[u8]| -> execert::Result<Value> { parse(bytes, &Limits::DOCUMENT) };
        Ok(to_jcs(&Policy::parse(&read(&policy)?)?.test(&read(&cases)?)?))
    })())
}
