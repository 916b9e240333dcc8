// A step of a run: opened before it happens, closed with what came of it.
package dev.execert

import java.util.concurrent.CancellationException
import dev.execert.ffi.Step as NativeStep

/** One record of the ledger. */
public data class Record internal constructor(
    /** Its place in the chain. */
    val seq: Long,
    /** What identifies it: `sha256:` and 64 hex digits. */
    val digest: String,
) {
    internal companion object {
        fun of(answer: Map<String, Any?>): Record? =
            (answer["record"] as Map<*, *>?)?.let { Record(it["seq"] as Long, it["digest"] as String) }
    }
}

/** How a step or run ended. */
public enum class Status { OK, FAILED, CANCELLED, UNKNOWN }

/** What a step may be told beyond its name and input. */
public data class StepOptions @JvmOverloads constructor(
    /** The digest of an approved request. */
    val approval: String? = null,
    /** The tool's name, description and parameters. */
    val definition: Map<String, Any?>? = null,
    /** Nothing is called. */
    val dryRun: Boolean = false,
    /** Who serves a model. */
    val provider: String? = null,
    /** The rest, as documents name it: `call_id`, `request_id`, `attempt`, `tier`, `links`, `actor`, `principal`, … */
    val details: Map<String, Any?> = emptyMap(),
) {
    public fun withApproval(approval: String?): StepOptions = copy(approval = approval)
    public fun withDefinition(definition: Map<String, Any?>?): StepOptions = copy(definition = definition)
    public fun withDryRun(dryRun: Boolean): StepOptions = copy(dryRun = dryRun)
    public fun withProvider(provider: String?): StepOptions = copy(provider = provider)
    public fun withDetails(details: Map<String, Any?>): StepOptions = copy(details = details)
}

/** How a step is closed. What is set to null is recorded as null; what is not given is not recorded. */
public class Outcome private constructor(internal val members: Map<String, Any?>) {
    public constructor() : this(emptyMap())

    public fun status(status: Status): Outcome = with("status", status.name.lowercase())

    /** What came of it, converted where it is not plain JSON. */
    public fun output(output: Any?): Outcome = Outcome(members + answered(output))

    /** What was thrown. */
    public fun error(error: Throwable): Outcome = Outcome(members + failed(error))

    /** A word for the kind of failure. */
    public fun failure(failure: String): Outcome = with("failure", failure)

    /** Tokens and cost: `input_tokens`, `output_tokens`, `duration_us`, … */
    public fun usage(usage: Map<String, Any?>): Outcome = with("usage", usage)

    /** What was served: `served`, `response_id`. */
    public fun model(model: Map<String, Any?>): Outcome = with("model", model)

    private fun with(name: String, value: Any): Outcome = Outcome(members + (name to value))
}

/** What is called with the recorded input, from Java. */
public fun interface Call<T> {
    @Throws(Exception::class)
    public fun call(input: Input): T
}

/**
 * A step: an intent on disk, waiting for its outcome. Close it; one that `use` closes ends `ok` if `output` was set and
 * `unknown` otherwise, since a closing is not told of errors.
 */
public class Step internal constructor(private val native: NativeStep) : AutoCloseable {
    private val answer: Map<String, Any?> = parseObject(core { native.answer() })
    private var set: Map<String, Any?> = emptyMap()

    @Volatile
    private var ended = false

    /** Whether its end was asked for by what it calls. */
    @Volatile
    private var asked = false

    /** UUID of the step. */
    public val id: String
        get() = answer["step"] as String

    /** The record that opened it; none if a recorder that only observes could not write it. */
    public val record: Record? = Record.of(answer)

    /** The record that closed it. */
    @Volatile
    public var outcome: Record? = null
        private set

    /** The recorded input: what runs should use this. */
    public val input: Input
        get() = Input(core { native.input() })

    /** What the gate decided and why; none for a step that is not gated. */
    @Suppress("UNCHECKED_CAST")
    public val decision: Map<String, Any?>?
        get() = answer["decision"] as Map<String, Any?>?

    /** True in a dry run: it would have been allowed, and must not be done. */
    public val notRun: Boolean = answer["not_run"] == true

