// Values: what is not plain JSON is refused with its path, or converted and listed. Nothing is lost without a word.
package dev.execert

import java.math.BigDecimal
import java.math.BigInteger
import java.nio.file.Paths
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.util.UUID
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ValuesTest {
    private enum class Colour { RED }

    private class Own(@Suppress("unused") val a: Int)

    private fun nested(depth: Int): Any? {
        var value: Any? = null
        repeat(depth) { value = listOf(value) }
        return value
    }

    private fun cycle(): Any {
        val inner = ArrayList<Any?>(listOf(1))
        val outer = mapOf("a" to inner)
        inner.add(outer)
        return outer
    }

    private val refusals: List<Triple<Any?, Code, String>> = listOf(
        Triple(mapOf("a/b" to BigInteger.ONE), Code.CANON_UNSUPPORTED_TYPE, "/a~1b"),
        Triple(listOf(Instant.EPOCH), Code.CANON_UNSUPPORTED_TYPE, "/0"),
        Triple(mapOf("a" to setOf(1)), Code.CANON_UNSUPPORTED_TYPE, "/a"),
        Triple(mapOf("a" to mapOf(1 to 2)), Code.CANON_UNSUPPORTED_TYPE, "/a"),
        Triple(mapOf("~" to arrayOf(1)), Code.CANON_UNSUPPORTED_TYPE, "/~0"),
        Triple(ByteArray(1), Code.CANON_UNSUPPORTED_TYPE, ""),
        Triple(listOf(1.5f), Code.CANON_UNSUPPORTED_TYPE, "/0"),
        Triple(1.toShort(), Code.CANON_UNSUPPORTED_TYPE, ""),
        Triple('x', Code.CANON_UNSUPPORTED_TYPE, ""),
        Triple(listOf(Colour.RED), Code.CANON_UNSUPPORTED_TYPE, "/0"),
        Triple(Own(1), Code.CANON_UNSUPPORTED_TYPE, ""),
        Triple(listOf(Unit), Code.CANON_UNSUPPORTED_TYPE, "/0"),
        Triple({ 1 }, Code.CANON_UNSUPPORTED_TYPE, ""),
        Triple(1L shl 53, Code.CANON_NUMBER_NOT_EXACT, ""),
        Triple(listOf(-(1L shl 53)), Code.CANON_NUMBER_NOT_EXACT, "/0"),
        Triple(listOf(Double.NaN), Code.CANON_NOT_FINITE, "/0"),
        Triple(Double.NEGATIVE_INFINITY, Code.CANON_NOT_FINITE, ""),
        Triple(mapOf("a" to "\ud800"), Code.CANON_LONE_SURROGATE, "/a"),
        Triple(mapOf("a" to mapOf("\udfff" to 1)), Code.CANON_LONE_SURROGATE, "/a"),
        Triple(mapOf("a" to "\ude00\ud83d"), Code.CANON_LONE_SURROGATE, "/a"),
        Triple(cycle(), Code.CANON_CYCLE, "/a/1"),
        Triple(nested(65), Code.CANON_TOO_DEEP, "/0".repeat(64)),
        Triple(nested(100_000), Code.CANON_TOO_DEEP, "/0".repeat(64)),
        Triple((0..10_000).associate { "$it" to 0 }, Code.CANON_TOO_MANY, ""),
        Triple(List(200_000) { 0 }, Code.CANON_TOO_MANY, "/199999"),
        Triple(List(1_000_000) { 0 }, Code.CANON_TOO_MANY, ""),
        Triple(listOf("x".repeat(8_388_609)), Code.CANON_TOO_LARGE, "/0"),
        Triple(listOf("é".repeat(4_194_305)), Code.CANON_TOO_LARGE, "/0"),
        Triple(mapOf("k".repeat(1_025) to 1), Code.CANON_TOO_LARGE, ""),
    )

    @Test
    fun `refused, with code and place`() {
        for ((value, code, path) in refusals) {
            val error = refused<InvalidInput> { canonical(value) }
            assertEquals(code to path, error.code to error.path)
            assertTrue("[$code]" in error.message!! && error.hint.isNotEmpty() && error.message!!.length < 2_000)
            assertEquals(2, error.exitCode)
        }
    }

    @Test
    fun `accepted, as RFC 8785 writes it`() {
        val cases = listOf<Pair<Any?, String>>(
            nested(64) to "[".repeat(64) + "null" + "]".repeat(64),
            listOf(true, 1, 1.0, -0.0, null, 1L) to "[true,1,1,0,null,1]",
            mapOf("\u0000" to "\u001b[31m\"\\\u007f", "b" to 1, "a" to 2) to "{\"\\u0000\":\"\\u001b[31m\\\"\\\\\u007f\",\"a\":2,\"b\":1}",
            mapOf("\ufb33" to 1, "\ud83d\ude00" to 2) to "{\"\ud83d\ude00\":2,\"\ufb33\":1}",
            listOf(EXACT, -EXACT, 1e21, 1e-7, 4.9E-324, 1.152921504606847E18, 1.7976931348623157e308, 0.1) to
                "[9007199254740991,-9007199254740991,1e+21,1e-7,5e-324,1152921504606847000,1.7976931348623157e+308,0.1]",
            "x".repeat(8_388_608) to "\"${"x".repeat(8_388_608)}\"",
            mapOf("k".repeat(1_024) to 1) to "{\"${"k".repeat(1_024)}\":1}",
        )
        for ((value, expected) in cases) assertEquals(expected, String(canonical(value)))
    }

    @Test
    fun `what is read is what was written`() {
        val value = mapOf("a" to listOf(1L, 1.5, "é\ud83d\ude00\n\t\b\u000c\r/\u2028", null, true, emptyList<Any>()), "b" to emptyMap<String, Any>())
        assertEquals(value, parseStrict(canonical(value)))
    }

    @Test
    fun `doubles, a hundred thousand of them, there and back`() {
        val dice = kotlin.random.Random(4471)
        val list = generateSequence { Double.fromBits(dice.nextLong()) }.filter { it.isFinite() }.take(100_000).toList()
        val back = parseStrict(canonical(list)) as List<*>
        for ((a, b) in list.zip(back)) assertEquals(a + 0.0, (b as Number).toDouble())
    }

    @Test
    fun `converted, each with its word`() {
        val cases = listOf<Triple<Any?, Any?, Map<String, String>>>(
            Triple(mapOf("a" to listOf(1, "x", null, 1.5)), mapOf("a" to listOf(1, "x", null, 1.5)), emptyMap()),
            Triple("ab".toByteArray(), "YWI=", mapOf("" to "bytes")),
            Triple(listOf(1L shl 53), listOf("9007199254740992"), mapOf("/0" to "int")),
            Triple(BigInteger.TWO, "2", mapOf("" to "int")),
            Triple(BigDecimal("1.10"), "1.10", mapOf("" to "decimal")),
            Triple(listOf(Double.NaN, -0.0), listOf("NaN", 0), mapOf("/0" to "float", "/1" to "float:-0")),
            Triple(Instant.EPOCH, "1970-01-01T00:00:00Z", mapOf("" to "datetime")),
            Triple(LocalDate.EPOCH, "1970-01-01", mapOf("" to "date")),
            Triple(Duration.ofSeconds(2), 2_000_000L, mapOf("" to "duration")),
            Triple(Colour.RED, "RED", mapOf("" to "enum:Colour.RED")),
            Triple(UUID(0, 1), "00000000-0000-0000-0000-000000000001", mapOf("" to "uuid")),
            Triple(Paths.get("/a"), "/a", mapOf("" to "path")),
            Triple(setOf("b", "a"), listOf("a", "b"), mapOf("" to "set")),
            Triple(mapOf(2 to "x", 1 to "y"), listOf(listOf(1, "y"), listOf(2, "x")), mapOf("" to "map")),
            Triple("a\\\ud800", "a\\\\\\ud800", mapOf("" to "surrogate")),
            Triple(mapOf("a" to Own(1)), mapOf("a" to null), mapOf("/a" to "opaque:Own")),
            Triple(
                IllegalStateException("no", RuntimeException("why")),
                mapOf("type" to "IllegalStateException", "message" to "no", "cause" to mapOf("type" to "RuntimeException", "message" to "why")),
                mapOf("" to "exception:IllegalStateException", "/cause" to "exception:RuntimeException"),
            ),
        )
        for ((value, expected, words) in cases) {
            val told = plain(value)
            assertEquals(String(canonical(expected)), String(canonical(told.value)))
            assertEquals(words, told.conversions)
        }
        val told = plain(cycle())
        assertEquals(mapOf("/a/1" to "cycle"), told.conversions)
        assertEquals(mapOf("a" to listOf(1, "")), told.value)
        assertEquals("omitted:depth", plain(nested(70)).conversions.values.single())
        canonical(plain(List(300_000) { it }).value)
        canonical(plain(List(30_000) { Double.NaN }).value)
        val broken = object : AbstractList<Int>() {
            override val size: Int get() = 2
            override fun get(index: Int): Int = throw UnsupportedOperationException()
        }
        assertEquals(mapOf("/a" to "failed:UnsupportedOperationException"), plain(mapOf("a" to broken)).conversions)
    }
}
