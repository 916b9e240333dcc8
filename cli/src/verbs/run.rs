//! `execert run`: record a command, and gate it if there is a policy.

use execert::canon::Value;
use execert::object;
use execert::recorder::Run as RecordedRun;
use execert::{Error, Kind};

use crate::args::{Run, RunAction, Where};
use crate::fail::{Fail, Outcome};
use crate::term::Term;
use crate::{files, home};

mod child;
mod input;

/// The variable that carries the id of a run of several commands.
const RUN: &str = "EXECERT_RUN";

pub(super) fn run(args: &Run, term: &mut Term<'_>) -> Outcome {
    match &args.action {
        Some(RunAction::Open { name, place }) => {
            let recorder = home::recorder(place, None)?;
            let run = recorder.run_open(&Value::Object(object! { "name": name.as_str(), "detached": true }))?;
            term.line(&run.id().to_string())?;
            recorder.close()?;
            Ok(0)
        }
        Some(RunAction::Close { output, place }) => close(place, output.as_deref(), term),
        None => one(args, term),
    }
}

fn close(place: &Where, output: Option<&str>, term: &mut Term<'_>) -> Outcome {
    let Some(id) = joined() else {
        return Err(Fail::usage(
            format!("{RUN} is not set: there is no run to close"),
            "`execert run open NAME` opens one",
        ));
    };
    let recorder = home::recorder(place, None)?;
    let run = recorder.run_join(&id)?;
    let done = run.close(&Value::Object(object! {}))?;
    finish(&run, &done, output, term)?;
    recorder.close()?;
    Ok(0)
}

fn joined() -> Option<String> {
    std::env::var(RUN).ok().filter(|id| !id.is_empty())
}

/// Says what was recorded, and writes the bundle if one was asked for.
fn finish(run: &RecordedRun, done: &Value, output: Option<&str>, term: &mut Term<'_>) -> Result<(), Fail> {
    let records = done.get("records").and_then(Value::as_int).unwrap_or_default();
    match output {
        Some(name) => {
            files::create(name, |out| run.bundle(out))?;
            term.note(&format!(
                "recorded: {records} records of run {} are in {name}",
                run.id()
            ))
        }
        None => term.note(&format!("recorded: {records} records of run {}", run.id())),
    }
}

fn one(args: &Run, term: &mut Term<'_>) -> Outcome {
    let Some(program) = args.command.first() else {
        return Err(Fail::usage(
            "there is no command to run",
            "execert run [OPTIONS] -- CMD ARGS",
        ));
    };
    let name = input::name(program);
    let recorder = home::recorder(&args.place, args.policy.as_deref())?;
    let (run, own) = match joined() {
        Some(id) => (recorder.run_join(&id)?, false),
        None => (
            recorder.run_open(&Value::Object(object! { "name": name.as_str() }))?,
            true,
        ),
    };
    let outcome = gated(args, &name, &run, term);
    if own {
        let status = match &outcome {
            Ok(0) => "ok",
            Ok(_) => "failed",
            Err(_) => "ok",
        };
        let mut end = object! { "status": status };
        if let Ok(code) = &outcome {
            end.insert("output", object! { "exit": u32::from(*code) });
            if *code != 0 {
                end.insert("failure", "tool.error");
            }
        }
        let done = run.close(&Value::Object(end))?;
        finish(&run, &done, args.output.as_deref(), term)?;
    }
    recorder.close()?;
    outcome
}

/// Decides, records the intent, runs the command, records what came of it.
fn gated(args: &Run, name: &str, run: &RecordedRun, term: &mut Term<'_>) -> Outcome {
    let (input, conversions) = input::describe(&args.command, &args.inputs, args.public)?;
    let mut step = object! { "op": "tool", "kind": "code", "name": name, "input": input };
    if !conversions.is_empty() {
        step.insert("conversions", conversions);
    }
    step.put("approval", args.approval.as_deref());
    if args.dry_run {
        step.insert("dry_run", true);
    }
    let (step, answer) = match run.step_open(&Value::Object(step)) {
        Ok(opened) => opened,
        Err(error) if error.kind() == Kind::Denied => return refused(&error, term),
        Err(error) => return Err(Fail::from(error)),
    };
    if args.dry_run {
        let reason = answer
            .pointer("/decision/reason")
            .and_then(Value::as_str)
            .unwrap_or("no-policy");
        term.note(&format!("not run (dry run): it would have been allowed ({reason})"))?;
        return Ok(0);
    }
    term.flush()?;
    let ended = match child::run(&args.command) {
        Ok(ended) => ended,
        Err(error) => {
            let text = format!("{name}: {error}");
            let failed = object! { "type": "SpawnError", "message": text.as_str() };
            step.close(&Value::Object(object! { "error": failed, "failure": "tool.error" }))?;
            return Err(Fail::usage(text, "check the command's name; the attempt is recorded"));
        }
    };
    let (output, conversions) = input::outcome(&ended, &args.outputs, args.public)?;
    let mut end = object! { "output": output, "status": if ended.exit == 0 { "ok" } else { "failed" } };
    if ended.exit != 0 {
        end.insert("failure", "tool.error");
    }
    if !conversions.is_empty() {
        end.insert("conversions", conversions);
    }
    step.close(&Value::Object(end))?;
    Ok(ended.exit)
}

fn refused(error: &Error, term: &mut Term<'_>) -> Outcome {
    term.note(&format!("not run: {error} ({})", error.code().as_str()))?;
    match error.request_digest() {
        Some(request) => {
            term.note(&format!(
                "hint: `execert approve {request} --key FILE`, then the same command with --approval {request}"
            ))?;
        }
        None => term.note(&format!("hint: {}", error.next()))?,
    }
    Ok(error.exit())
}
