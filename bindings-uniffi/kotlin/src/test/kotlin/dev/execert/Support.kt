// What the tests share: folders of their own, other programs, and records read without our help.
package dev.execert

import com.sun.jna.Library
import com.sun.jna.Native as Jna
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.Paths
import java.util.Base64
import java.util.concurrent.CompletableFuture

internal val ROOT: Path = Paths.get(System.getProperty("execert.root")).toAbsolutePath()
internal val VECTORS: Path = ROOT.resolve("tests/vectors")
internal val GOLDEN: Path = VECTORS.resolve("golden")
internal val COMMAND: String = ROOT.resolve("build/execert").toString()

/** What only test builds have. */
internal interface Hooks : Library {
    fun execert_test_arm()
    fun execert_test_repeat(seed: Long)
    fun execert_test_record_line(line: ByteArray, len: Long): String
}

internal val hooks: Hooks by lazy { Jna.load("execert_uniffi", Hooks::class.java) }

internal fun <T> inFolder(body: (Path) -> T): T {
    val path = Files.createTempDirectory("execert-")
    try {
        return body(path)
    } finally {
        path.toFile().deleteRecursively()
    }
}

/** A recorder in a folder of its own, closed and removed afterwards. */
internal fun <T> withRecorder(options: Options = Options(), body: (Recorder, Key, Path) -> T): T = inFolder { path ->
    val key = options.key ?: Key.generate()
    Recorder.open(path.resolve("acme.ledger"), options.copy(key = key)).use { body(it, key, path) }
}

internal inline fun <reified E : Throwable> refused(action: () -> Unit): E {
    try {
        action()
    } catch (error: Throwable) {
        if (error is E) return error
        throw error
    }
    throw AssertionError("nothing was refused")
}

@Suppress("UNCHECKED_CAST")
internal fun json(path: Path): Map<String, Any?> = parse(Files.readAllBytes(path)) as Map<String, Any?>

@Suppress("UNCHECKED_CAST")
internal fun lines(path: Path): List<Map<String, Any?>> =
    Files.readString(path).trimEnd().split("\n").map { parse(it.toByteArray()) as Map<String, Any?> }

/** What the signed lines of a bundle say. */
@Suppress("UNCHECKED_CAST")
internal fun records(bundle: ByteArray): List<Map<String, Any?>> =
    String(bundle).trimEnd().split("\n").drop(1).map { parseObject(it.toByteArray()) }.filter { "payload" in it }.map {
        val statement = parseObject(Base64.getDecoder().decode(it["payload"] as String))
        (statement["predicate"] as Map<String, Any?>) + ("content" to (it["content"] ?: emptyMap<String, Any?>()))
    }

internal class Done(val code: Int, val out: String, val err: String)

/** Runs a program to its end. */
internal fun run(vararg command: String, folder: Path? = null, env: Map<String, String> = emptyMap()): Done {
    val builder = ProcessBuilder(*command)
    folder?.let { builder.directory(it.toFile()) }
    builder.environment().putAll(env)
    val process = builder.start()
    process.outputStream.close()
    val err = CompletableFuture.supplyAsync { String(process.errorStream.readAllBytes()) }
    val out = String(process.inputStream.readAllBytes())
    return Done(process.waitFor(), out, err.get())
}

/** Runs a program of Python with the wheel. */
internal fun python(program: String, vararg arguments: String): Done {
    val done = run(ROOT.resolve("build/venv/bin/python").toString(), "-c", program, *arguments)
    if (done.code != 0) throw AssertionError(done.err)
    return done
}
