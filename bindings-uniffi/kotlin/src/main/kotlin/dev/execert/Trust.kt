// Whose keys and witnesses count: always given from outside the evidence.
package dev.execert

import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.Paths
import dev.execert.ffi.trust as build
import dev.execert.ffi.userTrust

/** A key that counts, and for what. `key` is PEM text, a whole fingerprint, a key id or a C2SP verifier key. */
public data class TrustKey @JvmOverloads constructor(
    val key: String,
    /** Your own name for it; the only name that is shown plainly. */
    val label: String? = null,
    /** `record` if left out; `log`, `validator`, `attestor`, `approver`, `tool` or `revocation`. */
    val role: String? = null,
    /** Who holds it; a witness of the same operator is not independent. */
    val operator: String? = null,
    /** Your own key: the verdict then says so. */
    val own: Boolean = false,
    /** `none`: its owner publishes no revocation list. */
    val revocation: String? = null,
) {
    /** The public half of a key of this process. */
    @JvmOverloads
    public constructor(key: Key, label: String? = null) : this(key.publicPem, label)

    public fun withLabel(label: String?): TrustKey = copy(label = label)
    public fun withRole(role: String?): TrustKey = copy(role = role)
    public fun withOperator(operator: String?): TrustKey = copy(operator = operator)
    public fun withOwn(own: Boolean): TrustKey = copy(own = own)
    public fun withRevocation(revocation: String?): TrustKey = copy(revocation = revocation)

    internal fun members(): Map<String, Any?> = mapOf(
        "key" to key.trim(), "label" to label, "role" to role, "operator" to operator, "own" to own.takeIf { it },
        "revocation" to revocation,
    ).filterValues { it != null }
}

/** Keys, witnesses and quorum under which evidence is judged. */
public class Trust private constructor(
    private val bytes: ByteArray,
    /** What a report calls it. */
    public val name: String,
) {
    /** The document as RFC 8785 bytes. */
    public fun toBytes(): ByteArray = bytes.clone()

    /** The document. */
    public fun toMap(): Map<String, Any?> = parseObject(bytes)

    /** Writes the trust document, as `execert verify --trust` takes it. */
    @Throws(IOException::class)
    public fun save(path: String): Unit = save(Paths.get(path))

    /** The same. */
    @Throws(IOException::class)
    public fun save(path: Path) {
        Files.write(path, bytes)
    }

    override fun toString(): String = "Trust($name)"

    public companion object {
        private const val GIVEN = "given by the program"

        init {
            Native.load()
        }

        /** Trust in these keys. */
        @JvmStatic
        public fun of(vararg keys: TrustKey): Trust = of(mapOf("keys" to keys.map { it.members() }))

        /** Trust in the public halves of these keys. */
        @JvmStatic
        public fun of(vararg keys: Key): Trust = of(mapOf("keys" to keys.map { mapOf("key" to it.publicPem.trim()) }))

        /**
         * A trust document (`trust: 1`), or what one is made of: `keys`, `witnesses`, `quorum`, `logs`, `policy`, `known`,
         * `lists`, `max_age_s`.
         */
        @JvmStatic
        public fun of(request: Map<String, Any?>): Trust {
            val asked = canonical(request)
            return Trust(if ("trust" in request) asked else core { build(asked) }, GIVEN)
        }

        /** Reads a trust document (`.trust`), or a PEM file. */
        @JvmStatic
        @Throws(IOException::class)
        public fun load(path: Path): Trust {
            val bytes = Files.readAllBytes(path)
            if (bytes.firstOrNull() == '-'.code.toByte()) {
                return Trust(of(TrustKey(String(bytes))).bytes, path.fileName.toString())
            }
            return Trust(core { dev.execert.ffi.canonical(bytes) }, path.fileName.toString())
        }

        /** The same. */
        @JvmStatic
        @Throws(IOException::class)
        public fun load(path: String): Trust = load(Paths.get(path))

        /** Your own store, the one that `execert trust add` fills. Empty if there is none. */
        @JvmStatic
        public fun user(): Trust {
            val bytes = core { userTrust() }
            return Trust(if (bytes.isEmpty()) of(emptyMap()).bytes else bytes, "your own store")
        }
    }
}
