import dev.execert.Denied;
import dev.execert.Execert;
import dev.execert.Input;
import dev.execert.Key;
import dev.execert.Options;
import dev.execert.Recorder;
import dev.execert.Report;
import dev.execert.Request;
import dev.execert.Run;
import dev.execert.Saved;
import dev.execert.StepOptions;
import dev.execert.Trust;
import dev.execert.TrustKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A refund desk: look up, refund a little, ask for what a manager may allow, be refused what nobody may. Everything is
 * recorded before it runs; the evidence is saved, and judged by the verifier.
 */
public final class RefundTriage {
    /** What the tools really did, noted by themselves. */
    private static final List<String> DID = new ArrayList<>();

    private static Map<String, Object> lookup(Input input) {
        DID.add("crm.lookup " + input.string("customer"));
        return Map.of("customer", input.string("customer"), "tier", "gold", "since", "2019");
    }

    private static String refund(Input input) {
        DID.add("payments.refund " + input.string("order") + " " + input.integer("amount"));
        return "refunded " + input.integer("amount");
    }

    /** Lookups may run, refunds up to 500 too; up to 5000 a manager has to approve, and more is never paid. */
    private static Map<String, Object> policy(Key manager) {
        return Map.of(
                "policy", 1,
                "default", "deny",
                "rules", List.of(
                        Map.of("id", "lookups", "tool", "crm.*", "verdict", "allow"),
                        rule("small-refunds", "allow", List.of("/amount", "<=", 500)),
                        rule("refund-limit", "approve", List.of("/amount", ">", 500), List.of("/amount", "<=", 5000)),
                        rule("never", "deny", List.of("/amount", ">", 5000))),
                "approvers", List.of(Map.of("key", manager.getId(), "role", "manager")));
    }

    @SafeVarargs
    private static Map<String, Object> rule(String id, String verdict, List<Object>... conditions) {
        return Map.of("id", id, "tool", "payments.refund", "verdict", verdict, "when", List.of(conditions));
    }

    private static String pay(Run run, int amount, StepOptions options) throws Exception {
        return run.tool("payments.refund", Map.of("order", "o-9", "amount", amount), RefundTriage::refund, options);
    }

    private static Object work(Recorder recorder, Run run, Key manager) throws Exception {
        Map<String, Object> customer = run.tool("crm.lookup", Map.of("customer", "c-17"), RefundTriage::lookup);
        System.out.println("crm.lookup: " + customer.get("tier"));
        System.out.println("payments.refund 40: " + pay(run, 40, new StepOptions()));
        try {
            pay(run, 9000, new StepOptions());
        } catch (Denied refusal) {
            System.out.println("payments.refund 9000: " + refusal.getCode());
        }
        try {
            pay(run, 900, new StepOptions());
        } catch (Denied refusal) {
            System.out.println("payments.refund 900: " + refusal.getCode());
        }
        // The manager looks at exactly these arguments, and signs them.
        Request waiting = recorder.requests("waiting").get(0);
        System.out.println("waiting for the manager: " + waiting.getTool() + " " + waiting.getInput());
        recorder.approve(waiting.getDigest(), manager);
        System.out.println("payments.refund 900: " + pay(run, 900, new StepOptions(waiting.getDigest())));
        return Map.of("refunded", 940);
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : "build/refund-triage-java");
        empty(folder);
        Path evidence = folder.resolve("refund-triage.execert");
        // In earnest the manager's key is on the manager's machine.
        try (Key key = Key.generate(); Key manager = Key.generate()) {
            Trust trust = Trust.of(
                    new TrustKey(key, "acme-refunds").withRevocation("none"),
                    new TrustKey(manager, "refund-manager").withRole("approver").withRevocation("none"));
            trust.save(folder.resolve("acme.trust"));
            Options options = new Options().withKey(key).withPolicy(policy(manager));
            try (Recorder recorder = Recorder.open(folder.resolve("acme.ledger"), options)) {
                Run run = recorder.run("refund-desk", Map.of("order", "o-9"), open -> work(recorder, open, manager));
                Saved saved = run.save(evidence);
                System.out.println("evidence: " + saved.getRecords() + " records");
            }
            System.out.println("\nWhat the tools really did, noted by themselves:");
            DID.forEach(line -> System.out.println("  " + line));
            // Throws `Untrusted` if anything was changed since.
            Report report = Execert.verify(evidence, trust);
            System.out.println("\n" + report.text(true));
            System.out.println("verdict: " + report.getVerdict());
        }
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(folder);
    }

    private RefundTriage() {}
}
