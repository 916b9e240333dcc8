// Package execert turns a run of an AI agent or workflow into evidence: signed, chained records of what ran, what was
// refused and who approved it, which anyone can check offline, months later.
//
// It is the same core as the Python wheel and the npm package, linked through its C library: the same records, byte for
// byte, the same codes, the same reports.
//
// # Recording
//
// A [Recorder] writes one ledger: a folder. A [Run] is what belongs together; its steps are calls of tools, calls of
// models, and anything else worth a record:
//
//	recorder, err := execert.Open("acme.ledger", execert.Options{KeyFile: "recorder.key", PolicyFile: "policy.json"})
//	...
//	defer recorder.Close()
//	run, err := recorder.Do(ctx, "refund-4471", order, func(ctx context.Context, run *execert.Run) (any, error) {
//		customer, err := execert.Tool(ctx, run, "crm.lookup", lookup{Customer: "c-17"}, crm.Lookup)
//		if err != nil {
//			return nil, err
//		}
//		return execert.Tool(ctx, run, "payments.refund", refund{Order: "o-9", Amount: 40}, payments.Refund)
//	})
//	...
//	saved, err := run.Save(ctx, "refund-4471.execert")
//
// [Tool] asks the gate, writes the intent durably, and only then calls, with the input as it was recorded; then it
// writes the outcome. A refusal is an error that is [ErrDenied], nothing ran, and it is a record of its own. No
// record, no action.
//
// # Evidence
//
// [VerifyFile] and [Verify] answer an error that is [ErrUntrusted] unless the evidence holds under the trust given;
// [CheckFile] and [Check] answer the [Report], whatever it says. Trust comes from outside the evidence: [NewTrust],
// [LoadTrust], or nil for what `execert trust` keeps for this user. [Redact] and [Reveal] hide and show places without a
// key. No verdict says that an output was right, an input true, or that nothing else ran.
//
// # Errors
//
// Every error of the core is an [*Error]. What to do about it is its [Kind], which [errors.Is] finds ([ErrInvalid],
// [ErrDenied], [ErrUntrusted], [ErrConflict], [ErrUnavailable], [ErrInternal]); what it was is its [Code], which
// [errors.Is] finds as well:
//
//	var refused *execert.Error
//	switch {
//	case errors.Is(err, execert.CodePolicyApprovalMissing) && errors.As(err, &refused):
//		ask(refused.Request) // the digest that Recorder.Approve takes
//	case errors.Is(err, execert.ErrDenied):
//		...
//	}
//
// The error of a tool comes back as it is, and is recorded as the outcome. [ErrOutcomeNotRecorded] says that something was
// done and the store failed after it: it is not to be repeated because of that.
//
// # Contexts
//
// A context that is done before an intent is written: nothing is recorded and nothing runs. Done while the intent is
// being written: the outcome is "cancelled", and nothing runs. Done while the callback runs: that is the callback's
// business; if it answers with the context's error, the outcome is "cancelled". Ends ([Step.End], [Run.End]) take no
// context, since what was done is to be recorded, whoever has stopped waiting for it.
//
// # Values
//
// Inputs are plain JSON, or refused with the place (canon.unsupported_type and others): nothing is rounded, renamed
// or left out without a word, as [encoding/json] does with invalid UTF-8, big integers, unexported fields and byte
// slices. What comes out of a call did happen, and is converted where it is no plain JSON, with a list of what was
// converted ([Plain]). The table is in docs/guide/conversion.md.
//
// # Goroutines and processes
//
// All types are safe for use by many goroutines. Several processes can open one ledger; they take turns. Programs
// started with [os/exec] inherit nothing of it.
package execert
