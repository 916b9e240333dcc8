//! `execert explain`: what a code means, what it does not, and what to do.

use execert::Code;

use crate::fail::{Fail, Outcome};
use crate::term::Term;

pub(super) fn run(code: &str, term: &mut Term<'_>) -> Outcome {
    let Some(known) = Code::parse(code) else {
        let near: Vec<&Code> = Code::ALL.iter().filter(|known| known.as_str().contains(code)).collect();
        if near.is_empty() {
            return Err(Fail::usage(
                format!("`{code}` is not a code of execert"),
                "`execert explain .` lists all",
            ));
        }
        for known in near {
            term.line(&format!("{:<28} {}", known.as_str(), known.title()))?;
        }
        return Ok(0);
    };
    term.heading(known.as_str())?;
    term.line(&format!("  means       {}", known.title()))?;
    for (at, cause) in known.causes().iter().enumerate() {
        term.line(&format!("  {:<11} {cause}", if at == 0 { "likely" } else { "" }))?;
    }
    term.line(&format!("  next        {}", known.next()))?;
    term.line(&format!("  not meant   {}", known.not_meant()))?;
    term.line(&format!(
        "  kind        {}, number {}",
        known.kind().as_str(),
        known.number()
    ))?;
    if let Some(verdict) = known.verdict() {
        term.line(&format!("  verdict     {verdict}"))?;
    }
    term.line(&format!("  since       {}", known.since()))?;
    Ok(0)
}
