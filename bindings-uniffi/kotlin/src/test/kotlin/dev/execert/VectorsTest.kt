// Every vector of the project through the jar.
package dev.execert

import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import java.util.Base64
import kotlin.io.path.exists
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class VectorsTest {
    @Suppress("UNCHECKED_CAST")
    private fun options(given: Map<String, Any?>): CheckOptions {
        val known = setOf("now", "require", "allow_open", "mac_key")
        assertTrue(known.containsAll(given.keys)) { "${given.keys}" }
        return CheckOptions(
            now = (given["now"] as String?)?.let(Instant::parse),
            require = given["require"] as List<String>? ?: emptyList(),
            allowOpen = given["allow_open"] == true,
            macKey = (given["mac_key"] as String?)?.let(Base64.getDecoder()::decode),
        )
    }

    private fun text(value: Any?): String = String(canonical(value))

    private val cases: List<Path> = GOLDEN.listDirectoryEntries().filter { Files.isDirectory(it) }
        .flatMap { it.listDirectoryEntries() }.filter { it.resolve("report.json").exists() }.sorted()

    @Test
    fun `golden, the whole report byte for byte`() {
        assertTrue(cases.size >= 165) { "${cases.size} cases" }
        for (path in cases) {
            val trust = Trust.of(json(path.resolve("trust.json")))
            val options = options(json(path.resolve("options.json")))
            val input = path.resolve("input.execert")
            val report = check(input, trust, options)
            val found = report.toMap()
            assertEquals(version, (found["verifier"] as Map<*, *>)["version"])
            val expected = Files.readString(path.resolve("report.json")).trim()
            assertEquals(expected, text(found - "verifier"), path.toString())
            assertEquals(!path.name.endsWith("_fail"), report.exitCode == 0, path.toString())
            assertArrayEquals(report.toBytes(), check(Files.readAllBytes(input), trust, options).toBytes())
            if (report.exitCode == 0) {
                assertArrayEquals(report.toBytes(), verify(input, trust, options).toBytes())
                continue
            }
            val error = refused<Untrusted> { verify(input, trust, options) }
            assertArrayEquals(report.toBytes(), error.report!!.toBytes())
            assertEquals(report.verdict to report.exitCode, error.report!!.verdict to error.exitCode)
            assertTrue(report.findings.any { it.code == error.code }, path.toString())
        }
    }

    @Test
    fun `golden, texts of JSON`() {
        var seen = 0
        for (path in GOLDEN.resolve("canon").listDirectoryEntries().sorted()) {
            val payload = path.resolve("options.json").let { it.exists() && json(it)["payload"] == true }
            val input = path.listDirectoryEntries().firstOrNull { it.name.startsWith("input") }
            if (payload || input == null) continue
            val given = Files.readAllBytes(input)
            if (path.name.endsWith("_fail")) {
                val code = json(path.resolve("expect.json"))["code"]
                assertEquals(code, refused<ExecertException> { parseStrict(given) }.code.text, path.name)
            } else {
                parseStrict(given)
            }
            seen += 1
        }
        assertTrue(seen > 15) { "$seen texts" }
    }

    @Test
    fun `forms, records alone`() {
        val cases = lines(GOLDEN.resolve("record/forms.jsonl"))
        assertEquals(976, cases.size)
        for (one in cases) {
            val line = (one["line"] as String).toByteArray()
            val found = hooks.execert_test_record_line(line, line.size.toLong()).split("\n", limit = 2)
            val told = found[0].ifEmpty { null } to found.getOrNull(1)?.ifEmpty { null }
            assertEquals(one["code"] to one["path"], told, one["name"] as String)
        }
    }

    @Test
    fun `forms, whole bundles`() {
        val cases = lines(GOLDEN.resolve("bundle/forms.jsonl"))
        assertEquals(217, cases.size)
        val trust = Trust.of(emptyMap())
        for (one in cases) {
            val name = one["name"] as String
            val bytes = (one["file"] as String?)?.toByteArray() ?: Base64.getDecoder().decode(one["file64"] as String)
            val report = check(bytes, trust, CheckOptions(now = Instant.parse("2026-03-06T12:00:00.000Z")))
            if (one["code"] == null) {
                assertNotEquals(Verdict.UNREADABLE, report.verdict, name)
                continue
            }
            val first = report.findings.first()
            assertEquals(listOf(one["code"], one["path"], one["at"]), listOf(first.code.text, first.path, first.line), name)
            assertEquals(Verdict.UNREADABLE, report.verdict, name)
        }
    }

    private val negative = lines(VECTORS.resolve("negative/cases.jsonl"))

    private fun build(parts: Any?): ByteArray {
        val out = java.io.ByteArrayOutputStream()
        for (part in parts as List<*>) {
            val it = part as Map<*, *>
            if ("each" in it) {
                val each = (0 until it["times"] as Long).map { n -> (it["each"] as String).replace("%", "$n") }
                out.write(each.joinToString(it["join"] as String).toByteArray())
                continue
            }
            val one = when {
                "text" in it -> (it["text"] as String).toByteArray()
                "b64" in it -> Base64.getDecoder().decode(it["b64"] as String)
                else -> {
                    val (first, last) = (it["lines"] as List<*>).map { n -> (n as Long).toInt() }
                    val lines = String(Files.readAllBytes(GOLDEN.resolve(it["golden"] as String)), Charsets.ISO_8859_1)
                    lines.split("\n").subList(first - 1, last).joinToString("") { line -> "$line\n" }
                        .toByteArray(Charsets.ISO_8859_1)
                }
            }
            repeat(((it["times"] as Long?) ?: 1).toInt()) { out.write(one) }
        }
        return out.toByteArray()
    }

    @Test
    fun `negative, texts`() {
        val cases = negative.filter { it["what"] == "text" }
        assertTrue(cases.size > 30)
        for (one in cases) {
            val (name, given) = one["name"] as String to build(one["parts"])
            if (one["code"] == null) {
                parseStrict(given)
                continue
            }
            val error = refused<ExecertException> { parseStrict(given) }
            assertEquals(one["code"] to one["path"], error.code.text to error.path?.ifEmpty { null }, name)
            assertTrue(error.hint.isNotEmpty() && "[${error.code}]" in error.message!! && error.message!!.length < 2_000, name)
        }
    }

    @Test
    @Suppress("UNCHECKED_CAST")
    fun `negative, bundles, from bytes and from a file`(): Unit = inFolder { folder ->
        val (path, cases) = folder.resolve("input.execert") to negative.filter { it["what"] == "bundle" }
        val six = GOLDEN.resolve("bundle/six")
        assertTrue(cases.size > 30)
        for (one in cases) {
            val (name, data) = one["name"] as String to build(one["parts"])
            val trust = one["trust"] as Map<String, Any?>? ?: json(six.resolve("trust.json"))
            val asked = one["options"] as Map<String, Any?>? ?: json(six.resolve("options.json"))
            val wrong = one["refused"]
            if (wrong != null) {
                for (judge in listOf<(ByteArray, Trust, CheckOptions) -> Report>(::check, ::verify)) {
                    val error = refused<ExecertException> { judge(data, Trust.of(trust), options(asked)) }
                    assertEquals(wrong, error.code.text, name)
                }
                continue
            }
            val report = check(data, Trust.of(trust), options(asked))
            assertEquals(one["exit"], report.exitCode.toLong(), name)
            val errors = report.findings.filter { it.severity == Severity.ERROR }
            assertEquals(one["code"], errors.firstOrNull()?.code?.text, name)
            if (one["codes"] != null) assertEquals(one["codes"], errors.map { it.code.text }.toSortedSet().toList(), name)
            if (one["code"] != null && (one["path"] != null || one["line"] != null)) {
                assertEquals(one["path"] to one["line"], errors[0].path to errors[0].line, name)
            }
            Files.write(path, data)
            assertArrayEquals(report.toBytes(), check(path, Trust.of(trust), options(asked)).toBytes(), name)
            if (report.exitCode != 0) {
                assertEquals(report.exitCode, refused<Untrusted> { verify(data, Trust.of(trust), options(asked)) }.exitCode)
            }
        }
    }

    @Test
    fun `codes, every one as the table has it`() {
        val table = parse(Files.readAllBytes(VECTORS.resolve("codes.json")))
        val text = String(canonical(table))
        assertEquals(Code.entries.size, Regex("\"code\":").findAll(text).count())
        for (code in Code.entries) {
            assertEquals(code, Code.of(code.toString()))
            assertTrue("\"code\":\"${code.text}\"" in text, code.text)
        }
    }
}
