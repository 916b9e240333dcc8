// Offline audit: checks bundles with a trust file, which holds public keys only, and ends with the exit code of the first
// that does not hold. It needs no ledger, no key and no network.
//
//     mvn -q compile exec:java -Dexec.args="TRUST BUNDLE..."

import dev.execert.ExecertException
import dev.execert.Trust
import dev.execert.check
import java.io.IOException
import kotlin.system.exitProcess

/** Frozen: 0 holds, 1 altered or forked, 3 no trusted signature, 4 incomplete, 5 expired, 6 revoked, 7 unreadable, … */
fun audit(trustFile: String, bundles: List<String>): Int {
    val trust = Trust.load(trustFile)
    val codes = bundles.map { bundle ->
        val report = check(bundle, trust)
        println(report.text(plain = true))
        report.exitCode
    }
    return codes.firstOrNull { it != 0 } ?: 0
}

fun main(arguments: Array<String>) {
    if (arguments.size < 2) {
        System.err.println("usage: audit TRUST BUNDLE...")
        exitProcess(2)
    }
    val code = try {
        audit(arguments[0], arguments.drop(1))
    } catch (error: ExecertException) {
        System.err.println(error.message)
        error.exitCode
    } catch (error: IOException) {
        System.err.println("the trust file could not be read: $error")
        74
    }
    exitProcess(code)
}
