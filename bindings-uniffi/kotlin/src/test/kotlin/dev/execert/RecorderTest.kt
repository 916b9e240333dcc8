// Recording: what runs, what is refused, what is approved, and what is on disk when.
package dev.execert

import java.nio.file.Files
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class RecorderTest {
    private val policy = mapOf(
        "policy" to 1, "default" to "deny",
        "rules" to listOf(
            mapOf("id" to "crm", "tool" to "crm.*", "verdict" to "allow"),
            mapOf("id" to "ask", "tool" to "pay.*", "verdict" to "approve"),
        ),
    )

    private fun List<Map<String, Any?>>.said(): List<String> = map { one ->
        listOf("kind", "phase", "name", "status").mapNotNull { one[it] }.joinToString(" ")
    }

    private fun leaves(recorder: Recorder): Run? {
        recorder.run("early") { run ->
            run.tool("crm.lookup", mapOf("customer" to "c-17")) { return run }
        }
        return null
    }

    @Test
    fun `a body that leaves by return is ended`(): Unit = withRecorder { recorder, _, _ ->
        assertEquals(
            listOf(
                "run.start single early ok", "tool.call intent crm.lookup", "tool.call outcome crm.lookup ok",
                "run.end single early ok",
            ),
            records(leaves(recorder)!!.bundle()).filter { it["run"] != null }.said(),
        )
    }

    @Test
    fun `a run, told record by record`(): Unit = withRecorder { recorder, key, path ->
        var seen: Any? = null
        val given = mutableMapOf<String, Any?>("customer" to "c-17", "n" to 5.0)
        val run = recorder.run("refund-4471", mapOf("order" to "o-9"), RunOptions(thread = "t1")) { run ->
            val tier = run.tool("crm.lookup", given) { input ->
                given["customer"] = "changed"
                seen = input.value
                assertEquals("c-17" to 5L, input.string("customer") to input.integer("n"))
                assertEquals("/x", refused<InvalidInput> { input.string("x") }.path)
                mapOf("tier" to "gold")
            }
            run.model("gpt-4.1", mapOf("q" to 1), StepOptions(provider = "openai")) { "hello" }
            run.step("parse").use { it.output = listOf(1) }
            run.note("checked", mapOf("text" to "by hand"))
            tier
        }
        assertEquals(mapOf("customer" to "c-17", "n" to 5L), seen)
        assertEquals(9, run.end!!.records)
        val bundle = run.bundle()
        assertEquals(
            listOf(
                "run.start single refund-4471 ok", "tool.call intent crm.lookup", "tool.call outcome crm.lookup ok",
                "model.call intent gpt-4.1", "model.call outcome gpt-4.1 ok", "code intent parse",
                "code outcome parse ok", "note single ok", "run.end single refund-4471 ok",
            ),
            records(bundle).filter { it["run"] != null }.said(),
        )
        val saved = run.save(path.resolve("r.execert"))
        assertEquals(Files.size(path.resolve("r.execert")), saved.bytes)
        val report = verify(path.resolve("r.execert"), Trust.of(TrustKey(key, "acme").withRevocation("none")))
        assertEquals(Verdict.INTACT_WARNINGS, report.verdict)
        assertTrue("acme" in report.text(plain = true) && "intact" !in report.signers[0].role)
        val holds = when (report.verdict) {
            Verdict.INTACT, Verdict.INTACT_WARNINGS, Verdict.OWN_KEY -> true
            Verdict.UNREADABLE, Verdict.ALTERED, Verdict.FORKED, Verdict.REVOKED, Verdict.UNSIGNED -> false
            Verdict.UNKNOWN_SIGNER, Verdict.INCOMPLETE, Verdict.EXPIRED, Verdict.REQUIREMENT_MISSING -> false
        }
        assertTrue(holds)
        assertEquals(listOf("refund-4471"), recorder.runs(thread = "t1").map { it.name })
        assertEquals("ok", recorder.runs(id = run.id).single().status)
    }

    @Test
    fun `denied does not run, and is recorded`(): Unit = withRecorder(Options(policy = policy)) { recorder, _, _ ->
        var ran = false
        val run = recorder.run("r")
        val error = refused<Denied> { run.tool("rm", mapOf("path" to "/")) { ran = true } }
        assertEquals(Code.POLICY_DENIED to 9, error.code to error.exitCode)
        assertEquals(false, ran)
        run.close(Status.OK)
        assertTrue(records(run.bundle()).any { it["status"] == "blocked" })
    }

    @Test
    fun `approved, by another key, once`() {
        val manager = Key.generate()
        val rules = policy + ("approvers" to listOf(mapOf("key" to manager.id, "role" to "manager")))
        withRecorder(Options(policy = rules)) { recorder, _, _ ->
            val run = recorder.run("r")
            val input = mapOf("amount" to 900)
            val first = refused<Denied> { run.tool("pay.out", input) { "paid" } }
            assertEquals(Code.POLICY_APPROVAL_MISSING, first.code)
            val request = recorder.requests(state = "waiting").single()
            assertEquals(first.request, request.digest)
            assertEquals(mapOf("amount" to 900L), request.input)
            assertNotNull(recorder.approve(request.digest, manager, ApproveOptions(role = "manager")))
            val options = StepOptions(approval = request.digest)
            assertTrue(refused<Denied> { run.tool("pay.out", mapOf("amount" to 901), options) { 1 } }.code != Code.INTERNAL_PANIC)
            assertEquals("paid", run.tool("pay.out", input, options) { "paid" })
            refused<Denied> { run.tool("pay.out", input, options) { "again" } }
        }
    }

    @Test
    fun `a permit is used once`(): Unit = withRecorder(Options(gate = "enforce")) { recorder, _, _ ->
        val run = recorder.run("r")
        val permit = run.permit("pay", mapOf("amount" to 40))
        assertEquals("40", permit.run { it.integer("amount").toString() })
        assertEquals(Code.GATE_PERMIT_REUSED, refused<Denied> { permit.run { 1 } }.code)
        run.permit("pay", mapOf("amount" to 41)).close()
        run.close(Status.OK)
        val outcomes = records(run.bundle()).filter { it["phase"] == "outcome" }.map { it["status"] }
        assertEquals(listOf("ok", "cancelled"), outcomes)
    }

    @Test
    fun `dry runs call nothing`(): Unit = withRecorder { recorder, _, _ ->
        recorder.run("r").use { run ->
            assertNull(run.tool("pay", mapOf("amount" to 1), StepOptions(dryRun = true)) { throw AssertionError("called") })
        }
    }

    private class Odd(message: String) : Exception(message)

    @Test
    fun `what a body throws ends its run, and is thrown on`(): Unit = withRecorder { recorder, _, _ ->
        val odd = Odd("no")
        val thrown = refused<Odd> { recorder.run("r") { run -> run.tool("t") { throw odd } } }
        assertSame(odd, thrown)
        val last = records(recorder.bundle(Export.run(recorder.runs().single().id)))
        assertEquals(listOf("ok", "failed", "failed"), last.mapNotNull { it["status"] })
        val error = (last.last()["content"] as Map<*, *>).toString()
        assertTrue("Odd" in error && "exception:Odd" in error, error)
    }

    @Test
    fun `an output that is not plain JSON is kept, converted`(): Unit = withRecorder { recorder, _, _ ->
        val run = recorder.run("r") { run ->
            val bytes = ByteArray(2)
            assertSame(bytes, run.tool("t") { bytes })
            run.step("nothing") { }
        }
        val contents = records(run.bundle()).map { it["content"].toString() }
        assertTrue(contents.any { "AAA=" in it && "bytes" in it })
        refused<InvalidInput> { recorder.run("r2").output = Odd("x") }
    }

    @Test
    fun `an interrupt and a cancelled coroutine are cancelled, not failed`(): Unit = withRecorder { recorder, _, _ ->
        val asleep = CountDownLatch(1)
        val thread = Thread {
            try {
                recorder.run("interrupted") { run ->
                    run.tool("sleep") {
                        asleep.countDown()
                        Thread.sleep(600_000)
                    }
                }
            } catch (_: InterruptedException) {
                return@Thread
            }
        }
        thread.start()
        asleep.await()
        thread.interrupt()
        thread.join()
        runBlocking {
            val waiting = CompletableDeferred<Unit>()
            val job = launch(Dispatchers.IO) {
                recorder.run("coroutine") { run ->
                    run.tool("wait") {
                        waiting.complete(Unit)
                        awaitCancellation()
                    }
                }
            }
            waiting.await()
            job.cancel()
            job.join()
        }
        for (name in listOf("interrupted", "coroutine")) {
            val entry = recorder.runs(name = name).single()
            assertEquals("cancelled", entry.status)
            val told = records(recorder.bundle(Export.run(entry.id))).mapNotNull { it["status"] }
            assertEquals(listOf("ok", "cancelled", "cancelled"), told, name)
        }
    }

    @Test
    fun `use closes what its body left open, as unknown`(): Unit = withRecorder { recorder, _, _ ->
        val run = recorder.run("r").use { run ->
            run.step("left").use { }
            run.step("set").use { it.output = 1 }
            run
        }
        val told = records(run.bundle()).mapNotNull { it["status"] }
        assertEquals(listOf("ok", "unknown", "ok", "unknown"), told)
        val answered = recorder.run("s").use { it.output = 1; it }
        assertEquals("ok", recorder.runs(id = answered.id).single().status)
    }

    @Test
    fun `sixteen threads on one recorder`(): Unit = withRecorder(Options(durability = "process")) { recorder, key, _ ->
        val failures = AtomicInteger()
        val threads = List(16) { n ->
            Thread {
                try {
                    recorder.run("r$n", mapOf("n" to n)) { run ->
                        repeat(10) { i -> assertEquals(i.toLong(), run.tool("t", mapOf("i" to i)) { it.integer("i") }) }
                    }
                } catch (error: Throwable) {
                    error.printStackTrace()
                    failures.incrementAndGet()
                }
            }
        }
        threads.forEach { it.start() }
        threads.forEach { it.join() }
        assertEquals(0, failures.get())
        val bundle = recorder.bundle(Export.chain())
        val report = check(bundle, Trust.of(key), CheckOptions(allowOpen = true))
        assertEquals(0, report.exitCode)
        assertEquals(16 * 22, records(bundle).count { it["run"] != null })
        assertEquals(16, recorder.runs(state = "closed").size)
    }

    @Test
    fun `joined, noted, erased, redacted, revealed, sealed`(): Unit = withRecorder { recorder, key, path ->
        val run = recorder.run("r", mapOf("a" to 1, "b" to 2), RunOptions(detached = true))
        val joined = recorder.join(run.id)
        joined.use { it.tool("t", mapOf("card" to "card 4111", "open" to 1)) { "ok" } }
        assertNull(joined.end)
        run.close(Status.OK)
        assertEquals(run.id, joined.id)
        val (trust, bundle) = Trust.of(key) to run.bundle()
        val hidden = redact(bundle, mapOf("hide" to listOf(mapOf("paths" to listOf("/input/card")))))
        assertTrue("card 4111" in String(bundle) && "card 4111" !in String(hidden))
        assertEquals(0, verify(hidden, trust).exitCode)
        val shown = reveal(hidden, bundle, mapOf("show" to listOf(emptyMap<String, Any?>())))
        assertTrue("card 4111" in String(shown))
        assertEquals(0, verify(shown, trust).exitCode)
        val (file, copy) = path.resolve("a.execert") to path.resolve("b.execert")
        run.save(file)
        val changed = redact(file, mapOf("hide" to listOf(mapOf("paths" to listOf("/input/card")))), copy)
        assertEquals(1L, changed["fields"])
        val same = redact(Files.readAllBytes(file), mapOf("hide" to listOf(mapOf("paths" to listOf("/input/card")))))
        assertEquals(String(same), Files.readString(copy))
        recorder.note("event", mapOf("text" to "x"))
        recorder.erase(listOf(run.end!!.seq!! - 1), "art17", "dpo")
        val before = recorder.head
        assertTrue(recorder.heartbeat().seq > before.seq)
        recorder.seal()
        assertEquals(0, check(recorder.bundle(Export.chain()), trust, CheckOptions(require = listOf("sealed"))).exitCode)
        refused<ExecertException> { recorder.note("after") }
    }

    @Test
    fun `errors name the place and the next step`(): Unit = inFolder { path ->
        val missing = refused<InvalidInput> { Key.load(path.resolve("no.key")) }
        assertTrue(missing.hint.isNotEmpty() && "[${missing.code}]" in missing.message!!)
        val key = Key.generate()
        key.save(path.resolve("a.key"))
        assertEquals(key.id, Key.load(path.resolve("a.key")).id)
        refused<ExecertException> { key.save(path.resolve("a.key")) }
        assertEquals("/policy", refused<InvalidInput> { Recorder.open("memory:", Options(key, policy = listOf(key))) }.path?.take(7))
        val unknown = refused<InvalidInput> { Recorder.open("memory:", Options(key, gate = "sometimes")) }
        assertTrue(unknown.message!!.isNotEmpty())
        refused<Unavailable> { check(path.resolve("none.execert"), Trust.of(key)) }
    }
}
