// One format, several languages: what one seals another verifies, and the same calls give the same bytes.
package dev.execert

import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.Paths
import java.time.Instant
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class CrossTest {
    private val later = CheckOptions(now = Instant.parse("2030-01-01T00:00:00.000Z"))

    @Test
    fun `sealed here, verified by Python and by the command, a changed copy by neither`(): Unit = withRecorder { recorder, key, path ->
        val run = recorder.run("r", mapOf("word" to "é\ud83d\ude00", "n" to 1e21)) { run ->
            run.tool("t", mapOf("a" to listOf(1, null, "x"))) { mapOf("tier" to "gold") }
        }
        val (file, altered, pem) = listOf("r.execert", "altered.execert", "acme.pub").map { path.resolve(it) }
        run.save(file)
        Files.writeString(altered, Files.readString(file).replace("\"tier\":\"gold\"", "\"tier\":\"iron\""))
        Files.writeString(pem, key.publicPem)
        val program = "import sys, execert\ntrust = execert.Trust([sys.argv[2]])\n" +
            "print(execert.check(sys.argv[1], trust, now='2030-01-01T00:00:00.000Z').to_json().decode())"
        for ((bundle, exit) in listOf(file to 0, altered to 1)) {
            val theirs = python(program, bundle.toString(), pem.toString()).out.trim()
            val ours = check(bundle, Trust.of(TrustKey(key.publicPem)), later)
            assertEquals(theirs, String(ours.toBytes()))
            assertEquals(String(ours.toBytes()), String(check(bundle, Trust.load(pem), later).toBytes()))
            assertEquals(exit, ours.exitCode)
            assertEquals(exit, run(COMMAND, "verify", bundle.toString(), "--trust", pem.toString()).code)
        }
    }

    @Test
    fun `sealed by Python and by the command, verified here`(): Unit = inFolder { path ->
        python(
            """
import sys, execert
folder = sys.argv[1]
key = execert.Key.generate()
open(folder + "/acme.pub", "w").write(key.public_pem)
with execert.Recorder(folder + "/p.ledger", key=key) as recorder:
    with recorder.run("r", {"word": "é😀", "n": 1e21}) as run:
        run.tool("t", {"a": 1}, call=lambda a: {"tier": "gold"})
    run.save(folder + "/p.execert")
""",
            path.toString(),
        )
        val trust = Trust.load(path.resolve("acme.pub"))
        assertEquals(Verdict.INTACT_WARNINGS, verify(path.resolve("p.execert"), trust).verdict)
        val altered = Files.readString(path.resolve("p.execert")).replace("\"tier\":\"gold\"", "\"tier\":\"iron\"")
        val error = refused<Untrusted> { verify(altered.toByteArray(), trust) }
        assertEquals(1 to Verdict.ALTERED, error.exitCode to error.report!!.verdict)
        val env = mapOf("XDG_CONFIG_HOME" to path.resolve("config").toString())
        for (arguments in listOf(listOf("init"), listOf("run", "--ledger", "acme.ledger", "--key", "recorder.key", "--", "true"))) {
            val done = run(COMMAND, *arguments.toTypedArray(), folder = path, env = env)
            assertEquals(0, done.code, done.out + done.err)
        }
        val key = Key.load(path.resolve("recorder.key"))
        Recorder.open(path.resolve("acme.ledger"), Options(key = key)).use { recorder ->
            val bundle = recorder.bundle(Export.run(recorder.runs().first().id))
            assertEquals(0, verify(bundle, Trust.of(key)).exitCode)
        }
    }

    @Test
    fun `one ledger, written in turns by two languages`(): Unit = withRecorder { recorder, key, path ->
        key.save(path.resolve("r.key"))
        val theirs = Thread {
            python(
                """
import sys, execert
folder = sys.argv[1]
with execert.Recorder(folder + "/acme.ledger", key=execert.Key.load(folder + "/r.key")) as recorder:
    for n in range(20):
        recorder.note("python", text=str(n))
""",
                path.toString(),
            )
        }
        theirs.start()
        repeat(20) { recorder.note("jvm", mapOf("text" to "$it")) }
        theirs.join()
        val bundle = recorder.bundle(Export.chain())
        assertEquals(0, check(bundle, Trust.of(key), CheckOptions(allowOpen = true)).exitCode)
        assertEquals(40, records(bundle).count { it["kind"] == "note" })
    }

    @Test
    fun `the same run with fixed seeds, identical bytes in both languages`(): Unit = inFolder { path ->
        val folders = listOf("ours", "again", "theirs").map { Files.createDirectory(path.resolve(it)) }
        val java = Paths.get(System.getProperty("java.home"), "bin", "java").toString()
        for (folder in folders.take(2)) {
            val done = run(
                java, "-cp", System.getProperty("java.class.path"), "-Dexecert.root=$ROOT", "dev.execert.SeededKt",
                folder.toString(),
            )
            assertEquals(0, done.code, done.err)
        }
        python(IN_PYTHON, folders[2].toString())
        for (name in listOf("run.execert", "chain.execert")) {
            val bytes = Files.readString(folders[0].resolve(name))
            assertTrue(bytes.length > 5_000 && "hunter2" !in bytes)
            assertEquals(bytes, Files.readString(folders[1].resolve(name)), "$name, here twice")
            assertEquals(bytes, Files.readString(folders[2].resolve(name)), "$name, here and in Python")
        }
    }
}

private const val IN_PYTHON = """
import sys
from execert import Denied, Key, Recorder, _execert
folder = sys.argv[1]
_execert._repeat(4471)
key = Key.generate()
policy = {
    "policy": 1, "default": "deny",
    "rules": [{"id": "all", "tool": "crm.*", "verdict": "allow"}, {"id": "models", "tool": "gpt-*", "verdict": "allow"}],
}
with Recorder(folder + "/acme.ledger", key=key, policy=policy, tenant="acme", redact_names=["password"]) as recorder:
    run = recorder.run("refund-4471", {"order": "o-9", "password": "hunter2"}, thread="t1")
    items = [1, 1.5, 1e21, -0.0, None, True, "é😀"]
    run.tool("crm.lookup", {"customer": "c-17", "list": items}, call=lambda customer, list: {"tier": "gold"})
    try:
        run.tool("rm", {"path": "/"}, call=lambda path: 1)
    except Denied:
        pass
    with run.step("parse", {"b": 2, "a": {"z": 1, "y": []}}) as step:
        step.output = {"ok": True}
    run.model("gpt-4.1", {"messages": [{"role": "user", "content": "hi"}]}, call=lambda messages: "hello", provider="openai")
    run.note("checked", text="by hand")
    run.output = {"tier": "gold"}
    run.close()
    run.save(folder + "/run.execert")
    recorder.seal()
    recorder.export(folder + "/chain.execert", chain=True)
"""
