// How ledgers and runs are opened.
package dev.execert

import java.nio.file.Path

/** How a ledger is opened. Fixed when it is made: `gate`, `durability`, `profile`, `keep`, `tenant`, `logDomain`. */
public data class Options @JvmOverloads constructor(
    /** Without one nothing is recorded and nothing runs (`key.not_found`). */
    val key: Key? = null,
    /** The path of a policy (`String` or `Path`), or a `Map`. */
    val policy: Any? = null,
    /** `enforce` (where there is a policy) or `observe`. */
    val gate: String? = null,
    /** `durable`, `process` or `memory`. */
    val durability: String? = null,
    /** `full`, `evidence`, `commit-only`, or a `Map`. */
    val profile: Any? = null,
    /** Pointers kept under `evidence`. */
    val keep: List<String>? = null,
    val tenant: String? = null,
    val logDomain: String? = null,
    val headFile: Path? = null,
    /** Names of variables of which only the presence is recorded. */
    val environment: List<String>? = null,
    /** Member names whose values are never kept. */
    val redactNames: List<String>? = null,
    /** `low`, `moderate`, `high` or `critical`. */
    val tier: String? = null,
    val deadlineMs: Long? = null,
    val allowVolume: Boolean? = null,
) {
    public fun withKey(key: Key?): Options = copy(key = key)
    public fun withPolicy(policy: String?): Options = copy(policy = policy)
    public fun withPolicy(policy: Path?): Options = copy(policy = policy)
    public fun withPolicy(policy: Map<String, Any?>?): Options = copy(policy = policy)
    public fun withGate(gate: String?): Options = copy(gate = gate)
    public fun withDurability(durability: String?): Options = copy(durability = durability)
    public fun withProfile(profile: String?): Options = copy(profile = profile)
    public fun withProfile(profile: Map<String, Any?>?): Options = copy(profile = profile)
    public fun withKeep(vararg keep: String): Options = copy(keep = keep.toList())
    public fun withTenant(tenant: String?): Options = copy(tenant = tenant)
    public fun withLogDomain(logDomain: String?): Options = copy(logDomain = logDomain)
    public fun withHeadFile(headFile: Path?): Options = copy(headFile = headFile)
    public fun withEnvironment(vararg environment: String): Options = copy(environment = environment.toList())
    public fun withRedactNames(vararg redactNames: String): Options = copy(redactNames = redactNames.toList())
    public fun withTier(tier: String?): Options = copy(tier = tier)
    public fun withDeadlineMs(deadlineMs: Long?): Options = copy(deadlineMs = deadlineMs)
    public fun withAllowVolume(allowVolume: Boolean?): Options = copy(allowVolume = allowVolume)

    internal fun bytes(): ByteArray = document(
        "policy" to if (policy is Path) policy.toString() else policy,
        "gate" to gate, "durability" to durability, "profile" to profile, "keep" to keep, "tenant" to tenant,
        "log_domain" to logDomain, "head_file" to headFile?.toString(), "environment" to environment,
        "redact_names" to redactNames, "tier" to tier, "deadline_ms" to deadlineMs, "allow_volume" to allowVolume,
    )
}

/** How a run begins. */
public data class RunOptions @JvmOverloads constructor(
    /** Joins runs of one conversation. */
    val thread: String? = null,
    /** It can be joined by other processes that show its id. */
    val detached: Boolean = false,
    /** `live`, `dry-run` or `replay`. */
    val mode: String? = null,
    val params: Any? = null,
    /** The rest, as documents name it: `links`, `actor`, `principal`, `names`, `text`, `trace`. */
    val details: Map<String, Any?> = emptyMap(),
) {
    public fun withThread(thread: String?): RunOptions = copy(thread = thread)
    public fun withDetached(detached: Boolean): RunOptions = copy(detached = detached)
    public fun withMode(mode: String?): RunOptions = copy(mode = mode)
    public fun withParams(params: Any?): RunOptions = copy(params = params)
    public fun withDetails(details: Map<String, Any?>): RunOptions = copy(details = details)

    internal fun bytes(name: String, input: Any?): ByteArray {
        val asked = linkedMapOf<String, Any?>(
            "name" to name, "input" to input?.let { snapshot(it, "/input") },
            "params" to params?.let { snapshot(it, "/params") }, "detached" to detached.takeIf { it },
            "thread" to thread, "mode" to mode,
        )
        return document(asked + details)
    }
}
