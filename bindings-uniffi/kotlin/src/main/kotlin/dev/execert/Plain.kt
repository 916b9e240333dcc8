// Total conversion of any value to plain JSON, with a list of what was converted: for what a call answered or threw,
// which has happened and is kept. It runs no serialiser of the value. The table of words is docs/guide/conversion.md.
package dev.execert

import java.math.BigDecimal
import java.math.BigInteger
import java.net.URI
import java.net.URL
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.LocalTime
import java.time.OffsetDateTime
import java.time.ZonedDateTime
import java.util.Base64
import java.util.TreeMap
import java.util.UUID

/** A converted value stands inside a content document, which is one level itself. */
private const val PLAIN_DEPTH = 63
private const val PLAIN_NODES = 130_000
private const val PLAIN_ENTRIES = 20_000
private const val PLAIN_CHARS = 4 * 1024 * 1024
private const val CAUSES = 4

/** Any value as plain JSON, and what was converted: words by the JSON Pointer of their place, sorted. */
public class Plain internal constructor(public val value: Any?, public val conversions: Map<String, String>)

/** Converts any value to plain JSON. It never throws. */
public fun plain(value: Any?): Plain {
    val walk = Conversion()
    return Plain(walk.of(value, "", 0), walk.words)
}

private class Conversion {
    val words = TreeMap<String, String>()
    private val open = ArrayList<Pair<Any, String>>()
    private var nodes = PLAIN_NODES
    private var chars = PLAIN_CHARS

    fun of(value: Any?, path: String, causes: Int): Any? {
        nodes -= 1
        if (nodes < 0 || words.size >= PLAIN_ENTRIES) return lost(path, "omitted:nodes")
        return when (value) {
            null, is Boolean, is Int -> value
            is Byte, is Short -> (value as Number).toInt()
            is Long -> if (value in -EXACT..EXACT) value else word(path, value.toString(), "int")
            is Float -> real(value.toString().toDouble(), path)
            is Double -> real(value, path)
            is String -> text(value, path)
            is Char -> text(value.toString(), path)
            is List<*> -> container(value, value.size, path) { list(value, path, causes) }
            is Array<*> -> container(value, value.size, path) { list(value.asList(), path, causes) }
            is Map<*, *> -> container(value, value.size, path) { map(value, path, causes) }
            is Set<*> -> container(value, value.size, path) { set(value, path) }
            is ByteArray -> word(path, Base64.getEncoder().encodeToString(value), "bytes")
            is Enum<*> -> word(path, value.name, "enum:${nameOf(value.declaringJavaClass)}.${value.name}")
            is Throwable -> container(value, 3, path) { thrown(value, path, causes) }
            else -> known(value, path)
        }
    }

    /** Classes of the platform that nobody can derive from, or whose text is not a caller's code. */
    private fun known(value: Any, path: String): Any? = when (value) {
        is Instant -> word(path, value.toString(), "datetime")
        is OffsetDateTime -> word(path, value.toString(), "datetime")
        is ZonedDateTime -> word(path, value.toOffsetDateTime().toString(), "datetime")
        is LocalDateTime -> word(path, value.toString(), "datetime:naive")
        is LocalDate -> word(path, value.toString(), "date")
        is LocalTime -> word(path, value.toString(), "time")
        is Duration -> duration(value, path)
        is UUID -> word(path, value.toString(), "uuid")
        is URI -> word(path, value.toString(), "url")
        is URL -> word(path, value.toExternalForm(), "url")
        else -> when {
            value.javaClass == BigInteger::class.java -> word(path, value.toString(), "int")
            value.javaClass == BigDecimal::class.java -> word(path, (value as BigDecimal).toPlainString(), "decimal")
            value is Path && value.javaClass.name.startsWith("sun.") -> word(path, value.toString(), "path")
            else -> lost(path, "opaque:${typeOf(value)}")
        }
    }

