// A program of its own: clock and randomness repeat in a whole process.
package dev.execert

import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.Paths

fun main(arguments: Array<String>) {
    val folder: Path = Paths.get(arguments[0])
    hooks.execert_test_repeat(4471)
    val key = Key.generate()
    fun allow(id: String, tool: String) = mapOf("id" to id, "tool" to tool, "verdict" to "allow")
    val policy = mapOf("policy" to 1, "default" to "deny", "rules" to listOf(allow("all", "crm.*"), allow("models", "gpt-*")))
    val options = Options(key = key, policy = policy, tenant = "acme", redactNames = listOf("password"))
    Recorder.open(folder.resolve("acme.ledger"), options).use { recorder ->
        val run = recorder.run("refund-4471", mapOf("order" to "o-9", "password" to "hunter2"), RunOptions(thread = "t1"))
        val items = listOf(1, 1.5, 1e21, -0.0, null, true, "é\ud83d\ude00")
        run.tool("crm.lookup", mapOf("customer" to "c-17", "list" to items)) { mapOf("tier" to "gold") }
        try {
            run.tool("rm", mapOf("path" to "/")) { 1 }
        } catch (refusal: Denied) {
            check(refusal.code == Code.POLICY_DENIED)
        }
        run.step("parse", mapOf("b" to 2, "a" to mapOf("z" to 1, "y" to emptyList<Any>()))).use {
            it.output = mapOf("ok" to true)
        }
        val question = mapOf("messages" to listOf(mapOf("role" to "user", "content" to "hi")))
        run.model("gpt-4.1", question, StepOptions(provider = "openai")) { "hello" }
        run.note("checked", mapOf("text" to "by hand"))
        run.output = mapOf("tier" to "gold")
        run.close()
        Files.write(folder.resolve("run.execert"), run.bundle())
        recorder.seal()
        Files.write(folder.resolve("chain.execert"), recorder.bundle(Export.chain()))
    }
}
