// A refund desk: look up, refund a little, ask for what a manager may allow, be refused what nobody may.
// Everything is recorded before it runs; the evidence is saved, and judged by the verifier.

import dev.execert.Denied
import dev.execert.Input
import dev.execert.Key
import dev.execert.Options
import dev.execert.Recorder
import dev.execert.StepOptions
import dev.execert.Trust
import dev.execert.TrustKey
import dev.execert.verify
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.Paths

/** What the tools really did, noted by themselves. */
val did = mutableListOf<String>()

fun lookup(input: Input): Map<String, Any?> {
    did += "crm.lookup ${input.string("customer")}"
    return mapOf("customer" to input["customer"], "tier" to "gold", "since" to "2019")
}

fun refund(input: Input): String {
    did += "payments.refund ${input.string("order")} ${input.integer("amount")}"
    return "refunded ${input["amount"]}"
}

/** Lookups may run, refunds up to 500 too; up to 5000 a manager has to approve, and more is never paid. */
fun policy(manager: Key): Map<String, Any?> {
    fun rule(id: String, tool: String, verdict: String, vararg conditions: List<Any>): Map<String, Any?> =
        mapOf("id" to id, "tool" to tool, "verdict" to verdict) +
            if (conditions.isEmpty()) emptyMap() else mapOf("when" to conditions.toList())
    return mapOf(
        "policy" to 1,
        "default" to "deny",
        "rules" to listOf(
            rule("lookups", "crm.*", "allow"),
            rule("small-refunds", "payments.refund", "allow", listOf("/amount", "<=", 500)),
            rule("refund-limit", "payments.refund", "approve", listOf("/amount", ">", 500), listOf("/amount", "<=", 5000)),
            rule("never", "payments.refund", "deny", listOf("/amount", ">", 5000)),
        ),
        "approvers" to listOf(mapOf("key" to manager.id, "role" to "manager")),
    )
}

fun main(arguments: Array<String>) {
    val folder: Path = Paths.get(arguments.firstOrNull() ?: "build/refund-triage-kotlin")
    folder.toFile().deleteRecursively()
    Files.createDirectories(folder)

    // In earnest the manager's key is on the manager's machine.
    val (key, manager) = Key.generate() to Key.generate()
    val trust = Trust.of(
        TrustKey(key, "acme-refunds").withRevocation("none"),
        TrustKey(manager, "refund-manager").withRole("approver").withRevocation("none"),
    )
    trust.save(folder.resolve("acme.trust"))
    val evidence = folder.resolve("refund-triage.execert")

    Recorder.open(folder.resolve("acme.ledger"), Options(key = key, policy = policy(manager))).use { recorder ->
        val run = recorder.run("refund-desk", mapOf("order" to "o-9")) { run ->
            val customer = run.tool("crm.lookup", mapOf("customer" to "c-17")) { lookup(it) }
            println("crm.lookup: ${customer?.get("tier")}")

            fun pay(amount: Int, approval: String? = null): String? {
                val options = StepOptions(approval = approval)
                return run.tool("payments.refund", mapOf("order" to "o-9", "amount" to amount), options) { refund(it) }
            }
            println("payments.refund 40: ${pay(40)}")
            try {
                pay(9000)
            } catch (refusal: Denied) {
                println("payments.refund 9000: ${refusal.code}")
            }
            val request = try {
                error("nobody was asked: ${pay(900)}")
            } catch (refusal: Denied) {
                println("payments.refund 900: ${refusal.code}")
                refusal.request ?: throw refusal
            }
            // The manager looks at exactly these arguments, and signs them.
            val waiting = recorder.requests(digest = request).single()
            println("waiting for the manager: ${waiting.tool} ${waiting.input}")
            recorder.approve(request, manager)
            println("payments.refund 900: ${pay(900, request)}")
            mapOf("refunded" to 940)
        }
        val saved = run.save(evidence)
        println("evidence: ${saved.records} records")
    }

    println("\nWhat the tools really did, noted by themselves:")
    did.forEach { println("  $it") }
    // Throws `Untrusted` if anything was changed since.
    val report = verify(evidence, trust)
    println("\n${report.text(plain = true)}")
    println("verdict: ${report.verdict}")
}
