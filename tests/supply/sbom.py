#!/usr/bin/env python3
"""Writes what each artefact is made of: CycloneDX 1.6, one file an artefact, in build/sbom.

The same commit gives the same bytes: the time is that of the commit, the serial number a hash of the rest.
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
import uuid
from typing import Any

from graph import ROOT, Crate, Graph

ARTEFACTS = {
    "execert": "library",
    "execert-cli": "application",
    "execert-python": "library",
    "execert-node": "library",
    "execert-c": "library",
    "execert-uniffi": "library",
}


def checksums() -> dict[tuple[str, str], str]:
    """SHA-256 of each crate as Cargo.lock holds it."""
    text = (ROOT / "Cargo.lock").read_text()
    entry = re.compile(
        r'\[\[package\]\]\nname = "([^"]+)"\nversion = "([^"]+)"\n'
        r'(?:source = "[^"]+"\n)?(?:checksum = "([0-9a-f]{64})")?'
    )
    return {(name, version): digest for name, version, digest in entry.findall(text) if digest}


def component(crate: Crate, digests: dict[tuple[str, str], str]) -> dict[str, Any]:
    purl = f"pkg:cargo/{crate.name}@{crate.version}"
    out: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": crate.name,
        "version": crate.version,
        "purl": purl,
    }
    if crate.licence:
        out["licenses"] = [{"expression": crate.licence.replace("/", " OR ")}]
    if digest := digests.get((crate.name, crate.version)):
        out["hashes"] = [{"alg": "SHA-256", "content": digest}]
    return out


def sqlite(crate: Crate) -> dict[str, Any]:
    """The C library that libsqlite3-sys brings along."""
    header = (crate.manifest.parent / "sqlite3" / "sqlite3.h").read_text(errors="replace")
    found = re.search(r'#define SQLITE_VERSION\s+"([\d.]+)"', header)
    if found is None:
        sys.exit("sbom: no version in the bundled sqlite3.h")
    purl = f"pkg:generic/sqlite@{found[1]}"
    licence = [{"license": {"id": "blessing"}}]
    return {
        "type": "library",
        "bom-ref": purl,
        "name": "sqlite",
        "version": found[1],
        "purl": purl,
        "licenses": licence,
    }


def bill(graph: Graph, root: str, kind: str) -> dict[str, Any]:
    digests = checksums()
    crates = graph.linked(root)
    main = next(it for it in crates if it.name == root)
    stamp = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    when = datetime.datetime.fromtimestamp(int(stamp), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = [component(it, digests) for it in crates if it is not main]
    edges = [
        {
            "ref": component(it, digests)["bom-ref"],
            "dependsOn": [component(to, digests)["bom-ref"] for to in graph.needs(it)],
        }
        for it in crates
    ]
    for crate in crates:
        if crate.name == "libsqlite3-sys":
            part = sqlite(crate)
            parts.append(part)
            edges.append({"ref": part["bom-ref"], "dependsOn": []})
            next(it for it in edges if it["ref"] == component(crate, digests)["bom-ref"])["dependsOn"].append(
                part["bom-ref"]
            )
    out = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": when, "component": {**component(main, digests), "type": kind}},
        "components": sorted(parts, key=lambda it: str(it["bom-ref"])),
        "dependencies": sorted(edges, key=lambda it: str(it["ref"])),
    }
    out["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(out, sort_keys=True))}"
    return out


def faults(document: dict[str, Any]) -> list[str]:
    """What a reader of CycloneDX 1.6 would refuse or miss."""
    found = [
        name
        for name in ("bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies")
        if name not in document
    ]
    refs = [it["bom-ref"] for it in document["components"]] + [document["metadata"]["component"]["bom-ref"]]
    if len(refs) != len(set(refs)):
        found.append("bom-ref twice")
    for it in document["components"]:
        found += [f"{it['bom-ref']}: no {name}" for name in ("type", "name", "version", "purl") if not it.get(name)]
        if not it.get("licenses"):
            found.append(f"{it['bom-ref']}: no licence")
        if not it.get("hashes") and not it["name"].startswith("execert") and it["name"] != "sqlite":
            found.append(f"{it['bom-ref']}: no hash")
    for edge in document["dependencies"]:
        found += [
            f"{edge['ref']} needs {to}, which is not listed"
            for to in [edge["ref"], *edge["dependsOn"]]
            if to not in refs
        ]
    return found


def main() -> int:
    folder = ROOT / "build" / "sbom"
    folder.mkdir(parents=True, exist_ok=True)
    graph = Graph()
    wrong: list[str] = []
    for name, kind in ARTEFACTS.items():
        document = bill(graph, name, kind)
        wrong += [f"{name}: {fault}" for fault in faults(document)]
        (folder / f"{name}.cdx.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
        print(f"build/sbom/{name}.cdx.json: {len(document['components'])} components")
    print("\n".join(wrong))
    print(f"{len(ARTEFACTS)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
