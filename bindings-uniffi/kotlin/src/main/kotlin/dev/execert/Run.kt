// A run: what happens, recorded while it happens.
package dev.execert

import java.nio.file.Path
import dev.execert.ffi.Run as NativeRun

/** The end of a run, as recorded; the numbers are null if a recorder that only observes could not write it. */
public data class RunEnd internal constructor(
    val run: String,
    val records: Long?,
    /** Digest of the last record. */
    val head: String?,
    val seq: Long?,
)

/** A bundle that was written. */
public data class Saved internal constructor(
    val records: Long,
    val bytes: Long,
    /** Digest of its manifest. */
    val bundle: String,
) {
    internal companion object {
        fun of(bytes: ByteArray): Saved {
            val told = parseObject(bytes)
            return Saved(told["records"] as Long, told["bytes"] as Long, told["bundle"] as String)
        }
    }
}

/** What a run does, from Java; what it answers is the output of the run. */
public fun interface RunBody {
    @Throws(Exception::class)
    public fun run(run: Run): Any?
}

/**
 * A run: a chain of its own inside the ledger's chain, closed by its totals. One that `use` closes ends `ok` if `output`
 * was set and `unknown` otherwise, since a closing is not told of errors. Its evidence can be had afterwards too.
 */
public class Run internal constructor(
    /** The recorder it belongs to. */
    public val recorder: Recorder,
    private val native: NativeRun,
    private val joined: Boolean,
) : AutoCloseable {
    private var set: Map<String, Any?> = emptyMap()

    /** Whether its end was asked for by its body. */
    @Volatile
    private var asked = false

    /** UUIDv7; for a detached run this is the token that `recorder.join` takes. */
    public val id: String = core { native.id() }

    /** The name it was given. */
    public val name: String
        get() = core { native.name() }

    /** The end as recorded, once it is closed. */
    @Volatile
    public var end: RunEnd? = null
        private set

    /** What the run answers. Setting it takes a snapshot; what is not plain JSON is refused. */
    public var output: Any? = null
        set(value) {
            set = mapOf("output" to snapshot(value, "/output"))
            field = value
        }

    /** Records a step that needs no permission, to be closed. */
    @JvmOverloads
    public fun step(name: String, input: Any? = null, options: StepOptions = StepOptions()): Step =
        opened("step", name, input, options)

    /** Records a step that needs no permission: calls with the recorded input and answers what that returns. */
    @JvmSynthetic
    public inline fun <T> step(
        name: String, input: Any? = null, options: StepOptions = StepOptions(), call: (Input) -> T,
    ): T? = opened("step", name, input, options).through(call)

    /**
     * Asks the gate, records the intent durably, and answers a `Step` to close. Throws [Denied], which is recorded too;
     * with `policy.approval_missing` its `request` is what an approver answers.
     */
    @JvmOverloads
    public fun tool(name: String, input: Any? = null, options: StepOptions = StepOptions()): Step =
        opened("tool", name, input, options)

    /** The same, and calls with the recorded input; null in a dry run. */
    @JvmSynthetic
    public inline fun <T> tool(
        name: String, input: Any? = null, options: StepOptions = StepOptions(), call: (Input) -> T,
    ): T? = opened("tool", name, input, options).through(call)

    /** Records a call of a model; gated like a tool. `name` is the model asked for. */
    @JvmOverloads
    public fun model(name: String, input: Any? = null, options: StepOptions = StepOptions()): Step =
        opened("model", name, input, options)

    /** The same, and calls with the recorded input. */
    @JvmSynthetic
    public inline fun <T> model(
        name: String, input: Any? = null, options: StepOptions = StepOptions(), call: (Input) -> T,
    ): T? = opened("model", name, input, options).through(call)

    /** `step`, `tool` and `model` from Java. */
    @Throws(Exception::class)
    @JvmOverloads
    public fun <T> step(name: String, input: Any?, call: Call<T>, options: StepOptions = StepOptions()): T? =
        step(name, input, options) { call.call(it) }

    @Throws(Exception::class)
    @JvmOverloads
    public fun <T> tool(name: String, input: Any?, call: Call<T>, options: StepOptions = StepOptions()): T? =
        tool(name, input, options) { call.call(it) }

    @Throws(Exception::class)
    @JvmOverloads
    public fun <T> model(name: String, input: Any?, call: Call<T>, options: StepOptions = StepOptions()): T? =
        model(name, input, options) { call.call(it) }

    /** Asks the gate for leave to call a tool once; `permit.run { … }` then does it. Throws [Denied]. */
    @JvmOverloads
    public fun permit(name: String, input: Any? = null, options: StepOptions = StepOptions()): Permit {
        val native = core { native.step(opening("permit", name, input, options)) }
        return Permit(Step(native), native)
    }

    @PublishedApi
    internal fun opened(op: String, name: String, input: Any?, options: StepOptions): Step =
        Step(core { native.step(opening(op, name, input, options)) })

    private fun opening(op: String, name: String, input: Any?, options: StepOptions): ByteArray {
        val asked = linkedMapOf<String, Any?>("op" to op, "name" to name)
        input?.let { asked["input"] = snapshot(it, "/input") }
        options.approval?.let { asked["approval"] = it }
        options.definition?.let { asked["definition"] = it }
        if (options.dryRun) asked["dry_run"] = true
        options.provider?.let { asked["model"] = mapOf("provider" to it, "requested" to name) }
        return document(asked + options.details)
    }

    /**
     * Writes what is one record of this run: a note of an event, an escalation, a decision. `members` are those of the
     * kind, and content: `input`, `output`, `text`.
     */
    @JvmOverloads
    public fun note(event: String?, members: Map<String, Any?> = emptyMap()): Record? =
        Record.of(parseObject(core { native.note(noted(event, members)) }))

    /** Ends the run with its totals. Cheap: a bundle is made only when asked for. */
    @JvmOverloads
    public fun close(status: Status, error: Throwable? = null): RunEnd =
        finish(set + (error?.let(::failed) ?: emptyMap()) + ("status" to status.name.lowercase()))

    override fun close() {
        if (end == null && !joined) finish(set.ifEmpty { mapOf("status" to "unknown") })
    }

    /** The evidence of this run, as the bytes of a bundle. */
    public fun bundle(): ByteArray = core { native.bundle() }

    /** Writes the evidence of this run to a file, replaced whole or not at all. */
    public fun save(path: Path): Saved = save(path.toString())

    /** The same. */
    public fun save(path: String): Saved = Saved.of(core { native.save(path) })

    private fun finish(result: Map<String, Any?>): RunEnd {
        val told = parseObject(core { native.close(document(result)) })
        return RunEnd(id, told["records"] as Long?, told["head"] as String?, told["seq"] as Long?).also { end = it }
    }

    /** Not for callers: ends the run with what its body answered. */
    @PublishedApi
    internal fun answered(output: Any?) {
        asked = true
        if (end == null && !joined) finish(if (output == null || output === Unit) set else dev.execert.answered(output))
    }

    /** Not for callers: a body that neither answered nor threw was left by a `return`. */
    @PublishedApi
    internal fun left() {
        if (!asked) answered(Unit)
    }

    /** Not for callers: ends the run with what its body threw. */
    @PublishedApi
    internal fun threw(error: Throwable) {
        if (asked) return
        asked = true
        if (end == null && !joined) quietly(error) { finish(set + failed(error)) }
    }
}

internal fun noted(event: String?, members: Map<String, Any?>): ByteArray =
    document(mapOf("kind" to "note", "event" to event) + members)

/** Runs the body, and ends the run with what came of it. Inlined, so that a suspending function may be called. */
@PublishedApi
internal inline fun Run.within(body: (Run) -> Any?): Run {
    try {
        answered(body(this))
        return this
    } catch (error: Throwable) {
        threw(error)
        throw error
    } finally {
        // As in a step.
        left()
    }
}
