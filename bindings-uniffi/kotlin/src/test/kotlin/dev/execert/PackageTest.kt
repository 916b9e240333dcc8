// What is in the repository of Maven: the jar with the library, its sources, and a pom with no more than it needs.
package dev.execert

import java.nio.file.Files
import java.nio.file.Path
import java.util.zip.ZipFile
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class PackageTest {
    private val folder: Path = ROOT.resolve("build/maven/dev/execert/execert/0.1.0")

    private fun names(file: String): List<String> =
        ZipFile(folder.resolve(file).toFile()).use { zip -> zip.entries().asSequence().map { it.name }.toList() }

    @Test
    fun `the jar holds the library where JNA looks, and classes of one package`() {
        val files = names("execert-0.1.0.jar").filter { !it.endsWith("/") }
        val library = com.sun.jna.Platform.RESOURCE_PREFIX + "/" + System.mapLibraryName("execert_uniffi")
        assertTrue(library in files) { "$library is not in $files" }
        val strange = files.filter { it != library && !it.startsWith("dev/execert/") && !it.startsWith("META-INF/") }
        assertEquals(emptyList<String>(), strange)
        assertTrue(files.none { it.contains("Test") || it.contains("Hooks") })
    }

    @Test
    fun `the sources are those of both layers`() {
        val files = names("execert-0.1.0-sources.jar").map { it.substringAfterLast('/') }
        for (name in listOf("Recorder.kt", "Code.kt", "execert_uniffi.kt")) assertTrue(name in files) { "$files" }
        assertTrue(files.none { it.endsWith(".so") || it.endsWith(".dylib") })
    }

    @Test
    fun `the pom asks for two libraries, and names no address of a registry`() {
        val pom = Files.readString(folder.resolve("execert-0.1.0.pom"))
        val used = Regex("<dependency>(.*?)</dependency>", RegexOption.DOT_MATCHES_ALL).findAll(pom).map { it.value }
            .filter { "<scope>test" !in it }.map { Regex("<artifactId>(.*?)<").find(it)!!.groupValues[1] }.toList()
        assertEquals(listOf("kotlin-stdlib", "jna"), used)
        assertTrue("<repositor" !in pom)
    }
}
