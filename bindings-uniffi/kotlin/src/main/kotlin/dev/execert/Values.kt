// Values that are plain JSON, read once and written as text. What is not plain JSON is refused with its path.
package dev.execert

internal const val DEPTH = 64
internal const val VALUES = 200_000
internal const val MEMBERS = 10_000
internal const val NAME_BYTES = 1_024
internal const val STRING_BYTES = 8 * 1024 * 1024
internal const val EXACT = 9_007_199_254_740_991L

/** JSON that was read once: what the caller changes later does not change it. */
internal class Snapshot(val text: String)

/** The text of a value that is plain JSON, which will stand at `path` of its document. */
internal fun snapshot(value: Any?, path: String = ""): Snapshot = Snapshot(Walk(path).text(value))

/** A document of this layer as bytes for the core; members that are null are left out, [Snapshot]s stand as they are. */
internal fun document(vararg members: Pair<String, Any?>): ByteArray {
    val out = StringBuilder("{")
    for ((name, member) in members) {
        if (member != null) {
            val text = if (member is Snapshot) member.text else Walk("/${token(name)}").text(member)
            if (out.length > 1) out.append(',')
            quote(out, name)
            out.append(':').append(text)
        }
    }
    return out.append('}').toString().toByteArray()
}

/** The same of a map, whose members the caller named. */
internal fun document(members: Map<String, Any?>): ByteArray = document(*members.map { it.toPair() }.toTypedArray())

/** A name in a JSON Pointer. */
internal fun token(name: String): String = name.replace("~", "~0").replace("/", "~1")

/** The place of the first half of a surrogate pair without the other, or -1. */
internal fun loneSurrogate(text: String): Int {
    var at = 0
    while (at < text.length) {
        val unit = text[at]
        when {
            unit.isHighSurrogate() && at + 1 < text.length && text[at + 1].isLowSurrogate() -> at += 2
            unit.isSurrogate() -> return at
            else -> at += 1
        }
    }
    return -1
}

/** Whether a text has more bytes of UTF-8 than that; a unit of UTF-16 is at most three. */
internal fun exceeds(text: String, bytes: Int): Boolean =
    text.length > bytes || (text.length * 3L > bytes && text.toByteArray().size > bytes)

internal fun quote(out: StringBuilder, text: String) {
    out.append('"')
    for (unit in text) {
        when {
            unit == '"' || unit == '\\' -> out.append('\\').append(unit)
            unit < ' ' -> out.append("\\u00").append(unit.code.toString(16).padStart(2, '0'))
            else -> out.append(unit)
        }
    }
    out.append('"')
}

/** A number as JSON has it; the core writes it in the one form that RFC 8785 allows. */
internal fun number(value: Double): String = if (value == 0.0) "0" else value.toString()

private class Walk(private val above: String) {
    private val out = StringBuilder()
    private val open = ArrayList<Any>()
    private val names = ArrayList<String>()
    private var values = 0

    fun text(value: Any?): String {
        value(value)
        return out.toString()
    }

    private fun value(value: Any?) {
        values += 1
        if (values > VALUES) fail(Code.CANON_TOO_MANY, "a document holds more than 200,000 values")
        when (value) {
            null, is Boolean, is Int -> out.append(value)
            is Long -> {
                if (value !in -EXACT..EXACT) fail(Code.CANON_NUMBER_NOT_EXACT, "an integer is beyond 2^53 - 1")
                out.append(value)
            }
            is Double -> {
                if (!value.isFinite()) fail(Code.CANON_NOT_FINITE, "a number is not finite")
                out.append(number(value))
            }
            is String -> string(value)
            is List<*> -> container(value) { list(value) }
            is Map<*, *> -> container(value) { map(value) }
            else -> fail(Code.CANON_UNSUPPORTED_TYPE, "a value of type `${typeOf(value)}` is not plain JSON")
        }
    }

    private fun string(text: String) {
        if (loneSurrogate(text) >= 0) fail(Code.CANON_LONE_SURROGATE, "a string holds half of a surrogate pair")
        if (exceeds(text, STRING_BYTES)) fail(Code.CANON_TOO_LARGE, "a string is longer than 8 MiB")
        quote(out, text)
    }

    private inline fun container(value: Any, body: () -> Unit) {
        if (open.any { it === value }) fail(Code.CANON_CYCLE, "a value contains itself")
        if (open.size >= DEPTH) fail(Code.CANON_TOO_DEEP, "a document is nested more than 64 deep")
        open.add(value)
        body()
        open.removeAt(open.size - 1)
    }

    private fun list(items: List<*>) {
        if (items.size > VALUES) fail(Code.CANON_TOO_MANY, "a document holds more than 200,000 values")
        out.append('[')
        names.add("")
        // One reading: the caller may change the list meanwhile.
        for ((at, item) in items.toTypedArray().withIndex()) {
            if (at > 0) out.append(',')
            names[names.size - 1] = at.toString()
            value(item)
        }
        names.removeAt(names.size - 1)
        out.append(']')
    }

    private fun map(members: Map<*, *>) {
        if (members.size > MEMBERS) fail(Code.CANON_TOO_MANY, "an object has more than 10,000 members")
        out.append('{')
        var first = true
        for ((name, member) in members) {
            if (name !is String) {
                fail(Code.CANON_UNSUPPORTED_TYPE, "a member name of type `${typeOf(name)}` is not a string")
            }
            if (exceeds(name, NAME_BYTES)) fail(Code.CANON_TOO_LARGE, "a member name is longer than 1 KiB")
            if (loneSurrogate(name) >= 0) fail(Code.CANON_LONE_SURROGATE, "a string holds half of a surrogate pair")
            if (!first) out.append(',')
            first = false
            quote(out, name)
            out.append(':')
            names.add(name)
            value(member)
            names.removeAt(names.size - 1)
        }
        out.append('}')
    }

    private fun fail(code: Code, reason: String): Nothing {
        val path = above + names.joinToString("") { "/${token(it)}" }
        val shown = if (path.isEmpty()) "" else " (`${shortened(path)}`)"
        throw InvalidInput(reason + shown, code, path)
    }
}

/** The name of a value's class, without its package. */
internal fun typeOf(value: Any?): String = if (value == null) "null" else nameOf(value.javaClass)

internal fun nameOf(type: Class<*>): String = type.name.substringAfterLast('.').substringAfterLast('$').take(200)

/** Names in a path come from whoever wrote the document. */
private fun shortened(path: String): String {
    val clean = StringBuilder()
    for (unit in path.take(300)) {
        if (unit.isISOControl() || unit.isSurrogate() || unit.category == CharCategory.FORMAT || unit.isWhitespace()) {
            clean.append("U+").append(unit.code.toString(16).uppercase().padStart(4, '0'))
        } else {
            clean.append(unit)
        }
    }
    return if (path.length <= 300) clean.toString() else "$clean… (${path.length} letters)"
}
