"""As a stranger meets the library: only what is installed, moved to another place, and what the guide says."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess

from rig import PREFIX, ROOT, check, sh, skip

GUIDE = ROOT / "docs" / "guide" / "c.md"
EXAMPLES = ROOT / "examples"
CAREFUL = "-O1 -std=c99 -pedantic -Wall -Wextra -Werror"


class Stranger:
    """An empty folder, an empty home, and a library that was moved."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.prefix = folder / "moved" / "execert"
        self.work = folder / "work"
        shutil.copytree(PREFIX, self.prefix, symlinks=True)
        self.work.mkdir()

    def run(self, command: str, cwd: pathlib.Path | None = None, code: int | None = 0) -> str:
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.work),
            "LANG": "C.UTF-8",
            "PKG_CONFIG_PATH": str(self.prefix / "lib" / "pkgconfig"),
            "CMAKE_PREFIX_PATH": str(self.prefix),
            "LD_LIBRARY_PATH": str(self.prefix / "lib"),
        }
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=cwd or self.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )
        said = done.stdout.decode(errors="replace")
        if code is not None:
            check(f"{command} ends with {code}", done.returncode == code, f"exit {done.returncode}\n{said}")
        return said


def guide(stranger: Stranger) -> None:
    """The page as it is printed."""
    text = GUIDE.read_text()
    name, program = re.search(r"<!-- file: (.*?) -->\n```c\n(.*?)```", text, re.S).groups()
    (stranger.work / name).write_text(program)
    session = re.search(r"<!-- not run: bindings-c/tests/install.py does.*?```console\n(.*?)```", text, re.S)[1]
    commands = [part for part in re.split(r"(?m)^\$ ", session) if part.strip()]
    check("the guide has commands", len(commands) == 3, commands)
    printed = re.search(r"<!-- file: first.c -->.*?```console\n.*?```\n", text, re.S)[0]
    check("the README prints the same program", printed in (ROOT / "bindings-c" / "README.md").read_text())
    for part in commands:
        command, _, shown = part.partition("\n")
        check(f"the guide shows what this prints: {command}", stranger.run(command) == shown, shown)
    judged = sh(ROOT / "build" / "execert", "verify", stranger.work / "refund-4471.execert", code=None)
    check("what the program saved is evidence of an unknown signer", judged.returncode == 3, judged.stdout.decode())
    for language, file in (("cmake", "CMakeLists.txt"), ("meson", "meson.build")):
        shown = re.search(rf"```{language}\n(.*?)```", text, re.S)[1]
        check(f"{file} says what the guide shows", shown in (EXAMPLES / "refund-triage-c" / file).read_text(), shown)


def desk(stranger: Stranger) -> None:
    source = stranger.folder / "refund-triage-c"
    shutil.copytree(EXAMPLES / "refund-triage-c", source)
    ways = {
        "make": (None, f"make -s CFLAGS='{CAREFUL}' && mv desk made-by-make"),
        "cmake": (
            "cmake",
            "cmake -B b-cmake >/dev/null && cmake --build b-cmake >/dev/null && mv b-cmake/desk made-by-cmake",
        ),
        "meson": (
            "meson",
            "meson setup b-meson >/dev/null && ninja -C b-meson >/dev/null && mv b-meson/desk made-by-meson",
        ),
    }
    for name, (tool, build) in ways.items():
        if tool and not shutil.which(tool):
            skip(f"the desk with {name}", f"{tool} is not installed")
            continue
        stranger.run(build, source)
        out = source / f"out-{name}"
        out.mkdir()
        said = stranger.run(f"./made-by-{name} {out.name}", source)
        for line in (
            "refused: rule `never` refuses `payments_refund`",
            "waits for an approval",
            "unchanged, and signed",
        ):
            check(f"the desk with {name} says: {line}", line in said, said)
        did = said.partition("noted by themselves:\n")[2].partition("\n\n")[0]
        check(
            f"{name}: 9000 were never paid", "9000" not in did and '"amount":900,' in did and '"amount":40,' in did, did
        )


def audit(stranger: Stranger) -> None:
    source = stranger.folder / "audit"
    shutil.copytree(EXAMPLES / "offline-audit" / "c", source)
    stranger.run(f"make -s CFLAGS='{CAREFUL}'", source)
    out = stranger.folder / "refund-triage-c" / "out-make"
    bundle = out / "refund-triage.execert"
    needs = sh("readelf", "-d", source / "audit").stdout.decode()
    check("the checker is inside the program", "libexecert" not in needs, needs)
    said = stranger.run(f"./audit {out}/acme.trust {bundle}", source)
    check("the audit shows the verdict", "unchanged, and signed by a key you trust" in said, said)
    altered = out / "altered.execert"
    altered.write_text(bundle.read_text().replace('"amount":900', '"amount":901'))
    said = stranger.run(f"./audit {out}/acme.trust {bundle} {altered}", source, code=1)
    check("the audit says where", "`/input/amount` is not what was sealed" in said, said)
    nobody = ROOT / "tests/vectors/golden/bundle/six/trust.json"
    stranger.run(f"./audit {nobody} {bundle}", source, code=3)
    (out / "broken.execert").write_text("{")
    stranger.run(f"./audit {out}/acme.trust {out}/broken.execert", source, code=7)


def cmake_static(stranger: Stranger) -> None:
    """The other target of the CMake package, and that another version is not taken."""
    if not shutil.which("cmake"):
        return skip("the static library with CMake", "cmake is not installed")
    source = stranger.folder / "static"
    source.mkdir()
    shutil.copy(EXAMPLES / "offline-audit" / "c" / "audit.c", source)
    project = "cmake_minimum_required(VERSION 3.16)\nproject(audit C)\nfind_package(execert @ REQUIRED)\n"
    project += "add_executable(audit audit.c)\ntarget_link_libraries(audit PRIVATE execert::static)\n"
    (source / "CMakeLists.txt").write_text(project.replace("@", "0.1.0"))
    stranger.run("cmake -B b >/dev/null && cmake --build b >/dev/null", source)
    stranger.run("./b/audit", source, code=2)
    for version in ("0.2", "1.0", "0.0.9"):
        (source / "CMakeLists.txt").write_text(project.replace("@", version))
        said = stranger.run("rm -rf b && cmake -B b", source, code=1)
        check(f"version {version} is not taken", "execert" in said, said)
    return None


def everything(folder: pathlib.Path) -> None:
    stranger = Stranger(folder)
    found = stranger.run("pkg-config --modversion execert execert-static")
    check("both versions", len(set(found.split())) == 1 and len(found.split()) == 2, found)
    guide(stranger)
    desk(stranger)
    audit(stranger)
    cmake_static(stranger)
    check(
        "nothing of the place where it was made",
        str(PREFIX).encode()
        not in b"".join(
            path.read_bytes()
            for path in stranger.prefix.rglob("*")
            if path.is_file() and path.suffix in (".pc", ".cmake", ".3", ".h")
        ),
    )
