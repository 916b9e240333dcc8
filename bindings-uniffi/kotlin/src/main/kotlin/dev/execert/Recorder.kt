// The recorder: one ledger, one chain, and what is written to it.
package dev.execert

import java.nio.file.Path
import java.time.Instant
import dev.execert.ffi.Recorder as NativeRecorder

/** The last record of a ledger. */
public data class Head internal constructor(val chain: String, val seq: Long, val digest: String, val epoch: Long) {
    internal companion object {
        fun of(bytes: ByteArray): Head {
            val told = parseObject(bytes)
            return Head(told["chain"] as String, told["seq"] as Long, told["digest"] as String, told["epoch"] as Long)
        }
    }
}

/** A run in the ledger's index. */
public data class RunEntry internal constructor(
    val id: String,
    val name: String?,
    val thread: String?,
    /** `open` or `closed`. */
    val state: String,
    /** How it ended: `ok`, `failed`, `cancelled`, `unknown` or `incomplete`. */
    val status: String?,
    /** Sequence number of its first record. */
    val first: Long,
    /** Of its last record, once it is closed. */
    val last: Long?,
)

/** A request for approval, and what is to be approved. */
public data class Request internal constructor(
    /** What `recorder.approve` and `approval` take. */
    val digest: String,
    val seq: Long,
    val tool: String?,
    val thread: String?,
    val expires: String?,
    /** `waiting`, `approved`, `refused`, … */
    val state: String,
    /** The arguments exactly as recorded: what an approver has to look at. */
    val input: Any?,
)

/** What a request for approval is answered with. */
public data class ApproveOptions @JvmOverloads constructor(
    /** `approved`, `refused` or `delegated`. */
    val verdict: String = "approved",
    val expiresAt: Instant? = null,
    val role: String? = null,
    val text: String? = null,
    /** To whom: `to` (key id), `tools`, `tier`, `depth`. */
    val delegation: Map<String, Any?> = emptyMap(),
) {
    public fun withVerdict(verdict: String): ApproveOptions = copy(verdict = verdict)
    public fun withExpiresAt(expiresAt: Instant?): ApproveOptions = copy(expiresAt = expiresAt)
    public fun withRole(role: String?): ApproveOptions = copy(role = role)
    public fun withText(text: String?): ApproveOptions = copy(text = text)
    public fun withDelegation(delegation: Map<String, Any?>): ApproveOptions = copy(delegation = delegation)
}

/** What goes into a bundle: made by `run`, `thread` or `chain`. */
public class Export private constructor(internal val members: Map<String, Any?>) {
    /** Without an index it is smaller, and a later change is noticed but not located. */
    public fun withIndex(index: Boolean): Export = Export(members + ("index" to index))

    public companion object {
        /** A run by id or name, or several by id. */
        @JvmStatic
        public fun run(vararg run: String): Export = Export(mapOf("run" to (run.singleOrNull() ?: run.toList())))

        /** The runs of a conversation. */
        @JvmStatic
        public fun thread(thread: String): Export = Export(mapOf("thread" to thread))

        /** The chain, or the part of it between two sequence numbers. */
        @JvmStatic
        @JvmOverloads
        public fun chain(first: Long? = null, last: Long? = null): Export =
            Export(mapOf("chain" to true, "first" to first, "last" to last))
    }
}

/**
 * Records runs into a ledger, a folder that is made if there is none. Any thread may use it, and many at once; other
 * processes open the same ledger with recorders of their own.
 */
public class Recorder private constructor(private val native: NativeRecorder) : AutoCloseable {
    private val about: Map<String, Any?> = parseObject(core { native.about() })

    @Volatile
    private var closed = false

    /** Whose ledger it is: a pseudonym. */
    public val tenant: String
        get() = about["tenant"] as String

    /** The name of the ledger's log. */
    public val origin: String
        get() = about["origin"] as String

    /** What happens when something cannot be recorded: nothing runs (`enforce`), or it is told as a gap (`observe`). */
    public val gate: String
        get() = about["gate"] as String

    /** The last record. */
    public val head: Head
        get() = Head.of(core { native.head() })

    /** A new run, to be closed. */
    @JvmOverloads
    public fun run(name: String, input: Any? = null, options: RunOptions = RunOptions()): Run =
        Run(this, core { native.run(options.bytes(name, input)) }, false)

    /** A new run, which ends with what the body answers or throws; answers the closed run. */
    @JvmSynthetic
    public inline fun run(
        name: String, input: Any? = null, options: RunOptions = RunOptions(), body: (Run) -> Any?,
    ): Run = run(name, input, options).within(body)

