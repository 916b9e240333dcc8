#!/usr/bin/env python3
"""What comes from others stays small and known: the half of it that costs seconds and needs no network.

Numbers of crates, macros and build scripts, what is in the wheel, and, where cargo-deny is installed, names, licences
and sources. `scripts/supply` does the rest.
"""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable

from graph import ROOT, Graph
from sbom import ARTEFACTS, bill, faults

# What a verifier links (the core without what is optional), and what the core links as it comes, each beside itself.
# The verifier's limit is 25; a number that falls is lowered here too.
VERIFIER, CORE = 25, 33
# They run inside the compiler, with the rights of whoever builds.
MACROS = {
    "clap_derive", "curve25519-dalek-derive", "divan-macros", "futures-macro", "napi-derive", "pyo3-macros", "serde_derive",
    "thiserror-impl", "uniffi_internal_macros", "uniffi_macros",
}  # fmt: skip

Check = Callable[[], str]
CHECKS: list[Check] = []


class Skip(Exception):
    """Why a check could not be made here."""


def check(function: Check) -> Check:
    CHECKS.append(function)
    return function


@check
def crates_of_the_verifier() -> str:
    bare, core = tree("--no-default-features"), tree()
    assert bare <= VERIFIER, f"a verifier links {bare} crates; {VERIFIER} were enough"
    assert core <= CORE, f"the core links {core} crates; {CORE} were enough"
    out = ROOT / "build" / "results"
    out.mkdir(parents=True, exist_ok=True)
    (out / "crates.json").write_text(json.dumps({"verifier": bare, "core": core}) + "\n")
    return f"{bare} in a verifier, {core} in the core"


@check
def macros_are_known() -> str:
    found = {it.name for it in Graph().built() if it.macro}
    assert found <= MACROS, f"new procedural macros: {sorted(found - MACROS)}"
    return ", ".join(sorted(found))


@check
def build_scripts_are_known() -> str:
    text = (ROOT / "deny.toml").read_text()
    listed = re.search(r"^allow-build-scripts = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    assert listed is not None, "deny.toml has no allow-build-scripts"
    allowed = set(re.findall(r'"([^"]+)"', listed[1]))
    found = {it.name for it in Graph().built() if it.script}
    assert found <= allowed, f"new build scripts: {sorted(found - allowed)}"
    return f"{len(found)} of {len(allowed)} allowed"


@check
def core_has_no_unsafe_code() -> str:
    for name in ("core/src/lib.rs", "store/src/lib.rs", "cli/src/lib.rs"):
        assert "#![forbid(unsafe_code)]" in (ROOT / name).read_text(), f"{name} does not forbid unsafe code"
    return "forbidden in core, store and cli"


@check
def nothing_opens_a_network() -> str:
    """No crate that could, and none of the standard library's sockets in what is ours."""
    known = {
        "curl",
        "h2",
        "hyper",
        "isahc",
        "mio",
        "native-tls",
        "openssl",
        "reqwest",
        "rustls",
        "socket2",
        "tokio",
        "ureq",
    }
    graph = Graph()
    found = {it.name for name in ARTEFACTS for it in graph.linked(name)} & known
    assert not found, f"linked: {sorted(found)}"
    used = re.compile(r"std::net|std::os::unix::net|TcpStream|UdpSocket|UnixStream|rustix::net")
    sources = [
        path for name in ("core", "store", "cli", "bindings-python", "bindings-node", "bindings-uniffi") for path in (ROOT / name / "src").rglob("*.rs")
    ]
    wrong = [str(path.relative_to(ROOT)) for path in sources if used.search(path.read_text())]
    wrong += [
        str(path.relative_to(ROOT)) for path in (ROOT / "bindings-python" / "python").rglob("*.py")
        if re.search(r"^\s*(?:import|from) (?:socket|http|urllib|ssl)\b", path.read_text(), re.MULTILINE)
    ]  # fmt: skip
    wrong += [
        str(path.relative_to(ROOT)) for path in (ROOT / "bindings-node" / "ts").glob("*.ts")
        if re.search(r"""(?:from|require\() ?["'](?:node:)?(?:net|tls|dgram|https?2?|dns|child_process)["']|\bfetch\(""", path.read_text())
    ]  # fmt: skip
    assert not wrong, f"sockets in {wrong}"
    return f"{len(sources)} sources, no crate that opens one"


@check
def bills_of_materials_are_whole() -> str:
    graph = Graph()
    counts = []
    for name, kind in ARTEFACTS.items():
        document = bill(graph, name, kind)
        wrong = faults(document)
        assert not wrong, f"{name}: {wrong}"
        counts.append(f"{name} {len(document['components'])}")
    return ", ".join(counts)


@check
def wheel_runs_nothing_by_itself() -> str:
    names = zipfile.ZipFile(wheel()).namelist()
    strange = [name for name in names if name.endswith(".pth") or not re.match(r"execert(-[\d.]+\.dist-info)?/", name)]
    assert not strange, f"in the wheel: {strange}"
    return f"{len(names)} files, none of them .pth"


@check
def wheel_installs_without_a_network() -> str:
    alone = ["unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
        alone = []
    with tempfile.TemporaryDirectory() as folder:

        def run(*command: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([*alone, *command], check=True, capture_output=True, text=True, cwd=folder)

        run(sys.executable, "-m", "venv", "--without-pip", f"{folder}/venv")
        pip = [sys.executable, "-m", "pip", "--python", f"{folder}/venv/bin/python", "install", "--quiet", "--no-index"]
        run(*pip, "--disable-pip-version-check", str(wheel()))
        told = run(f"{folder}/venv/bin/execert", "--version").stdout.strip()
        known = run(f"{folder}/venv/bin/python", "-c", "import execert; print(execert.__version__)").stdout.strip()
        assert told == f"execert {known}", (told, known)
    return f"{told}, {'in a network of its own' if alone else 'with no index'}"


@check
def deny() -> str:
    if shutil.which("cargo-deny") is None:
        raise Skip("cargo-deny is not installed: `make supply` installs it")
    done = subprocess.run(
        [
            "cargo",
            "deny",
            "--offline",
            "--all-features",
            "--log-level",
            "error",
            "check",
            "bans",
            "licenses",
            "sources",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if "failed to" in done.stderr and "offline" in done.stderr:
        raise Skip("a crate of another platform was never downloaded: `cargo fetch`")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def tree(*features: str) -> int:
    """Crates that the core links when it is built alone; one in two versions counts twice."""
    command = [
        "cargo",
        "tree",
        "--locked",
        "-p",
        "execert",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        *features,
    ]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return len({line.removesuffix(" (*)") for line in lines if line and not line.startswith("execert ")})


def wheel() -> pathlib.Path:
    found = sorted((ROOT / "build" / "wheels").glob("execert-*.whl"))
    if not found:
        raise Skip("there is no wheel: `scripts/setup` builds it")
    return found[-1]


def main() -> int:
    passed = failed = skipped = 0
    for function in CHECKS:
        name = function.__name__.replace("_", " ")
        try:
            print(f"ok      {name}: {function()}")
            passed += 1
        except Skip as why:
            print(f"skipped {name}: {why}")
            skipped += 1
        except (AssertionError, subprocess.CalledProcessError) as error:
            print(f"failed  {name}: {error}\n{getattr(error, 'stderr', '') or ''}")
            failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