    private fun duration(value: Duration, path: String): Any? {
        val micros = BigInteger.valueOf(value.seconds).multiply(BigInteger.valueOf(1_000_000))
            .add(BigInteger.valueOf(value.nano / 1000L))
        if (micros.abs() > BigInteger.valueOf(EXACT)) return word(path, micros.toString(), "duration")
        words[path] = "duration"
        return micros.toLong()
    }

    private fun real(value: Double, path: String): Any? = when {
        !value.isFinite() -> word(path, value.toString(), "float")
        value == 0.0 && 1 / value < 0 -> 0.also { words[path] = "float:-0" }
        else -> value
    }

    private fun text(value: String, path: String): Any? {
        if (value.length > chars) return lost(path, "omitted:bytes")
        chars -= value.length
        if (loneSurrogate(value) < 0) return value
        words[path] = "surrogate"
        val out = StringBuilder()
        for ((at, unit) in value.withIndex()) {
            val paired = unit.isHighSurrogate() && value.getOrNull(at + 1)?.isLowSurrogate() == true ||
                unit.isLowSurrogate() && value.getOrNull(at - 1)?.isHighSurrogate() == true
            when {
                unit == '\\' -> out.append("\\\\")
                unit.isSurrogate() && !paired -> out.append("\\u").append(unit.code.toString(16))
                else -> out.append(unit)
            }
        }
        return out.toString()
    }

    private fun word(path: String, text: String, word: String): Any? {
        val out = text(text, path)
        if (out != null) words[path] = word
        return out
    }

    private fun lost(path: String, word: String): Any? {
        words[path] = word
        return null
    }

    private inline fun container(value: Any, count: Int, path: String, body: () -> Any?): Any? {
        open.firstOrNull { it.first === value }?.let { return word(path, it.second, "cycle") }
        if (open.size >= PLAIN_DEPTH) return lost(path, "omitted:depth")
        if (count > nodes) return lost(path, "omitted:nodes")
        open.add(value to path)
        try {
            return body()
        } catch (error: RuntimeException) {
            // A collection of the caller's own may throw.
            words.keys.removeAll { it.startsWith("$path/") }
            return lost(path, "failed:${typeOf(error)}")
        } finally {
            open.removeAt(open.size - 1)
        }
    }

    private fun list(items: List<*>, path: String, causes: Int): Any? =
        items.mapIndexed { at, item -> of(item, "$path/$at", causes) }

    private fun map(members: Map<*, *>, path: String, causes: Int): Any? {
        if (members.size > MEMBERS) return lost(path, "omitted:nodes")
        val named = members.keys.all { it is String && loneSurrogate(it) < 0 && !exceeds(it, NAME_BYTES) }
        if (!named) return sorted(members.entries.map { listOf(it.key, it.value) }, path, "map")
        return members.entries.associate { (name, item) ->
            name as String to of(item, "$path/${token(name)}", causes)
        }
    }

    private fun set(items: Set<*>, path: String): Any? = sorted(items.toList(), path, "set")

    /** What has no order is sorted by its RFC 8785 bytes; that needs parts that are plain JSON themselves. */
    private fun sorted(parts: List<*>, path: String, word: String): Any? {
        val keyed = try {
            parts.map { Pair(String(canonical(it), Charsets.ISO_8859_1), it) }
        } catch (_: InvalidInput) {
            return lost(path, "opaque:$word")
        }
        words[path] = word
        return keyed.sortedBy { it.first }.map { it.second }
    }

    private fun thrown(error: Throwable, path: String, causes: Int): Any? {
        val type = typeOf(error)
        val message = try {
            error.message.orEmpty()
        } catch (_: RuntimeException) {
            ""
        }
        val out = linkedMapOf<String, Any?>("type" to type, "message" to text(message, "$path/message"))
        words.remove("$path/message")
        val cause = error.cause
        if (cause != null && causes < CAUSES) out["cause"] = of(cause, "$path/cause", causes + 1)
        words[path] = "exception:$type"
        return out
    }
}
