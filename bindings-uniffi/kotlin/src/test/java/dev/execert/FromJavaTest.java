package dev.execert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The library from plain Java: no class of Kotlin is named here. */
class FromJavaTest {
    private static final Map<String, Object> POLICY = Map.of(
            "policy", 1, "default", "deny",
            "rules", List.of(Map.of("id", "crm", "tool", "crm.*", "verdict", "allow")));

    @Test
    void recordsAndVerifies() throws Exception {
        try (Key key = Key.generate();
                Recorder recorder = Recorder.open("memory:", new Options().withKey(key).withPolicy(POLICY))) {
            Run run = recorder.run("refund-4471", Map.of("order", "o-9"), body -> {
                Map<String, Object> found = body.tool("crm.lookup", Map.of("customer", "c-17"),
                        input -> Map.of("customer", input.string("customer"), "tier", "gold"));
                Denied refusal = assertThrows(Denied.class, () -> body.tool("rm", Map.of("path", "/"), input -> 1));
                assertEquals(Code.POLICY_DENIED, refusal.getCode());
                return found.get("tier");
            });
            assertEquals(5, run.getEnd().getRecords());
            byte[] bundle = run.bundle();
            Report report = Execert.verify(bundle, Trust.of(new TrustKey(key, "acme")));
            assertEquals(Verdict.INTACT_WARNINGS, report.getVerdict());
            assertArrayEquals(report.toBytes(), unchanged(bundle, key, report));
            Untrusted unknown = assertThrows(Untrusted.class, () -> Execert.verify(bundle, Trust.of(Map.of())));
            assertEquals(3, unknown.getExitCode());
            assertEquals(Verdict.UNKNOWN_SIGNER, unknown.getReport().getVerdict());
        }
    }

    private static byte[] unchanged(byte[] bundle, Key key, Report report) {
        CheckOptions then = new CheckOptions().withNow(Instant.parse((String) report.toMap().get("at")));
        return Execert.check(bundle, Trust.of(new TrustKey(key, "acme")), then).toBytes();
    }

    @Test
    void checkedExceptionsPassThrough() {
        Recorder recorder = Recorder.open("memory:", new Options(Key.generate()));
        IOException gone = assertThrows(IOException.class, () -> recorder.run("r", null, run -> {
            throw new IOException("gone");
        }));
        assertEquals("gone", gone.getMessage());
        assertEquals("failed", recorder.runs("r").get(0).getStatus());
        recorder.close();
    }

    @Test
    void stepsPermitsAndTryWithResources() throws Exception {
        try (Recorder recorder = Recorder.open("memory:", new Options(Key.generate()));
                Run run = recorder.run("r")) {
            try (Step step = run.step("parse", Map.of("a", 1))) {
                step.setOutput(List.of(1L, 2.5, true));
            }
            Permit permit = run.permit("pay", Map.of("amount", 40));
            Long paid = permit.run(input -> input.integer("amount"));
            assertEquals(40, paid);
            Step model = run.model("gpt", null, new StepOptions().withProvider("openai"));
            model.close(new Outcome().output("hi").usage(Map.of("input_tokens", 1)));
            assertNull(run.tool("dry", null, input -> 1, new StepOptions().withDryRun(true)));
            run.setOutput("done");
        }
    }

    @Test
    void valuesAreRefusedWithTheirPath() {
        InvalidInput error = assertThrows(InvalidInput.class, () -> Execert.canonical(Map.of("a", new int[0])));
        assertEquals("/a", error.getPath());
        assertEquals("canon.unsupported_type", error.getCode().toString());
        assertEquals("{\"a\":1}", new String(Execert.canonical(Map.of("a", 1))));
        assertTrue(Execert.version().startsWith("0."));
    }
}