    /** The same from Java. */
    @Throws(Exception::class)
    @JvmOverloads
    public fun run(name: String, input: Any?, body: RunBody, options: RunOptions = RunOptions()): Run =
        run(name, input, options) { run: Run -> body.run(run) }

    /** Joins a detached run by its id, from any process. `use` does not end it: `close(status)` does. */
    public fun join(id: String): Run = Run(this, core { native.join(id) }, true)

    /**
     * Answers a request for approval with the approver's own key; from any process. `request` is the digest that
     * [Denied] or `requests()` gives. An approval is used once and ends within 24 hours, by default after one.
     */
    @JvmOverloads
    public fun approve(request: String, key: Key, options: ApproveOptions = ApproveOptions()): Record? {
        val answer = mapOf(
            "approve" to request, "verdict" to options.verdict, "expires_at" to options.expiresAt?.let(::moment),
            "role" to options.role, "text" to options.text,
        )
        val asked = document(answer + options.delegation)
        return Record.of(parseObject(key.lend { native.approve(asked, it) }))
    }

    /** Writes what is one record of the ledger and belongs to no run. `members` are those of the kind. */
    @JvmOverloads
    public fun note(event: String?, members: Map<String, Any?> = emptyMap()): Record? =
        Record.of(parseObject(core { native.note(noted(event, members)) }))

    /** The runs of the ledger, by its index. */
    @JvmOverloads
    public fun runs(
        name: String? = null, thread: String? = null, state: String? = null, id: String? = null,
    ): List<RunEntry> =
        find("runs", "name" to name, "thread" to thread, "state" to state, "id" to id).map {
            RunEntry(
                it["id"] as String, it["name"] as String?, it["thread"] as String?, it["state"] as String,
                it["status"] as String?, it["first"] as Long, it["last"] as Long?,
            )
        }

    /** Requests for approval, waiting or answered, with the arguments that wait. */
    @JvmOverloads
    public fun requests(
        state: String? = null, thread: String? = null, callId: String? = null, digest: String? = null,
    ): List<Request> =
        find("requests", "state" to state, "thread" to thread, "call_id" to callId, "digest" to digest).map {
            Request(
                it["digest"] as String, it["seq"] as Long, it["tool"] as String?, it["thread"] as String?,
                it["expires"] as String?, it["state"] as String, it["input"],
            )
        }

    @Suppress("UNCHECKED_CAST")
    private fun find(what: String, vararg query: Pair<String, Any?>): List<Map<String, Any?>> {
        val asked = document(what to query.toMap().filterValues { it != null })
        return parseObject(core { native.find(asked) })[what] as List<Map<String, Any?>>
    }

    /** Writes a bundle to a file, replaced whole or not at all. */
    public fun export(path: Path, what: Export): Saved =
        Saved.of(core { native.export(document(what.members), path.toString()) })

    /** The bytes of a bundle. */
    public fun bundle(what: Export): ByteArray = core { native.bundle(document(what.members)) }

    /** Deletes the content of records for good and records that it was done, why, and by whose authority. */
    public fun erase(records: Collection<Long>, reason: String, authority: String): Record? {
        val asked = document("records" to records.toSortedSet().toList(), "reason" to reason, "authority" to authority)
        return Record.of(parseObject(core { native.erase(asked) }))
    }

    /** Ends the chain for good: open runs end as incomplete, and nothing can be appended after it. */
    public fun seal(): Head = Head.of(core { native.seal() })

    /** Ends an epoch: a checkpoint of the tree so far, and the next key of the internal tags. */
    public fun heartbeat(): Head = Head.of(core { native.heartbeat() })

    /** Takes one event of a framework and answers where it went; for integrations. */
    public fun feed(event: Map<String, Any?>): Map<String, Any?> = parseObject(core { native.feed(canonical(event)) })

    /** Closes the ledger. Runs that are still open end as incomplete. A second time it does nothing. */
    override fun close() {
        if (!closed) {
            core { native.finish() }
            closed = true
        }
    }

    override fun toString(): String = "Recorder($origin)"

    public companion object {
        init {
            Native.load()
        }

        /** Opens or makes the ledger: a folder, or `memory:`. Throws [InvalidInput], [Conflict], [Unavailable]. */
        @JvmStatic
        @JvmOverloads
        public fun open(ledger: String, options: Options = Options()): Recorder {
            val asked = options.bytes()
            val key = options.key ?: return Recorder(core { NativeRecorder.open(ledger, asked, null) })
            return Recorder(key.lend { NativeRecorder.open(ledger, asked, it) })
        }

        /** The same. */
        @JvmStatic
        @JvmOverloads
        public fun open(ledger: Path, options: Options = Options()): Recorder = open(ledger.toString(), options)
    }
}