    /** What came of it. Setting it takes a snapshot; what is not plain JSON is refused. */
    public var output: Any? = null
        set(value) {
            set = mapOf("output" to snapshot(value, "/output"))
            field = value
        }

    /** Records the outcome, once. */
    public fun close(outcome: Outcome): Record? = finish(set + outcome.members)

    override fun close() {
        if (!ended && !notRun) finish(set.ifEmpty { mapOf("status" to "unknown") })
    }

    private fun finish(result: Map<String, Any?>): Record? {
        val told = parseObject(core { native.close(document(result)) })
        ended = true
        outcome = Record.of(told)
        return outcome
    }

    internal fun claim(): Unit = core { native.claim() }

    /** Not for callers: records what a call answered. */
    @PublishedApi
    internal fun answered(output: Any?) {
        asked = true
        if (!ended) finish(set + dev.execert.answered(output))
    }

    /** Not for callers: a body that neither answered nor threw was left by a `return`. */
    @PublishedApi
    internal fun left() {
        if (!asked) answered(Unit)
    }

    /** Not for callers: records what a call threw; the caller's own error matters more than a failure here. */
    @PublishedApi
    internal fun threw(error: Throwable) {
        // What recording the answer threw is not what the body threw.
        if (asked) return
        asked = true
        if (!ended) quietly(error) { finish(set + failed(error)) }
    }
}

/** Calls with the recorded input and records what came of it. Inlined, so that a suspending function may be called. */
@PublishedApi
internal inline fun <T> Step.through(call: (Input) -> T): T? {
    if (notRun) return null
    try {
        val output = call(input)
        answered(output)
        return output
    } catch (error: Throwable) {
        threw(error)
        throw error
    } finally {
        // What is inlined can leave by a `return` of the function around it. The flag is not a variable here: of what the
        // compiler finds constant on one way out it makes nothing on all others.
        left()
    }
}

/** Leave to do one thing once, within 60 seconds. Nothing runs without it. */
public class Permit internal constructor(
    @PublishedApi internal val step: Step,
    private val native: NativeStep,
) : AutoCloseable {
    /** The recorded input: what was permitted. */
    public val input: Input
        get() = step.input

    /** The permit itself: the intent record. */
    public val record: Record?
        get() = step.record

    /** True in a dry run: `run` then calls nothing. */
    public val notRun: Boolean
        get() = step.notRun

    /** Calls with the permitted input, and records the outcome; null in a dry run. */
    @JvmSynthetic
    public inline fun <T> run(call: (Input) -> T): T? {
        claimed()
        return step.through(call)
    }

    /** The same from Java. */
    @Throws(Exception::class)
    public fun <T> run(call: Call<T>): T? = run { input: Input -> call.call(input) }

    @PublishedApi
    internal fun claimed(): Unit = step.claim()

    /** An unused permit is recorded as cancelled. */
    override fun close(): Unit = native.destroy()
}

/** `output` and `conversions` of a result that came from a call: what happened is kept, converted if need be. */
internal fun answered(output: Any?): Map<String, Any?> =
    if (output === Unit) emptyMap() else result("output", plain(output), emptyMap())

/** How a step or run ends with this error. A cancellation is not a failure. */
internal fun failed(error: Throwable): Map<String, Any?> =
    if (error is InterruptedException || error is CancellationException) {
        mapOf("status" to "cancelled")
    } else {
        result("error", plain(error), mapOf("status" to "failed"))
    }

private fun result(name: String, told: Plain, more: Map<String, Any?>): Map<String, Any?> {
    val conversions = told.conversions.map { (path, word) -> listOf("/$name$path", word) }
    val out = more + (name to snapshot(told.value, "/$name"))
    return if (conversions.isEmpty()) out else out + ("conversions" to conversions)
}

/**
 * Records an end while another error passes. If that fails too, the intent stays open and the next opening of the ledger
 * says `unknown`; the second error is attached to the first.
 */
internal inline fun quietly(error: Throwable, close: () -> Unit) {
    try {
        close()
    } catch (second: ExecertException) {
        error.addSuppressed(second)
    }
}
