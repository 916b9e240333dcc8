// The library of the core: loaded once, from the jar or from where `jna.library.path` says.
package dev.execert

import dev.execert.ffi.setLanguage
import dev.execert.ffi.version as versionOf

internal object Native {
    /** The version of the core. */
    val version: String

    init {
        core { setLanguage("java", System.getProperty("java.version").orEmpty()) }
        version = core { versionOf() }
    }

    /** Makes sure that the library is there; its error says where it was looked for. */
    fun load() {
        check(version.isNotEmpty())
    }
}
