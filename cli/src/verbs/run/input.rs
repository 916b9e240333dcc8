//! A command as content: `{argv, cwd, files}` before it runs, `{exit, stdout, stderr, files}` after.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use execert::canon::Value;
use execert::digest::{b64, hex};
use execert::host::Host;
use execert::object;
use execert_store::Native;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::child::{Ended, KEPT, Stream};
use crate::fail::Fail;

/// A document and its conversions.
type Described = (Value, Vec<Value>);

/// The command's name as an identifier: its last path part, other letters as `_`.
pub(super) fn name(program: &OsStr) -> String {
    let base = Path::new(program).file_name().unwrap_or(program).to_string_lossy();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_.:/@+#=-".contains(letter);
    let name: String = base
        .chars()
        .map(|letter| if fits(letter) { letter } else { '_' })
        .take(200)
        .collect();
    if execert::id::is_ident(&name) {
        name
    } else {
        format!("_{}", name.get(1..).unwrap_or_default())
    }
}

pub(super) fn describe(command: &[OsString], inputs: &[String], public: bool) -> Result<Described, Fail> {
    let mut conversions = Vec::new();
    let argv = command
        .iter()
        .enumerate()
        .map(|(at, word)| text(word.as_encoded_bytes(), &format!("/input/argv/{at}"), &mut conversions))
        .collect::<Vec<Value>>();
    let cwd = std::env::current_dir().map_err(Fail::io("."))?;
    let cwd = text(cwd.as_os_str().as_encoded_bytes(), "/input/cwd", &mut conversions);
    let mut input = object! { "argv": argv, "cwd": cwd };
    if !inputs.is_empty() {
        input.insert("files", files(inputs, "/input/files", public, &mut conversions)?);
    }
    Ok((Value::Object(input), sorted(conversions)))
}

pub(super) fn outcome(ended: &Ended, outputs: &[String], public: bool) -> Result<Described, Fail> {
    let mut conversions = Vec::new();
    let mut output = object! { "exit": u32::from(ended.exit) };
    for (name, stream) in [("stderr", &ended.stderr), ("stdout", &ended.stdout)] {
        output.insert(name, kept(stream, &format!("/output/{name}"), &mut conversions));
        output.insert(format!("{name}_bytes"), Value::count(stream.total));
    }
    if !outputs.is_empty() {
        output.insert("files", files(outputs, "/output/files", public, &mut conversions)?);
    }
    Ok((Value::Object(output), sorted(conversions)))
}

fn kept(stream: &Stream, path: &str, conversions: &mut Vec<(String, &'static str)>) -> Value {
    let limit = u64::try_from(KEPT).unwrap_or(u64::MAX);
    if stream.total <= limit {
        return text(&stream.kept, path, conversions);
    }
    // Cut where a character ends, so that text stays text.
    let end = match core::str::from_utf8(&stream.kept) {
        Ok(text) => text.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => stream.kept.len(),
    };
    let value = text(stream.kept.get(..end).unwrap_or_default(), path, conversions);
    conversions.retain(|(pointer, _)| pointer != path);
    conversions.push((path.to_owned(), "omitted:bytes"));
    value
}

/// UTF-8 as text; other bytes as base64, and noted.
fn text(bytes: &[u8], path: &str, conversions: &mut Vec<(String, &'static str)>) -> Value {
    match core::str::from_utf8(bytes) {
        Ok(text) => Value::from(text),
        Err(_) => {
            conversions.push((path.to_owned(), "bytes"));
            Value::from(b64(bytes))
        }
    }
}

fn sorted(mut conversions: Vec<(String, &'static str)>) -> Vec<Value> {
    conversions.sort_by(|a, b| execert::canon::cmp_utf16(&a.0, &b.0));
    conversions
        .into_iter()
        .map(|(path, from)| Value::Array(vec![Value::from(path), Value::from(from)]))
        .collect()
}

/// Files up to 1 MiB with what is in them; of larger ones a digest, salted unless `public`.
fn files(
    names: &[String],
    path: &str,
    public: bool,
    conversions: &mut Vec<(String, &'static str)>,
) -> Result<Value, Fail> {
    let mut all = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let mut file = File::open(name).map_err(Fail::io(name))?;
        let size = file.metadata().map_err(Fail::io(name))?.len();
        let mut entry = object! { "path": name.as_str(), "size": Value::count(size) };
        if size <= u64::try_from(KEPT).unwrap_or(u64::MAX) {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(Fail::io(name))?;
            entry.insert("content", text(&bytes, &format!("{path}/{at}/content"), conversions));
        } else if public {
            let mut hash = Sha256::new();
            each_chunk(&mut file, name, |chunk| hash.update(chunk))?;
            entry.insert("sha256", hex(&hash.finalize()));
        } else {
            let mut salt = [0; 64];
            Native::default().random(&mut salt)?;
            let mut mac = Hmac::<Sha256>::new(&salt.into());
            each_chunk(&mut file, name, |chunk| mac.update(chunk))?;
            entry.insert("salt", b64(&salt));
            entry.insert("hmac_sha256", hex(&mac.finalize().into_bytes()));
        }
        all.push(Value::Object(entry));
    }
    Ok(Value::Array(all))
}

fn each_chunk(file: &mut File, name: &str, mut each: impl FnMut(&[u8])) -> Result<(), Fail> {
    let mut chunk = [0; 65_536];
    loop {
        let read = file.read(&mut chunk).map_err(Fail::io(name))?;
        if read == 0 {
            return Ok(());
        }
        each(chunk.get(..read).unwrap_or_default());
    }
}
