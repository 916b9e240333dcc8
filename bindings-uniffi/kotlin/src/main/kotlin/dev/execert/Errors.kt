// The six errors, named by what the caller has to do. `code` is stable, the text is not.
package dev.execert

import dev.execert.ffi.Failure
import dev.execert.ffi.InternalException

/**
 * Base of every error of execert. `message` is one sentence with the place, the code and the next step; it never holds
 * content or keys.
 */
public sealed class ExecertException(
    reason: String,
    /** Stable; says what it means and what it does not mean. */
    public val code: Code,
    /** JSON Pointer (RFC 6901) of the value at fault; `""` is the whole value. */
    public val path: String?,
    /** What to do next. */
    public val hint: String,
    /** The exit code of a command that ends with this error. */
    public val exitCode: Int,
    /** Digest of the approval request that waits for an answer (`policy.approval_missing`). */
    public val request: String?,
    /** The whole report, for [Untrusted]. */
    public val report: Report?,
) : RuntimeException("$reason [$code]" + if (hint.isEmpty()) "" else ". $hint") {
    public companion object {
        private const val serialVersionUID = 1L
    }
}

/** The call or the document is wrong: correct it. */
public class InvalidInput internal constructor(
    reason: String, code: Code, path: String?, hint: String = code.next, exitCode: Int = 2,
) : ExecertException(reason, code, path, hint, exitCode, null, null)

/** Policy, approval, certificate or budget says no: do not run it. The refusal is recorded. */
public class Denied internal constructor(
    reason: String, code: Code, path: String?, hint: String, exitCode: Int, request: String?,
) : ExecertException(reason, code, path, hint, exitCode, request, null)

/** The evidence does not hold, or cannot be read: do not rely on it. `report` says where. */
public class Untrusted internal constructor(
    reason: String, code: Code, path: String?, hint: String, exitCode: Int, report: Report?,
) : ExecertException(reason, code, path, hint, exitCode, null, report)

/** Someone else moved first: open again and repeat. */
public class Conflict internal constructor(reason: String, code: Code, path: String?, hint: String, exitCode: Int) :
    ExecertException(reason, code, path, hint, exitCode, null, null)

/** Store, signer or witness failed: stop, and try later. */
public class Unavailable internal constructor(reason: String, code: Code, path: String?, hint: String, exitCode: Int) :
    ExecertException(reason, code, path, hint, exitCode, null, null)

/** A defect in execert: report it. The process is unharmed and the next call works. */
public class InternalError internal constructor(
    reason: String, code: Code, path: String?, hint: String, exitCode: Int,
) : ExecertException(reason, code, path, hint, exitCode, null, null)

/** Makes a call of the core; what it refuses is thrown. */
internal inline fun <T> core(call: () -> T): T =
    try {
        call()
    } catch (failure: Failure) {
        throw thrown(failure)
    } catch (gone: IllegalStateException) {
        // What the generated classes throw once their handle was let go of.
        throw InvalidInput("the object was closed", Code.WIRE_BAD_HANDLE, null)
    } catch (defect: InternalException) {
        throw InternalError("the call was abandoned", Code.INTERNAL_PANIC, null, Code.INTERNAL_PANIC.next, 70)
    }

@PublishedApi
internal fun thrown(failure: Failure): ExecertException {
    val told = failure as Failure.Refused
    val report = told.report?.let { Report(it) }
    val first = report?.findings?.firstOrNull { it.severity == Severity.ERROR }
    val path = if (first == null) told.path else first.path
    val exit = told.exit.toInt()
    val code = Code.of(told.code) ?: Code.INTERNAL_PANIC
    // A code of the kind invalid that a verifier meets in evidence is an error of the kind untrusted.
    return when (Kind.valueOf(told.kind.uppercase())) {
        Kind.INVALID -> InvalidInput(told.detail, code, path, told.hint, exit)
        Kind.DENIED -> Denied(told.detail, code, path, told.hint, exit, told.request)
        Kind.UNTRUSTED -> Untrusted(told.detail, code, path, told.hint, exit, report)
        Kind.CONFLICT -> Conflict(told.detail, code, path, told.hint, exit)
        Kind.UNAVAILABLE -> Unavailable(told.detail, code, path, told.hint, exit)
        Kind.INTERNAL -> InternalError(told.detail, code, path, told.hint, exit)
    }
}

/** Wrong use of this layer, found before the core is asked. */
internal fun misuse(reason: String, path: String, hint: String): InvalidInput =
    InvalidInput(reason, Code.WIRE_BAD_ARGUMENT, path, hint)
