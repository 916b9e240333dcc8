// Reading evidence: is it unchanged, whose is it, is it whole. From Java: `Execert.verify(…)`.
@file:JvmName("Execert")

package dev.execert

import java.nio.file.Path
import java.nio.file.Paths
import java.time.Instant
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import java.util.Base64
import dev.execert.ffi.canonical as nativeCanonical
import dev.execert.ffi.check as nativeCheck
import dev.execert.ffi.checkFile
import dev.execert.ffi.redact as nativeRedact
import dev.execert.ffi.redactFile
import dev.execert.ffi.reveal as nativeReveal
import dev.execert.ffi.revealFile
import dev.execert.ffi.verify as nativeVerify
import dev.execert.ffi.verifyFile

/** How evidence is judged. */
public data class CheckOptions @JvmOverloads constructor(
    /** The time of judgement; now, if left out. */
    val now: Instant? = null,
    /** Any of `sealed`, `timestamp`, `plan`, `no-withheld`, `revocation`, `witness:N`. */
    val require: List<String> = emptyList(),
    /** The open end of a run or chain is a warning. */
    val allowOpen: Boolean = false,
    /** 32 bytes: the internal tags are checked too. */
    val macKey: ByteArray? = null,
) {
    public fun withNow(now: Instant?): CheckOptions = copy(now = now)
    public fun withRequire(vararg require: String): CheckOptions = copy(require = require.toList())
    public fun withAllowOpen(allowOpen: Boolean): CheckOptions = copy(allowOpen = allowOpen)
    public fun withMacKey(macKey: ByteArray?): CheckOptions = copy(macKey = macKey)

    internal fun bytes(): ByteArray = document(
        "require" to require, "allow_open" to allowOpen, "now" to now?.let(::moment),
        "mac_key" to macKey?.let { Base64.getEncoder().encodeToString(it) },
    )
}

/** A moment as documents have it: UTC, milliseconds. */
internal fun moment(at: Instant): String =
    DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC).format(at)

/** The version of this package, of the core and of the command line. */
public val version: String
    @JvmName("version")
    get() = Native.version

/** Reads a bundle and answers with the report, whatever it says. Without `trust` the user's own store counts. */
@JvmOverloads
public fun check(bundle: Path, trust: Trust = Trust.user(), options: CheckOptions = CheckOptions()): Report {
    val report = core { checkFile(bundle.toString(), trust.toBytes(), options.bytes()) }
    return Report(report, bundle.fileName.toString(), trust.name)
}

/** The same, of the file at this path. */
@JvmOverloads
public fun check(bundle: String, trust: Trust = Trust.user(), options: CheckOptions = CheckOptions()): Report =
    check(Paths.get(bundle), trust, options)

/** The same, of the bytes of a bundle. */
@JvmOverloads
public fun check(bundle: ByteArray, trust: Trust = Trust.user(), options: CheckOptions = CheckOptions()): Report =
    Report(core { nativeCheck(bundle, trust.toBytes(), options.bytes()) }, "", trust.name)

/** As `check`, but throws [Untrusted], which has the report, unless the evidence holds under this trust. */
@JvmOverloads
public fun verify(bundle: Path, trust: Trust = Trust.user(), options: CheckOptions = CheckOptions()): Report {
    val report = core { verifyFile(bundle.toString(), trust.toBytes(), options.bytes()) }
    return Report(report, bundle.fileName.toString(), trust.name)
}

/** The same, of the file at this path. */
@JvmOverloads
public fun verify(bundle: String, trust: Trust = Trust.user(), options: CheckOptions = CheckOptions()): Report =
    verify(Paths.get(bundle), trust, options)

/** The same, of the bytes of a bundle. */
@JvmOverloads
public fun verify(bundle: ByteArray, trust: Trust = Trust.user(), options: CheckOptions = CheckOptions()): Report =
    Report(core { nativeVerify(bundle, trust.toBytes(), options.bytes()) }, "", trust.name)

/**
 * A copy with places hidden or records withheld: `hide` and `withhold` of the document `redact/1`. Signatures and order
 * stay.
 */
public fun redact(bundle: ByteArray, request: Map<String, Any?>): ByteArray =
    core { nativeRedact(bundle, canonical(mapOf("redact" to 1) + request)) }

/** The same from file to file; the copy is replaced whole or not at all. */
public fun redact(bundle: Path, request: Map<String, Any?>, copy: Path): Map<String, Any?> =
    parseObject(core { redactFile(bundle.toString(), canonical(mapOf("redact" to 1) + request), copy.toString()) })

/** A copy with places shown again (`show` of the document `reveal/1`), out of a fuller copy. */
public fun reveal(bundle: ByteArray, fuller: ByteArray, request: Map<String, Any?>): ByteArray =
    core { nativeReveal(bundle, fuller, canonical(mapOf("reveal" to 1) + request)) }

/** The same from files to file. */
public fun reveal(bundle: Path, fuller: Path, request: Map<String, Any?>, copy: Path): Map<String, Any?> {
    val asked = canonical(mapOf("reveal" to 1) + request)
    return parseObject(core { revealFile(bundle.toString(), fuller.toString(), asked, copy.toString()) })
}

/** The RFC 8785 bytes of a value that is plain JSON. Throws [InvalidInput] with the path of what is not. */
public fun canonical(value: Any?): ByteArray {
    Native.load()
    return core { nativeCanonical(snapshot(value).text.toByteArray()) }
}

/** Reads one JSON text strictly (docs/spec/01-json.md). */
public fun parseStrict(text: ByteArray): Any? {
    Native.load()
    return parse(core { nativeCanonical(text) })
}
