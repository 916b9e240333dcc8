//! `execert keys`: make, list and export keys.

use execert::canon::Value;
use execert::host::Host;
use execert::key::{PublicKey, SecretKey};
use execert_store::{Native, user};

use crate::args::Keys;
use crate::fail::{Fail, Outcome};
use crate::files;
use crate::term::Term;

pub(super) fn run(verb: &Keys, term: &mut Term<'_>) -> Outcome {
    match verb {
        Keys::New { file } => {
            let public = make(file)?;
            term.line(&format!("{file}: a new key; keep it secret and keep a copy"))?;
            term.line(&format!("fingerprint {}", public.keyid().fingerprint()))?;
        }
        Keys::List { files } if files.is_empty() => list_own(term)?,
        Keys::List { files } => {
            for file in files {
                let public = public(file)?;
                term.line(&format!("{file}  {}", public.keyid().fingerprint()))?;
            }
        }
        Keys::Export { file, output } => {
            let pem = public(file)?.to_pem()?;
            match output {
                Some(name) => {
                    files::create(name, |out| {
                        let written = out.write_all(pem.as_bytes());
                        written.map_err(|_| execert::Error::new(execert::Code::StoreIo, "the key could not be written"))
                    })?;
                    term.line(&format!("{name}: the public half of {file}"))?;
                }
                None => term.bytes(pem.as_bytes())?,
            }
        }
    }
    Ok(0)
}

/// Makes a key file, 0600; the public half.
pub(super) fn make(file: &str) -> Result<PublicKey, Fail> {
    let host = Native::default();
    let mut seed = [0; 32];
    host.random(&mut seed)?;
    let key = SecretKey::from_seed(seed);
    execert_store::write_key(file, &key)?;
    Ok(key.public().clone())
}

/// The public half of a key file, which may hold either half.
pub(super) fn public(file: &str) -> Result<PublicKey, Fail> {
    let text = String::from_utf8(files::read(file)?).unwrap_or_default();
    if text.contains("BEGIN PUBLIC KEY") {
        return PublicKey::from_pem(&text).map_err(Fail::about(file));
    }
    let secret = SecretKey::from_pem(&text).map_err(Fail::about(file))?;
    Ok(secret.public().clone())
}

fn list_own(term: &mut Term<'_>) -> Result<(), Fail> {
    let trust = user::load()?;
    let keys = trust
        .as_ref()
        .and_then(|trust| trust.get("keys"))
        .and_then(Value::as_array)
        .unwrap_or_default();
    let own: Vec<&Value> = keys.iter().filter(|key| key.get("own").is_some()).collect();
    if own.is_empty() {
        return term.line("no keys of your own are noted; `execert init` makes one");
    }
    for key in own {
        term.line(&super::trust::describe(key))?;
    }
    Ok(())
}
