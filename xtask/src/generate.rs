//! Generated files: each has one maker, is committed, and is never edited by hand.

use crate::{Error, Result, abi, codes, header, schemas, types};
use std::borrow::Cow;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A generated file: its path from the top of the project, and its text.
pub(crate) struct Output {
    pub(crate) path: Cow<'static, str>,
    pub(crate) text: String,
}

/// Everything that is generated. To add something, write its maker and name it here.
fn outputs(top: &Path) -> Result<Vec<Output>> {
    let table = read(&top.join("core/codes.toml"))?;
    let mut outputs = codes::outputs(&table)?;
    let header = header::render(top, &table)?;
    outputs.push(Output {
        path: "bindings-c/symbols.txt".into(),
        text: abi::symbols(&header)?,
    });
    outputs.push(Output {
        path: abi::path(&header)?.into(),
        text: abi::render(top, &header)?,
    });
    outputs.push(Output {
        path: "bindings-c/include/execert.h".into(),
        text: header,
    });
    outputs.push(Output {
        path: "docs/reference/schemas.md".into(),
        text: schemas::render(&top.join("core/schemas"))?,
    });
    outputs.push(Output {
        path: "bindings-node/ts/types.ts".into(),
        text: types::render(&top.join("core/schemas"))?,
    });
    Ok(outputs)
}

/// Writes what is not current.
pub(crate) fn write() -> Result<String> {
    let top = top()?;
    let mut said = String::new();
    for output in outputs(&top)? {
        let path = top.join(&*output.path);
        if fs::read_to_string(&path).is_ok_and(|old| old == output.text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        }
        fs::write(&path, &output.text).map_err(|error| failed(&path, &error))?;
        said.push_str(&format!("wrote {}\n", output.path));
    }
    if said.is_empty() {
        said.push_str("everything generated is current\n");
    }
    Ok(said)
}

/// Writes nothing; fails with the first difference of each file that is not current.
pub(crate) fn check() -> Result<String> {
    let top = top()?;
    let mut stale = String::new();
    for output in outputs(&top)? {
        match fs::read_to_string(top.join(&*output.path)) {
            Ok(old) if old == output.text => {}
            Ok(old) => stale.push_str(&first_difference(&output.path, &old, &output.text)),
            Err(error) => stale.push_str(&format!("{}: {error}\n", output.path)),
        }
    }
    if stale.is_empty() {
        return Ok("everything generated is current\n".to_owned());
    }
    Err(Error(format!(
        "{stale}hint: run `cargo xtask generate` and commit what it writes"
    )))
}

/// See [`abi::check`].
pub(crate) fn abi(header: &Path) -> Result<String> {
    abi::check(&top()?, header)
}

/// Text as rustfmt leaves it, by the project's own settings.
pub(crate) fn rustfmt(text: &str) -> Result<String> {
    let run = || -> std::io::Result<std::process::Output> {
        let mut child = Command::new("rustfmt")
            .args(["--edition", "2024", "--emit", "stdout"])
            .current_dir(top().map_err(|Error(text)| std::io::Error::other(text))?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(text.as_bytes())?;
        }
        child.wait_with_output()
    };
    let output = run().map_err(|error| Error(format!("rustfmt: {error}")))?;
    if !output.status.success() {
        return Err(Error(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| Error(format!("rustfmt: {error}")))
}

fn first_difference(path: &str, old: &str, new: &str) -> String {
    let (mut olds, mut news) = (old.lines(), new.lines());
    for number in 1_u64.. {
        match (olds.next(), news.next()) {
            (None, None) => break,
            (old, new) if old == new => {}
            (old, new) => {
                let shown = |line: Option<&str>| line.unwrap_or("(end of file)").to_owned();
                return format!(
                    "{path} is stale from line {number}\n  - {}\n  + {}\n",
                    shown(old),
                    shown(new)
                );
            }
        }
    }
    format!("{path} is stale: only line ends differ\n")
}

fn top() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .ok_or_else(|| Error("xtask does not lie inside the project".to_owned()))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_committed_is_current() {
        super::check().unwrap();
    }
}
