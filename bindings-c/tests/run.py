#!/usr/bin/env python3
"""The tests of the C library as it is laid out in build/c: programs in C, beside the wheel, the command and Node."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import tempfile

import abi
import cases
import install
import rig
from rig import COMMAND, HERE, PYTHON, ROOT, check, compiled, counted, part, sh, skip

PROGRAMS = ["vectors", "session", "repeat", "arguments", "fork", "children", "threads", "panics"]
# What is reachable at the end is the library's own: tables, threads of others.
VALGRIND = [
    "valgrind",
    "--quiet",
    "--error-exitcode=99",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite",
    "--show-leak-kinds=definite",
]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="execert-c-") as name:
        folder = pathlib.Path(name)
        part("libraries", abi.libraries)
        part("frozen", abi.frozen)
        part("compilers", abi.compilers)
        part("manual", abi.man)
        part("as a stranger", lambda: install.everything(place(folder, "stranger")))
        part("programs", lambda: programs(folder))
    return rig.end()


def place(folder: pathlib.Path, name: str) -> pathlib.Path:
    path = folder / name
    path.mkdir()
    return path


def programs(folder: pathlib.Path) -> None:
    built = {name: compiled(folder, name) for name in PROGRAMS}
    part("vectors", lambda: vectors(built["vectors"], place(folder, "vectors-of")))
    part("session", lambda: session(built["session"], place(folder, "session-of")))
    part("other languages", lambda: others(built["session"], place(folder, "others-of")))
    part("repeat", lambda: repeat(built["repeat"], place(folder, "repeat-of")))
    part("arguments", lambda: counted("arguments", sh(built["arguments"], code=None)))
    part("fork", lambda: check("fork", sh(built["fork"], place(folder, "fork-of") / "a.ledger").returncode == 0))
    part("children", lambda: counted("children", sh(built["children"], place(folder, "children-of"), code=None)))
    part("threads", lambda: counted("threads", sh(built["threads"], place(folder, "threads-of"), 20, code=None)))
    part("panics", lambda: panics(built["panics"]))
    part("valgrind", lambda: valgrind(built, place(folder, "valgrind-of")))
    part("sanitizers", lambda: sanitizers(place(folder, "sanitizers-of")))


def vectors(program: pathlib.Path, folder: pathlib.Path) -> None:
    done = sh(program, folder, stdin=cases.written(cases.everything(folder)), code=None)
    counted("vectors", done)
    print(done.stdout.decode().splitlines()[0])


def verified(path: pathlib.Path, trust: list[pathlib.Path]) -> int:
    named = [word for one in trust for word in ("--trust", one)]
    return sh(COMMAND, "verify", path, *named, code=None).returncode


def session(program: pathlib.Path, folder: pathlib.Path) -> None:
    counted("session", sh(program, folder, code=None))
    import execert

    keys = [folder / "acme.pem", folder / "manager.pem"]
    trust = execert.Trust([keys[0], {"key": keys[1].read_text(), "role": "approver"}])
    trust.save(folder / "acme.trust")
    for name in ("run", "chain", "hidden", "shown"):
        bundle = folder / f"{name}.execert"
        check(f"{name}: the command", verified(bundle, [folder / "acme.trust"]) == 0)
        check(f"{name}: the wheel", execert.check(bundle, trust).exit == 0)
        counted(f"{name}: C", sh(program, "--verify", bundle, folder / "acme.trust", 0, code=None))
        altered = folder / f"{name}-altered.execert"
        altered.write_text(bundle.read_text().replace('"customer":"c-17"', '"customer":"c-18"'))
        check(f"{name}: it was altered", altered.read_bytes() != bundle.read_bytes())
        check(f"{name}: the command sees it", verified(altered, [folder / "acme.trust"]) == 1)
        counted(f"{name}: C sees it", sh(program, "--verify", altered, folder / "acme.trust", 1, code=None))
    own = {"XDG_CONFIG_HOME": str(folder / "config")}
    judged = [program, "--verify", folder / "run.execert", "own"]
    counted("own trust, when there is none: an unknown signer", sh(*judged, 3, code=None, **own))
    sh(COMMAND, "trust", "add", keys[0], "--as", "acme", **own)
    sh(COMMAND, "trust", "add", keys[1], "--as", "manager", "--role", "approver", **own)
    counted("own trust", sh(*judged, 0, code=None, **own))
    secret = (folder / "recorder.key").read_bytes().splitlines()[1]
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "recorder.key":
            check(f"no secret in {path.name}", secret not in path.read_bytes())


BY_PYTHON = """
import sys, execert
folder = sys.argv[1]
key = execert.Key.generate()
execert.Trust([key]).save(folder + "/python.trust")
with execert.Recorder(folder + "/python.ledger", key=key) as recorder:
    with recorder.run("r", {"word": "\\u00e9\\U0001f600", "n": 1e21}) as run:
        run.tool("t", {"customer": "c-17"}, call=lambda customer: {"tier": "gold"})
    run.save(folder + "/python.execert")
