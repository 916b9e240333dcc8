"""What is built into an artefact, as cargo resolves it on this machine."""

from __future__ import annotations

import functools
import json
import pathlib
import subprocess
from typing import Any, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Crate(NamedTuple):
    name: str
    version: str
    id: str
    source: str | None
    licence: str
    manifest: pathlib.Path
    macro: bool
    """A procedural macro: it runs while the compiler does and is in no artefact."""
    script: bool
    """It has a build script."""


class Graph:
    def __init__(self, *features: str) -> None:
        found = _metadata(features)
        self.crates = {it["id"]: _crate(it) for it in found["packages"]}
        self._edges: dict[str, list[tuple[str, set[str | None]]]] = {
            node["id"]: [(to["pkg"], {kind["kind"] for kind in to["dep_kinds"]}) for to in node["deps"]]
            for node in found["resolve"]["nodes"]
        }
        self._roots = {self.crates[it].name: it for it in found["workspace_members"]}

    def linked(self, root: str) -> list[Crate]:
        """The crates that are linked into it, itself among them; neither macros nor what builds them."""
        return sorted(self._reach(self._roots[root], {None}, macros=False))

    def built(self) -> list[Crate]:
        """All that is compiled for the workspace, tests included."""
        every: set[Crate] = set()
        for root in self._roots.values():
            every |= self._reach(root, {None, "build", "dev"}, macros=True)
        return sorted(every)

    def needs(self, crate: Crate) -> list[Crate]:
        return sorted(
            self.crates[to] for to, kinds in self._edges[crate.id] if None in kinds and not self.crates[to].macro
        )

    def _reach(self, root: str, wanted: set[str | None], macros: bool) -> set[Crate]:
        seen: set[str] = set()
        todo = [root]
        while todo:
            here = todo.pop()
            if here in seen or (self.crates[here].macro and not macros):
                continue
            seen.add(here)
            todo += [to for to, kinds in self._edges[here] if kinds & wanted]
        return {self.crates[it] for it in seen}


@functools.cache
def _metadata(features: tuple[str, ...]) -> dict[str, Any]:
    host = next(
        line.split()[1]
        for line in subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout.splitlines()
        if line.startswith("host:")
    )
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", host, *features]
    answer: dict[str, Any] = json.loads(
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
    return answer


def _crate(it: dict[str, Any]) -> Crate:
    kinds = {kind for target in it["targets"] for kind in target["kind"]}
    return Crate(
        it["name"], it["version"], it["id"], it["source"], it.get("license") or "", pathlib.Path(it["manifest_path"]),
        "proc-macro" in kinds, "custom-build" in kinds,
    )  # fmt: skip
