// Runs the tests against the jar and counts them: `N passed, N failed, N skipped`.
package dev.execert

import kotlin.system.exitProcess
import org.junit.platform.engine.TestExecutionResult
import org.junit.platform.engine.discovery.ClassNameFilter
import org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage
import org.junit.platform.launcher.TestExecutionListener
import org.junit.platform.launcher.TestIdentifier
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder
import org.junit.platform.launcher.core.LauncherFactory

private object Counts : TestExecutionListener {
    var passed = 0
    var failed = 0
    var skipped = 0

    override fun executionSkipped(test: TestIdentifier, reason: String) {
        skipped += 1
        println("skipped ${test.legacyReportingName}: $reason")
    }

    override fun executionFinished(test: TestIdentifier, result: TestExecutionResult) {
        val failure = result.throwable.orElse(null)
        when {
            result.status == TestExecutionResult.Status.ABORTED -> {
                skipped += 1
                println("skipped ${test.displayName}: ${failure?.message}")
            }
            failure != null -> {
                failed += 1
                println("failed  ${test.displayName}\n${failure.stackTraceToString()}")
            }
            test.isTest -> {
                passed += 1
                println("ok      ${test.displayName}")
            }
        }
    }
}

fun main(arguments: Array<String>) {
    val request = LauncherDiscoveryRequestBuilder.request()
        .selectors(selectPackage("dev.execert"))
        .filters(ClassNameFilter.includeClassNamePatterns(arguments.firstOrNull() ?: ".*Test"))
        .build()
    LauncherFactory.create().execute(request, Counts)
    println("${Counts.passed} passed, ${Counts.failed} failed, ${Counts.skipped} skipped")
    exitProcess(if (Counts.failed > 0 || Counts.passed == 0) 1 else 0)
}
