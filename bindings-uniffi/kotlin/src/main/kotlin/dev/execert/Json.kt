// Documents of the core, read into plain values: maps that keep their order, lists, strings, Long, Double, Boolean, null.
package dev.execert

/** Reads a document that the core wrote. What a caller hands in goes through [parseStrict]. */
internal fun parse(bytes: ByteArray): Any? = Reader(String(bytes)).document()

@Suppress("UNCHECKED_CAST")
internal fun parseObject(bytes: ByteArray): Map<String, Any?> = parse(bytes) as Map<String, Any?>

private class Reader(private val text: String) {
    private var at = 0

    fun document(): Any? {
        val value = value()
        space()
        check(at == text.length) { "a document of the core ends at $at" }
        return value
    }

    private fun value(): Any? {
        space()
        return when (text[at]) {
            '{' -> map()
            '[' -> list()
            '"' -> string()
            't' -> word("true", true)
            'f' -> word("false", false)
            'n' -> word("null", null)
            else -> number()
        }
    }

    private fun <T> word(word: String, value: T): T {
        check(text.startsWith(word, at)) { "a document of the core has no value at $at" }
        at += word.length
        return value
    }

    private fun map(): Map<String, Any?> {
        val out = LinkedHashMap<String, Any?>()
        at += 1
        while (!ended('}')) {
            space()
            val name = string()
            space()
            at += 1
            out[name] = value()
        }
        return out
    }

    private fun list(): List<Any?> {
        val out = ArrayList<Any?>()
        at += 1
        while (!ended(']')) out.add(value())
        return out
    }

    /** Past the end of a container, or past the comma before its next part. */
    private fun ended(end: Char): Boolean {
        space()
        if (text[at] == ',') {
            at += 1
            return false
        }
        if (text[at] != end) return false
        at += 1
        return true
    }

    private fun string(): String {
        val out = StringBuilder()
        at += 1
        while (true) {
            val unit = text[at++]
            when (unit) {
                '"' -> return out.toString()
                '\\' -> out.append(escaped(text[at++]))
                else -> out.append(unit)
            }
        }
    }

    private fun escaped(letter: Char): Char = when (letter) {
        'b' -> '\b'
        'f' -> '\u000c'
        'n' -> '\n'
        'r' -> '\r'
        't' -> '\t'
        'u' -> text.substring(at, at + 4).toInt(16).toChar().also { at += 4 }
        else -> letter
    }

    private fun number(): Any {
        val from = at
        while (at < text.length && text[at] in "+-.eE0123456789") at += 1
        val digits = text.substring(from, at)
        return digits.toLongOrNull() ?: digits.toDouble()
    }

    private fun space() {
        while (at < text.length && text[at] in " \t\r\n") at += 1
    }
}
