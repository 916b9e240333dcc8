//! One file a verb.

mod approve;
mod bundle;
mod demo;
mod diff;
mod doctor;
mod explain;
mod init;
mod keys;
mod ledger;
mod policy;
mod redact;
mod run;
mod sarif;
mod show;
mod trust;
mod verify;

use clap::CommandFactory;

use crate::args::{Cli, Verb};
use crate::fail::{Fail, Outcome};
use crate::term::Term;

pub(crate) fn run(verb: Verb, term: &mut Term<'_>) -> Outcome {
    match verb {
        Verb::Demo => demo::run(term),
        Verb::Init(args) => init::run(&args, term),
        Verb::Run(args) => run::run(&args, term),
        Verb::Verify(args) => verify::run(&args, term),
        Verb::Show(args) => show::run(&args, term),
        Verb::Explain { code } => explain::run(&code, term),
        Verb::Diff { a, b } => diff::run(&a, &b, term),
        Verb::Ledger(verb) => ledger::run(&verb, term),
        Verb::Bundle(verb) => bundle::run(&verb, term),
        Verb::Redact(args) => redact::redact(&args, term),
        Verb::Reveal(args) => redact::reveal(&args, term),
        Verb::Keys(verb) => keys::run(&verb, term),
        Verb::Trust(verb) => trust::run(&verb, term),
        Verb::Approve(args) => approve::run(&args, term),
        Verb::Policy(verb) => policy::run(&verb, term),
        Verb::Doctor { ledger, json } => doctor::run(ledger.as_deref(), json, term),
        Verb::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "execert", &mut text);
            term.bytes(&text)?;
            Ok(0)
        }
        Verb::Man => {
            let mut text = Vec::new();
            let page = clap_mangen::Man::new(Cli::command());
            page.render(&mut text)
                .map_err(|error| Fail::Io("man page".into(), error))?;
            term.bytes(&text)?;
            Ok(0)
        }
    }
}
