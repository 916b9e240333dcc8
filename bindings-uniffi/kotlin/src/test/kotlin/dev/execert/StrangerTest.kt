// Programs of others: the examples, each in an empty folder, depend on the library by its coordinates, and run.
package dev.execert

import java.nio.file.Files
import java.nio.file.Path
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class StrangerTest {
    private val colour = Regex("\u001b\\[[0-9;]*m")

    /** Not offline, or the library would not be looked for; all else that is asked for was downloaded before. */
    private fun maven(project: Path, vararg goals: String): Done {
        return run(
            "mvn", "--batch-mode", "--quiet", "-Dstyle.color=never", "-s", "$ROOT/build/jvm/settings.xml",
            "-Dmaven.repo.local=$ROOT/build/m2", *goals, folder = project,
        )
    }

    private fun desk(name: String): Unit = inFolder { folder ->
        val project = folder.resolve("project")
        ROOT.resolve("examples").resolve(name).toFile().copyRecursively(project.toFile())
        val done = maven(project, "compile", "exec:java", "-Dexec.args=$folder/desk")
        assertEquals(0, done.code, done.out + done.err)
        val lines = done.out.replace(colour, "").lines().map { it.trim() }
        assertTrue(
            lines.containsAll(
                listOf(
                    "crm.lookup: gold", "payments.refund 40: refunded 40", "payments.refund 9000: policy.denied",
                    "payments.refund 900: policy.approval_missing", "payments.refund 900: refunded 900",
                    "crm.lookup c-17", "payments.refund o-9 40", "payments.refund o-9 900", "verdict: intact-warnings",
                ),
            ),
            done.out,
        )
        assertFalse("payments.refund o-9 9000" in done.out)
        val (evidence, trust) = folder.resolve("desk/refund-triage.execert") to folder.resolve("desk/acme.trust")
        assertEquals(0, run(COMMAND, "verify", evidence.toString(), "--trust", trust.toString()).code)
    }

    @Test
    fun `the program of the README, as it is printed`(): Unit = inFolder { folder ->
        val page = Files.readString(ROOT.resolve("bindings-uniffi/README.md"))
        val files = Regex("<!-- file: (.+?) -->\n```\\w+\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(page).toList()
        assertEquals(2, files.size)
        for (file in files) {
            val path = folder.resolve(file.groupValues[1])
            Files.createDirectories(path.parent)
            Files.writeString(path, file.groupValues[2])
        }
        val shown = Regex("\\$ mvn -q compile exec:java\n(.*?)```", RegexOption.DOT_MATCHES_ALL).find(page)!!.groupValues[1]
        val done = maven(folder, "compile", "exec:java")
        assertEquals(0, done.code, done.out + done.err)
        // Maven resets the colours of a terminal that is not there.
        assertEquals(shown, done.out.replace(colour, ""))
    }

    @Test
    fun `the refund desk in Kotlin`(): Unit = desk("refund-triage-kotlin")

    @Test
    fun `the refund desk in Java`(): Unit = desk("refund-triage-java")

    @Test
    fun `the offline audit ends with the code of the command`(): Unit = withRecorder { recorder, key, folder ->
        val (good, altered, trust) = listOf("good.execert", "altered.execert", "acme.trust").map { folder.resolve(it) }
        recorder.run("r") { run -> run.tool("t") { mapOf("tier" to "gold") } }.save(good)
        Files.writeString(altered, Files.readString(good).replace("\"tier\":\"gold\"", "\"tier\":\"iron\""))
        Trust.of(key).save(trust)
        val project = folder.resolve("project")
        ROOT.resolve("examples/offline-audit/kotlin").toFile().copyRecursively(project.toFile())
        val done = maven(project, "compile", "exec:java", "-Dexec.args=$trust $good $altered")
        assertEquals(1, done.code, done.out + done.err)
        assertTrue("content.changed" in done.out && "good.execert" in done.out, done.out)
        for ((bundle, other) in listOf(good to trust, altered to trust)) {
            val command = run(COMMAND, "verify", bundle.toString(), "--trust", other.toString())
            val ours = maven(project, "exec:java", "-Dexec.args=$other $bundle")
            assertEquals(command.code, ours.code, ours.out + ours.err)
        }
    }
}
