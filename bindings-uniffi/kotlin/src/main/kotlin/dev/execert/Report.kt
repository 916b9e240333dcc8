// What a verifier found. A report is data: every line that people read is made from it.
package dev.execert

import dev.execert.ffi.render

/** The closed list of verdicts, the first that applies; the last three hold (exit code 0). */
public enum class Verdict(/** As reports have it. */ public val text: String) {
    UNREADABLE("unreadable"), ALTERED("altered"), FORKED("forked"), REVOKED("revoked"), UNSIGNED("unsigned"),
    UNKNOWN_SIGNER("unknown-signer"), INCOMPLETE("incomplete"), EXPIRED("expired"),
    REQUIREMENT_MISSING("requirement-missing"), OWN_KEY("own-key"), INTACT_WARNINGS("intact-warnings"), INTACT("intact"),
    ;

    override fun toString(): String = text
}

/** How grave a finding is. */
public enum class Severity { ERROR, WARNING }

/** One thing that the verifier found, with its place. */
public data class Finding internal constructor(
    val code: Code,
    val severity: Severity,
    /** The chain, or null. */
    val chain: String?,
    /** Sequence number of the record. */
    val record: Long?,
    /** JSON Pointer in the record. */
    val path: String?,
    /** Line of the bundle. */
    val line: Long?,
    /** What was sealed there, and what was found. */
    val sealed: String?,
    val found: String?,
)

/** One who signed. */
public data class Signer internal constructor(
    val keyid: String,
    /** The reader's own name for the key. */
    val label: String?,
    val role: String,
    val trusted: Boolean,
)

/** A report (`execert/report/v1`). There is no boolean: look at `verdict`, or call `verify`, which throws. */
public class Report internal constructor(
    private val bytes: ByteArray,
    private val subject: String = "",
    private val trust: String = "",
) {
    private val document: Map<String, Any?> = parseObject(bytes)

    /** The verdict. */
    public val verdict: Verdict = Verdict.entries.first { it.text == document["verdict"] }

    /** The exit code that `execert verify` ends with: 0 only if the evidence holds. */
    public val exitCode: Int = (document["exit"] as Long).toInt()

    /** Everything that was found, errors and warnings, in order of the verifier's steps. */
    public val findings: List<Finding> by lazy { objects("findings").map(::finding) }

    /** Each signer, in order of first use. */
    public val signers: List<Signer> by lazy {
        objects("signers").map {
            Signer(it["keyid"] as String, it["label"] as String?, it["role"] as String, it["trusted"] as Boolean)
        }
    }

    /** How many records there are. */
    public val records: Long
        get() = (document["subject"] as Map<*, *>)["records"] as Long

    /** Ids of what this verdict shows. */
    public val shows: List<String>
        get() = (document["shows"] as List<*>).map { it as String }

    /** Ids of what no verdict of this tool shows. */
    public val notShown: List<String>
        get() = (document["not_shown"] as List<*>).map { it as String }

    /** The whole document. */
    public fun toMap(): Map<String, Any?> = parseObject(bytes)

    /** The document as RFC 8785 bytes. */
    public fun toBytes(): ByteArray = bytes.clone()

    /** The lines that `execert verify` prints; `plain` for ASCII marks. */
    @JvmOverloads
    public fun text(plain: Boolean = false): String =
        core { render(bytes, document("name" to subject, "trust" to trust, "plain" to plain)) }

    override fun toString(): String = text()

    @Suppress("UNCHECKED_CAST")
    private fun objects(name: String): List<Map<String, Any?>> = document[name] as List<Map<String, Any?>>

    private fun finding(it: Map<String, Any?>): Finding = Finding(
        Code.of(it["code"] as String) ?: Code.INTERNAL_PANIC,
        if (it["severity"] == "error") Severity.ERROR else Severity.WARNING,
        it["chain"] as String?, it["record"] as Long?, it["path"] as String?, it["line"] as Long?,
        it["sealed"] as String?, it["found"] as String?,
    )
}
