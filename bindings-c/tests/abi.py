"""The interface: what the libraries show, what it is called, and that a change of it is noticed."""

from __future__ import annotations

import pathlib
import re
import shutil
import tempfile

from rig import COMPILERS, PREFIX, ROOT, TARGET, WARNINGS, check, flags, sh, skip

HEADER = PREFIX / "include" / "execert.h"
SYMBOLS = (ROOT / "bindings-c" / "symbols.txt").read_text().split()
# Functions that exist only where something is recorded or a file is read.
RECORDING = re.compile(r"execert_(key|recorder|run|step)_|_file$|_user_trust$|_set_language$")


def shown(library: pathlib.Path, *how: str) -> list[str]:
    lines = sh("nm", *how, "--defined-only", library).stdout.decode().splitlines()
    return sorted(words[2] for words in map(str.split, lines) if len(words) == 3 and words[1] in "TDBRVWGSi")


def libraries() -> None:
    shared = [name for name in shown(PREFIX / "lib" / "libexecert.so", "-D") if not name.startswith("execert_test_")]
    check("the shared library shows what symbols.txt says", shared == sorted(SYMBOLS), set(shared) ^ set(SYMBOLS))
    check("the order of symbols.txt", SYMBOLS == sorted(SYMBOLS))
    static = shown(PREFIX / "lib" / "libexecert.a")
    wanted = [name for name in sorted(SYMBOLS) if not RECORDING.search(name)]
    check(
        "the static library shows what checks evidence, and nothing else", static == wanted, set(static) ^ set(wanted)
    )
    version = re.search(r"^#define EXECERT_ABI_VERSION (\d+)$", HEADER.read_text(), re.M)[1]
    dynamic = sh("readelf", "-d", PREFIX / "lib" / "libexecert.so").stdout.decode()
    check("the soname has the number of the interface", f"soname: [libexecert.so.{version}]" in dynamic, dynamic)
    needed = set(re.findall(r"NEEDED.*\[(.*?)\.so", dynamic))
    check(
        "nothing but the system's own libraries",
        needed <= {"libc", "libm", "libgcc_s", "ld-linux-x86-64", "ld-linux-aarch64"},
        needed,
    )
    check("the header that is installed", HEADER.read_bytes() == (ROOT / "bindings-c/include/execert.h").read_bytes())


CHANGES = [
    ("an argument of another type", "uint32_t kind", "uint64_t kind", False),
    (
        "an argument more",
        "execert_step_claim(const struct execert_step *step)",
        "execert_step_claim(const struct execert_step *step, int how)",
        False,
    ),
    ("an answer of another type", "int32_t execert_error_exit", "int64_t execert_error_exit", False),
    ("a function less", "void execert_step_free(struct execert_step *step);", "", False),
    ("a constant", "#define EXECERT_MODEL 2", "#define EXECERT_MODEL 7", False),
    ("a number of a code", "EXECERT_CODE_CANON_EMPTY = 100", "EXECERT_CODE_CANON_EMPTY = 99", False),
    ("a member of a struct", "  const char *data;", "  const unsigned char *data;", False),
    ("a name of an argument", "uint32_t kind", "uint32_t what", True),
    ("a function more", "void execert_step_free(", "void execert_more(int one);\nvoid execert_step_free(", True),
    ("a code more", "EXECERT_CODE_CANON_EMPTY = 100", "EXECERT_CODE_NEW = 99,\n  EXECERT_CODE_CANON_EMPTY = 100", True),
]


def frozen() -> None:
    sh("cargo", "build", "--quiet", "--locked", "--profile", "ci", "-p", "xtask")
    xtask = TARGET / "ci" / "xtask"
    check("the header fits its baseline", sh(xtask, "abi", HEADER).returncode == 0)
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "execert.h"
        for name, old, new, allowed in CHANGES:
            text = HEADER.read_text()
            check(f"{name}: the header has it", old in text)
            copy.write_text(text.replace(old, new))
            done = sh(xtask, "abi", copy, code=None)
            check(
                f"{name}: {'allowed' if allowed else 'refused'}",
                (done.returncode == 0) == allowed,
                done.stderr.decode(),
            )
            if not allowed:
                check(f"{name}: what to do is said", b"raise EXECERT_ABI_VERSION" in done.stderr, done.stderr.decode())


PROGRAM = """\
#include <execert.h>
#include <execert.h>

int main(void) {
  execert_bytes canonical;
  execert_error *error = execert_canonical(EXECERT_STR("1"), &canonical);
  if (error == NULL) error = execert_canonical(execert_borrow(canonical), &canonical);
  execert_bytes_free(&canonical);
  return execert_abi_version() == EXECERT_ABI_VERSION ? execert_error_exit(error) : 70;
}
"""
CARELESS = """\
#include <execert.h>

int main(void) {
  execert_recorder_close(NULL);
  return 0;
}
"""


def compilers() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for word in ("c", "cc"):
            (folder / f"program.{word}").write_text(PROGRAM)
        (folder / "careless.c").write_text(CARELESS)
        if not COMPILERS:
            return skip("the header in C and C++", "neither gcc with g++ nor clang with clang++ is installed")
        for c, cpp in COMPILERS:
            for compiler, standard, source in (
                (c, "c99", "c"),
                (c, "c17", "c"),
                (cpp, "c++11", "cc"),
                (cpp, "c++17", "cc"),
            ):
                for package in ("execert", "execert-static"):
                    program = folder / f"{compiler}-{standard}-{package}"
                    careful = ["-Wconversion", "-Wold-style-cast" if source == "cc" else "-Wstrict-prototypes"]
                    built = [
                        compiler,
                        f"-std={standard}",
                        *WARNINGS,
                        *careful,
                        folder / f"program.{source}",
                        "-o",
                        program,
                    ]
                    sh(*built, *flags(package), f"-Wl,-rpath,{PREFIX / 'lib'}")
                    check(f"{compiler} {standard} {package}", sh(program).returncode == 0)
            done = sh(
                c,
                "-std=c99",
                "-Wall",
                "-Werror",
                "-c",
                folder / "careless.c",
                "-o",
                folder / "x.o",
                *flags("execert"),
                code=None,
            )
            check(
                "an error that nobody looks at does not compile",
                done.returncode != 0 and b"unused" in done.stderr,
                done.stderr,
            )
    return None


def man() -> None:
    page = PREFIX / "share" / "man" / "man3" / "execert.3"
    text = page.read_text()
    missing = [name for name in SYMBOLS if name not in text]
    check("the manual page names every function", not missing, missing)
    if shutil.which("groff"):
        done = sh("groff", "-man", "-ww", "-z", "-Tutf8", page)
        check("the manual page has no mistake", not done.stderr, done.stderr.decode())
