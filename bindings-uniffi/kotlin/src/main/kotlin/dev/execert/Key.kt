// Signing keys. The secret half never becomes a value of this language.
package dev.execert

import java.nio.file.Path
import java.util.concurrent.locks.ReentrantReadWriteLock
import kotlin.concurrent.read
import kotlin.concurrent.write
import dev.execert.ffi.Key as NativeKey

/** An Ed25519 key that signs. It can be saved, but is never shown. `close` overwrites it; recorders keep their own. */
public class Key private constructor(private val native: NativeKey) : AutoCloseable {
    private val lock = ReentrantReadWriteLock()

    /** The key id: base64 of the SHA-256 of the public half. */
    public val id: String
        get() = core { native.id() }

    /** The fingerprint that people compare: hexadecimal digits in groups of four. */
    public val fingerprint: String
        get() = core { native.fingerprint() }

    /** The public half as PEM text, to hand to others. */
    public val publicPem: String
        get() = core { native.publicPem() }

    /** Writes a PEM file that only its owner can read. A file that exists is never overwritten. */
    public fun save(path: String): Unit = core { native.save(path) }

    /** The same. */
    public fun save(path: Path): Unit = save(path.toString())

    /** Lends the key to a call that takes it: it is not let go of before that has ended. */
    internal fun <T> lend(call: (NativeKey) -> T): T = lock.read {
        if (native.uniffiIsDestroyed) throw InvalidInput("the key was closed", Code.WIRE_BAD_HANDLE, null)
        core { call(native) }
    }

    /** Lets go of the key. */
    override fun close(): Unit = lock.write { native.destroy() }

    override fun toString(): String = if (native.uniffiIsDestroyed) "Key(closed)" else "Key($fingerprint)"

    public companion object {
        init {
            Native.load()
        }

        /** A new key. Nothing is written until `save`. */
        @JvmStatic
        public fun generate(): Key = Key(core { NativeKey.generate() })

        /** Reads a PEM file (PKCS#8) that only its owner can read. */
        @JvmStatic
        public fun load(path: String): Key = Key(core { NativeKey.load(path) })

        /** The same. */
        @JvmStatic
        public fun load(path: Path): Key = load(path.toString())

        /** Reads PEM text (PKCS#8). */
        @JvmStatic
        public fun fromPem(text: String): Key = Key(core { NativeKey.fromPem(text) })
    }
}
