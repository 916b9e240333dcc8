// What a tool is called with.
package dev.execert

/**
 * The recorded input of a step: what runs is to use this, not what was passed in. Integers come as `Long`, other
 * numbers as `Double`, objects as `Map`, arrays as `List`.
 */
public class Input internal constructor(private val bytes: ByteArray) {
    /** The whole input. */
    public val value: Any? by lazy { parse(bytes) }

    /** The input, which is an object; an empty one if it is something else. */
    public val members: Map<String, Any?>
        @Suppress("UNCHECKED_CAST")
        get() = value as? Map<String, Any?> ?: emptyMap()

    /** A member; null if there is none. */
    public operator fun get(name: String): Any? = members[name]

    // `long` and `boolean` are no names in Java.

    /** A member that is a string. */
    public fun string(name: String): String = member(name, "a string")

    /** A member that is an integer. */
    public fun integer(name: String): Long = member(name, "an integer")

    /** A member that is a number. */
    public fun number(name: String): Double = member<Number>(name, "a number").toDouble()

    /** A member that is true or false. */
    public fun flag(name: String): Boolean = member(name, "true or false")

    /** A member that is an array. */
    public fun list(name: String): List<Any?> = member(name, "an array")

    /** A member that is an object. */
    public fun map(name: String): Map<String, Any?> = member(name, "an object")

    /** The input as RFC 8785 bytes. */
    public fun toBytes(): ByteArray = bytes.clone()

    override fun toString(): String = String(bytes)

    private inline fun <reified T> member(name: String, what: String): T =
        members[name] as? T ?: throw misuse("the member `$name` of the input is not $what", "/${token(name)}", "")
}
