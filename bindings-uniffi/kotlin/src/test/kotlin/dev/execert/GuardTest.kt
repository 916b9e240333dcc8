// Every exported function passes the guard: the list is that of the generated sources, by reflection.
package dev.execert

import dev.execert.ffi.Failure
import dev.execert.ffi.Key as NativeKey
import dev.execert.ffi.KeyInterface
import dev.execert.ffi.Recorder as NativeRecorder
import dev.execert.ffi.RecorderInterface
import dev.execert.ffi.RunInterface
import dev.execert.ffi.StepInterface
import java.lang.reflect.InvocationTargetException
import java.lang.reflect.Method
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class GuardTest {
    private fun open(key: NativeKey): NativeRecorder = NativeRecorder.open("memory:", ByteArray(0), key)

    private fun argument(type: Class<*>): Any? = when (type) {
        String::class.java -> "x"
        ByteArray::class.java -> "{}".toByteArray()
        else -> null
    }

    /** The methods of the generated classes, and those of their companions and of the file. */
    private fun exported(key: NativeKey, recorder: NativeRecorder): List<Pair<Any?, Method>> {
        val run = recorder.run("""{"name":"r"}""".toByteArray())
        val step = run.step("""{"op":"step","name":"s"}""".toByteArray())
        val found = ArrayList<Pair<Any?, Method>>()
        val handles = mapOf(
            KeyInterface::class.java to key, RecorderInterface::class.java to recorder, RunInterface::class.java to run,
            StepInterface::class.java to step,
        )
        for ((type, handle) in handles) {
            type.declaredMethods.filter { !it.isSynthetic && it.parameterCount >= 0 && "Companion" !in it.name }
                .forEach { found.add(handle to it) }
        }
        for (companion in listOf(NativeKey.Companion, NativeRecorder.Companion)) {
            companion.javaClass.declaredMethods.filter { !it.isSynthetic && java.lang.reflect.Modifier.isPublic(it.modifiers) }
                .forEach { found.add(companion to it) }
        }
        Class.forName("dev.execert.ffi.Execert_uniffiKt").declaredMethods
            .filter { !it.isSynthetic && Failure::class.java in it.exceptionTypes && "uniffi" !in it.name.lowercase() }
            .forEach { found.add(null to it) }
        return found
    }

    @Test
    fun `a panic inside is an error of each function, and the next call works`() {
        Native.load()
        val key = NativeKey.generate()
        val recorder = open(key)
        val functions = exported(key, recorder)
        val source = ROOT.resolve("bindings-uniffi/src").toFile().walk().filter { it.name.endsWith(".rs") }
            .joinToString("\n") { it.readText() }
        // As many as the sources guard, less none: the hooks of tests are no part of what is exported.
        assertEquals(Regex("guard::call\\(").findAll(source).count(), functions.size, functions.joinToString { it.second.name })
        for ((handle, method) in functions) {
            hooks.execert_test_arm()
            val arguments = method.parameterTypes.map(::argument).toTypedArray()
            val error = refused<InvocationTargetException> { method.invoke(handle, *arguments) }.targetException
            assertTrue(error is Failure.Refused) { "${method.name}: $error" }
            assertEquals("internal.panic", (error as Failure.Refused).code, method.name)
            assertEquals("internal" to 70, error.kind to error.exit.toInt())
        }
        recorder.note("""{"kind":"note","event":"after"}""".toByteArray())
        recorder.finish()
    }

    @Test
    fun `a panic is InternalError of the layer`(): Unit = withRecorder { recorder, _, _ ->
        hooks.execert_test_arm()
        val error = refused<InternalError> { recorder.note("x") }
        assertEquals(Code.INTERNAL_PANIC to 70, error.code to error.exitCode)
        recorder.note("x")
    }

    @Test
    fun `handles that were let go of are errors, and no crash`() {
        val key = Key.generate()
        key.close()
        key.close()
        assertEquals(Code.WIRE_BAD_HANDLE, refused<InvalidInput> { key.id }.code)
        assertEquals(Code.WIRE_BAD_HANDLE, refused<InvalidInput> { Recorder.open("memory:", Options(key = key)) }.code)
        assertEquals("Key(closed)", key.toString())
        val native = NativeKey.generate()
        val recorder = open(native)
        native.destroy()
        val run = recorder.run("""{"name":"r"}""".toByteArray())
        recorder.destroy()
        refused<IllegalStateException> { recorder.head() }
        // What was opened goes on without the handle of what opened it.
        run.close(ByteArray(0))
        run.destroy()
        refused<IllegalStateException> { run.id() }
    }

    @Test
    fun `a ledger that was closed refuses, and says so`(): Unit = withRecorder { recorder, _, _ ->
        val run = recorder.run("r")
        val step = run.step("s")
        recorder.close()
        recorder.close()
        for (action in listOf({ recorder.note("x") }, { run.tool("t") }, { step.close(Outcome()) }, { recorder.run("r") })) {
            val error = refused<ExecertException> { action() }
            assertTrue(error.hint.isNotEmpty()) { "$error" }
        }
    }

    @Test
    fun `sixteen threads destroy and use the same handle`() {
        repeat(50) {
            val key = Key.generate()
            val threads = List(16) { n ->
                Thread {
                    if (n == 7) key.close()
                    try {
                        key.fingerprint
                    } catch (error: InvalidInput) {
                        assertEquals(Code.WIRE_BAD_HANDLE, error.code)
                    }
                }
            }
            threads.forEach { it.start() }
            threads.forEach { it.join() }
        }
    }
}
