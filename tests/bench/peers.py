"""The nearest that other packages do: a signed, chained record of the same payload, and the check of many of them.

None of them keeps content as we do. provedex embeds the text in the signed event; agent-receipts signs a hash of it;
heso embeds it in the action and decides by a policy. So the same payload goes in, and what comes out differs.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from measure import FOLDER, least, prose, tell

SIZES = [("1 KB", prose(1 << 10), 200), ("10 KB", prose(10 << 10), 60), ("1 MB", prose(1 << 20), 3)]
COUNTS = [10, 100, 1_000, 10_000]


def provedex(folder: pathlib.Path, figures: dict[str, Any]) -> None:
    import provedex as peer

    key = peer.SigningKeypair.generate()
    last = [0, peer.GENESIS_PARENT_HASH]

    def seal(text: str) -> Any:
        digest = hashlib.sha256(text.encode()).hexdigest()
        event = peer.events.utterance_captured(audio_sha256=digest, transcript=text, lang="en", duration_ms=1)
        signed = peer.sign_event(event=event, seq=last[0], parent_hash=last[1], keypair=key)
        last[:] = [last[0] + 1, signed.self_hash]
        return signed

    for name, text, times in SIZES:
        figures[f"provedex seal memory {name}"] = least(lambda: seal(text), times)
    with contextlib.closing(_Session(peer, key, folder / "provedex.ndjson")) as session:
        for name, text, times in SIZES:
            digest = hashlib.sha256(text.encode()).hexdigest()
            event = peer.events.utterance_captured(audio_sha256=digest, transcript=text, lang="en", duration_ms=1)
            figures[f"provedex seal disk {name}"] = least(lambda: session.record(event), times)
    for count in COUNTS:
        last[:] = [0, peer.GENESIS_PARENT_HASH]
        chain = [seal(prose(1 << 10)) for _ in range(count)]
        path = folder / "chain.ndjson"
        path.write_text("".join(event.to_json() + "\n" for event in chain))
        report = peer.verify_file(str(path))
        assert report.ok and report.event_count == count, report.reason
        figures[f"provedex verify {count}"] = least(lambda: peer.verify_file(str(path)), 1, 3 if count > 1_000 else 7)


class _Session:
    """Its session, which has no end of its own."""

    def __init__(self, peer: Any, key: Any, path: pathlib.Path) -> None:
        self._session = peer.Session.open(keypair=key, ledger_path=str(path), session_id="bench")
        self.record: Callable[[Any], Any] = self._session.record

    def close(self) -> None:
        del self._session, self.record


def agent_receipts(folder: pathlib.Path, figures: dict[str, Any]) -> None:
    from agent_receipts import ActionInput, generate_key_pair, hash_receipt, verify_chain
    from agent_receipts.receipt.types import Issuer, Outcome, Principal
    from agent_receipts.receipt_chain import ChainEmitInput, ReceiptChain
    from agent_receipts.store.store import open_store

    keys = generate_key_pair()

    class Keep:
        def __init__(self, store: Any = None) -> None:
            self.receipts: list[Any] = []
            self.store = store

        def emit(self, receipt: Any) -> None:
            if self.store is None:
                self.receipts.append(receipt)
            else:
                self.store.insert(receipt, hash_receipt(receipt))

    def chain(keep: Keep) -> Callable[[str], Any]:
        made = ReceiptChain(
            chain_id="bench", private_key=keys.private_key, verification_method="did:example:bench#1", emitter=keep
        )

        def seal(text: str) -> Any:
            return made.emit(
                ChainEmitInput(
                    issuer=Issuer(id="did:example:bench"),
                    principal=Principal(id="did:example:someone"),
                    action=ActionInput(type="filesystem.file.read", risk_level="low"),
                    outcome=Outcome(status="success"),
                    response_body={"text": text},
                )
            )

        return seal

    seal = chain(Keep())
    store = open_store(str(folder / "receipts.db"))
    stored = chain(Keep(store))
    for name, text, times in SIZES:
        figures[f"agent-receipts seal memory {name}"] = least(lambda: seal(text), times)
        figures[f"agent-receipts seal disk {name}"] = least(lambda: stored(text), times)
    store.close()
    for count in COUNTS:
        keep = Keep()
        seal = chain(keep)
        for _ in range(count):
            seal(prose(1 << 10))
        assert verify_chain(keep.receipts, keys.public_key).valid
        figures[f"agent-receipts verify {count}"] = least(
            lambda: verify_chain(keep.receipts, keys.public_key), 1, 2 if count > 1_000 else 5
        )


def heso(folder: pathlib.Path, figures: dict[str, Any]) -> None:
    import heso as peer
    from heso import _core

    command = [str(pathlib.Path(sys.executable).with_name("heso")), "init"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.chdir(folder)
    with contextlib.redirect_stderr(io.StringIO()):
        peer.init()

    @peer.tool
    def look(text: str) -> str:
        return "gold"

    # Its gate reads policy and key anew for each action; signing alone is measured beside it.
    for name, text, _ in SIZES:
        figures[f"heso seal disk {name}"] = least(lambda: look(text), 5, 3)
    look("a")
    *_, last = (folder / "heso-local-data" / "receipts.jsonl").read_text().splitlines()
    content: dict[str, Any] = json.loads(last)["content"]
    key = _core.generate_key()
    content["agent_identity"] = key.public_key_b64()

    def seal(text: str) -> bytes:
        content["action"]["fields"]["text"] = text
        document = json.dumps(content).encode()
        content["seq"], content["prev_receipt_hash"] = content["seq"] + 1, _core.link_hash(document)
        receipt: bytes = _core.sign_action_content(key, document)
        return receipt

    for name, text, times in SIZES:
        figures[f"heso seal memory {name}"] = least(lambda: seal(text), times)
    look(prose(1 << 10))
    for count in (10, 100):
        log = folder / "heso-local-data" / "receipts.jsonl"
        while len(log.read_text().splitlines()) < count:
            look(prose(1 << 10))
        chain = json.dumps([json.loads(line) for line in log.read_text().splitlines()[:count]]).encode()
        verdict = _core.verify_action_receipt_chain(chain)
        assert verdict["kind"] == "Valid" and verdict["length"] == count, verdict
        figures[f"heso verify {count}"] = least(lambda: _core.verify_action_receipt_chain(chain), 1)


PEERS: list[Callable[[pathlib.Path, dict[str, Any]], None]] = [provedex, agent_receipts, heso]


def main() -> None:
    figures: dict[str, Any] = {}
    home = os.getcwd()
    for peer in PEERS:
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            try:
                peer(pathlib.Path(folder).resolve(), figures)
            except Exception as error:  # a peer that changed must not stop the others
                figures[f"{peer.__name__.replace('_', '-')} error"] = f"{type(error).__name__}: {error}"[:200]
            os.chdir(home)
    tell(figures)


if __name__ == "__main__":
    main()
