//! `execert bundle`: make, split and join bundles.

use execert::canon::Value;
use execert::key::SecretKey;
use execert::object;
use execert::recorder::{join, split};
use execert_store::Native;

use crate::args::{Bundle, Where};
use crate::fail::{Fail, Outcome};
use crate::term::Term;
use crate::{files, home};

pub(super) fn run(verb: &Bundle, term: &mut Term<'_>) -> Outcome {
    match verb {
        Bundle::Make {
            ledger,
            key,
            run,
            thread,
            chain,
            output,
        } => {
            let mut query = object! {};
            match (run.as_slice(), thread, chain) {
                ([], None, false) => {
                    let text = "say what to export: --run ID, --thread T or --chain";
                    return Err(Fail::usage(text, "`execert ledger list` shows the runs"));
                }
                ([], Some(thread), _) => {
                    query.insert("thread", thread.as_str());
                }
                ([], None, true) => {
                    query.insert("chain", true);
                }
                ([one], ..) => {
                    query.insert("run", one.as_str());
                }
                (several, ..) => {
                    let list: Vec<Value> = several.iter().map(|id| Value::from(id.as_str())).collect();
                    query.insert("run", list);
                }
            }
            let place = Where {
                ledger: Some(ledger.clone()),
                key: key.clone(),
                allow_volume: true,
            };
            let recorder = home::recorder(&place, None)?;
            let done = files::create(output, |out| recorder.export(&Value::Object(query), out))?;
            recorder.close()?;
            told(output, &done, term)
        }
        Bundle::Split { file, run, key, output } => {
            let list: Vec<Value> = run.iter().map(|id| Value::from(id.as_str())).collect();
            let key = signer(key.as_deref())?;
            let mut source = files::open(file)?;
            let done = files::create(output, |out| split(&mut source, &list, &key, &Native::default(), out))?;
            told(output, &done, term)
        }
        Bundle::Join {
            files: names,
            key,
            output,
        } => {
            let key = signer(key.as_deref())?;
            let mut sources = names
                .iter()
                .map(|name| files::open(name))
                .collect::<Result<Vec<_>, _>>()?;
            let done = files::create(output, |out| {
                let mut readers: Vec<&mut dyn std::io::Read> = Vec::new();
                for source in &mut sources {
                    readers.push(source);
                }
                join(&mut readers, &key, &Native::default(), out)
            })?;
            told(output, &done, term)
        }
    }
}

fn signer(named: Option<&str>) -> Result<SecretKey, Fail> {
    let file = home::key(named)?;
    Ok(execert_store::read_key(&file)?)
}

fn told(output: &str, done: &Value, term: &mut Term<'_>) -> Outcome {
    let records = done.get("records").and_then(Value::as_int).unwrap_or_default();
    let digest = done.get("bundle").and_then(Value::as_str).unwrap_or_default();
    term.line(&format!("{output}: {records} records, {digest}"))?;
    Ok(0)
}