"""
BY_NODE = """
import { Key, Recorder, Trust } from "execert";
const folder = process.argv[1];
const key = Key.generate();
new Trust({ keys: [key] }).save(folder + "/node.trust");
const recorder = await Recorder.open(folder + "/node.ledger", { key });
const run = await recorder.run("r", { n: 1 }, (run) => run.tool("t", { customer: "c-17" }, () => ({ tier: "gold" })));
await run.save(folder + "/node.execert");
await recorder.close();
"""


def others(program: pathlib.Path, folder: pathlib.Path) -> None:
    """What Python and Node sealed, C judges."""
    sh(PYTHON, "-c", BY_PYTHON, folder)
    made = ["python"]
    installed = ROOT / "build" / "node"
    if (installed / "node_modules" / "execert").exists() and shutil.which("node"):
        done = subprocess.run(
            ["node", "--input-type=module", "-e", BY_NODE, "--", folder], cwd=installed, capture_output=True
        )
        check("Node records", done.returncode == 0, done.stderr.decode())
        made.append("node")
    else:
        skip("evidence of Node", "the npm package is not built here")
    for name in made:
        bundle, trust = folder / f"{name}.execert", folder / f"{name}.trust"
        counted(f"{name}: judged by C", sh(program, "--verify", bundle, trust, 0, code=None))
        altered = folder / f"{name}-altered.execert"
        altered.write_text(bundle.read_text().replace('"tier":"gold"', '"tier":"iron"'))
        counted(f"{name}: altered", sh(program, "--verify", altered, trust, 1, code=None))


def repeat(program: pathlib.Path, folder: pathlib.Path) -> None:
    ours, theirs = place(folder, "c"), place(folder, "python")
    counted("repeat", sh(program, ours, code=None))
    sh(PYTHON, HERE / "repeat.py", theirs)
    for name in ("run.execert", "chain.execert"):
        bytes_ = (ours / name).read_bytes()
        check(f"{name}: large enough", len(bytes_) > 5000 and b"hunter2" not in bytes_)
        check(f"{name}: identical bytes in C and Python", bytes_ == (theirs / name).read_bytes())


def panics(program: pathlib.Path) -> None:
    done = sh(program, code=None)
    counted("panics", done)
    met = {line.split()[1] for line in done.stdout.decode().splitlines() if line.startswith("met ")}
    check("a panic was tried in every function", met == set(abi.SYMBOLS), met ^ set(abi.SYMBOLS))


def valgrind(built: dict[str, pathlib.Path], folder: pathlib.Path) -> None:
    if not shutil.which("valgrind"):
        return skip("valgrind", "it is not installed")
    for name, *words in (("arguments", "few"), ("session", place(folder, "s")), ("threads", place(folder, "t"), 1)):
        counted(f"valgrind {name}", sh(*VALGRIND, built[name], *words, code=None))


def sanitizers(folder: pathlib.Path) -> None:
    probe = folder / "probe.c"
    probe.write_text("int main(void) { return 0; }\n")
    if sh("cc", *SANITIZE, probe, "-o", folder / "probe", code=None).returncode != 0:
        return skip("sanitizers", "the compiler has no libasan here")
    for name in ("vectors", "arguments", "session", "panics", "threads"):
        program = compiled(folder, name, extra=SANITIZE)
        own = place(folder, f"{name}-of")
        words = {"vectors": [own], "arguments": ["few"], "session": [own], "panics": [], "threads": [own, 5]}[name]
        stdin = cases.written(cases.slow()) if name == "vectors" else b""
        counted(f"sanitized {name}", sh(program, *words, stdin=stdin, code=None))
    return None


if __name__ == "__main__":
    sys.exit(main())
