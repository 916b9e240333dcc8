//go:build execert_testing

package execert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

type lookup struct {
	Customer string `json:"customer"`
}

type customer struct {
	Tier  string    `json:"tier"`
	Since time.Time `json:"since"`
}

var allowCRM = &Policy{
	Default: Deny,
	Rules: []Rule{
		{ID: "crm", Tool: "crm.*", Verdict: Allow},
		{ID: "models", Tool: "gpt-*", Verdict: Allow},
		{ID: "small", Tool: "payments.refund", When: []Condition{{"/amount", "<=", 50}}, Verdict: Allow},
		{ID: "large", Tool: "payments.refund", When: []Condition{{"/amount", ">", 50}}, Verdict: Approve},
		{ID: "never", Tool: "rm", When: []Condition{{Path: "/path", Test: "exists"}}, Verdict: Deny},
	},
}

func gold(context.Context, lookup) (customer, error) {
	return customer{Tier: "gold", Since: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)}, nil
}

func TestRunIsRecorded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key := newKeyFor(t)
	recorder := ledger(t, Options{Key: key, Policy: allowCRM, Tenant: "acme", Tier: TierHigh, Deadline: time.Minute})
	if recorder.Tenant() != "acme" || recorder.Gate() != GateEnforce || !strings.HasPrefix(recorder.Origin(),
		"execert.local/") {
		t.Error(recorder.about)
	}
	run, err := recorder.Do(ctx, "refund-4471", map[string]string{"order": "o-9"},
		func(ctx context.Context, run *Run) (any, error) {
			if RunFrom(ctx) != run || StepFrom(ctx) != nil {
				t.Error("the context knows its run")
			}
			in := lookup{"c-17"}
			found, err := Tool(ctx, run, "crm.lookup", &in, func(ctx context.Context, given *lookup) (customer, error) {
				if given == &in || *given != in || StepFrom(ctx) == nil {
					t.Error("what runs gets what was recorded")
				}
				return gold(ctx, *given)
			})
			must(t, found, err)
			_, err = Tool(ctx, run, "rm", map[string]string{"path": "/"}, func(context.Context, map[string]string) (int, error) {
				t.Error("it was refused, and ran")
				return 0, nil
			})
			if !errors.Is(err, ErrDenied) || !errors.Is(err, CodePolicyDenied) || errors.Is(err,
				ErrInvalid) || errors.Is(err, CodePolicyUndecided) {
				t.Error(err)
			}
			_, err = ModelWith(ctx, run, "gpt-4.1", map[string]any{"messages": []string{"hi"}}, StepOptions{Provider: "openai",
				Params: map[string]any{"t": 0}},
				func(ctx context.Context, _ map[string]any) (string, error) {
					_, err := StepFrom(ctx).EndWith(Outcome{Output: "hello", Usage: &Usage{InputTokens: 3, OutputTokens: 5},
						Served: "gpt-4.1-x", ResponseID: "r-1"})
					return "hello", err
				})
			if err != nil {
				t.Error(err)
			}
			if _, err := run.Note(ctx, "checked", map[string]any{"text": "by hand"}); err != nil {
				t.Error(err)
			}
			return found, nil
		})
	must(t, run, err)
	file := filepath.Join(t.TempDir(), "r.execert")
	saved, err := run.Save(ctx, file)
	bundle := readFile(t, file)
	if must(t, saved, err); saved.Records != 8 || saved.Bytes != int64(len(bundle)) {
		t.Error(saved)
	}
	report, err := VerifyFile(ctx, file, trustIn(t, key), nil)
	if must(t, report, err); report.Verdict != VerdictIntactWarnings || report.Disclosure.Withheld != 0 {
		t.Error(report)
	}
	outcome := recordOf(t, bundle, "crm.lookup", "outcome")
	if fmt.Sprint(outcome.content["conversions"]) != "[[/output/since datetime]]" {
		t.Error(outcome.content)
	}
	model := recordOf(t, bundle, "gpt-4.1", "outcome")
	if model.Usage["output_tokens"] != 5 || model.Model["served"] != "gpt-4.1-x" || model.Model["provider"] != "openai" {
		t.Error(model)
	}
	if refused := recordOf(t, bundle, "rm", "single"); refused.Status != "blocked" {
		t.Error(refused)
	}
	var entries []RunEntry
	for entry, err := range recorder.Runs(ctx, RunQuery{Name: "refund-4471"}) {
		entries = append(entries, must(t, entry, err))
	}
	if len(entries) != 1 || entries[0].ID != run.ID() || entries[0].State != "closed" || entries[0].Status != "ok" {
		t.Error(entries)
	}
	for entry, err := range recorder.Runs(ctx, RunQuery{State: "neither"}) {
		if err == nil {
			t.Error(entry)
		}
		wantCode(t, err, CodeWireBadArgument)
	}
}

func TestErrorOfTheToolStaysWhatItIs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	run, err := ledger(t, Options{}).Run(ctx, "r", nil)
	must(t, run, err)
	out, err := Tool(ctx, run, "fs.read", "x", func(context.Context, string) (int, error) {
		_, err := os.Open("/there/is/no/such/file")
		return 7, fmt.Errorf("above: %w", err)
	})
	var path *fs.PathError
	if out != 7 || !errors.As(err, &path) || !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrUnavailable) {
		t.Error(out, err)
	}
	must(t, 0, second(run.End(nil)))
	outcome := recordOf(t, bundleOf(t, run), "fs.read", "outcome")
	told, _ := outcome.content["error"].(map[string]any)
	if outcome.Status != "failed" || told["type"] != "wrapError" || !strings.HasPrefix(told["message"].(string),
		"above: open /there") {
		t.Error(outcome)
	}
}

func TestPanicIsRecordedAndGoesOn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	recorder := ledger(t, Options{})
	var inner *Run
	value := func() (value any) {
		defer func() { value = recover() }()
		_, err := recorder.Do(ctx, "r", nil, func(ctx context.Context, run *Run) (any, error) {
			inner = run
			return Tool(ctx, run, "crm.lookup", 1, func(context.Context, int) (int, error) { panic(io.ErrUnexpectedEOF) })
		})
		t.Error("not reached", err)
		return nil
	}()
	if value != io.ErrUnexpectedEOF || !inner.Ended() {
		t.Error(value)
	}
	bundle := bundleOf(t, inner)
	if one := recordOf(t, bundle, "crm.lookup",
		"outcome"); one.Status != "failed" || !strings.Contains(fmt.Sprint(one.content), "unexpected EOF") {
		t.Error(one)
	}
	all := records(t, bundle)
	if end := all[len(all)-1]; end.Kind != "run.end" || end.Status != "failed" {
		t.Error(end)
	}
	// runtime.Goexit is recorded too.
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, err := recorder.Do(ctx, "exit", nil, func(_ context.Context, run *Run) (any, error) {
			inner = run
			runtime.Goexit()
			return nil, nil
		})
		t.Error("not reached", err)
	}()
	<-ended
	if all := records(t, bundleOf(t, inner)); all[len(all)-1].Status != "failed" {
		t.Error(all)
	}
}

func TestContexts(t *testing.T) {
	t.Parallel()
	recorder := ledger(t, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	run, err := recorder.Run(ctx, "r", nil)
	must(t, run, err)
	if _, err = Tool(ctx, run, "waits", 1, func(ctx context.Context, _ int) (int, error) {
		cancel()
		return 0, fmt.Errorf("gave up: %w", ctx.Err())
	}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	head, err := recorder.Head(context.Background())
	must(t, head, err)
	nothing := func(context.Context, int) (int, error) {
		t.Error("it was cancelled before, and ran")
		return 0, nil
	}
	_, err = Tool(ctx, run, "late", 1, nothing)
	errs := []error{err}
	_, err = ModelWith(ctx, run, "late", 1, StepOptions{}, nothing)
	errs = append(errs, err)
	_, err = StepDo(ctx, run, "late", 1, nothing)
	errs = append(errs, err)
	_, err = recorder.Run(ctx, "late", nil)
	errs = append(errs, err, second(run.Note(ctx, "late", nil)), second(run.Bundle(ctx)), second(run.Save(ctx,
		t.TempDir()+"/x")))
	errs = append(errs, second(recorder.Head(ctx)), second(recorder.Seal(ctx)), second(recorder.Note(ctx, "late", nil)))
	errs = append(errs, second(recorder.Export(ctx, t.TempDir()+"/x", Selection{Chain: true})),
		second(recorder.Heartbeat(ctx)))
	trust := trustIn(t)
	errs = append(errs, second(Check(ctx, nil, trust, nil)), second(CheckFile(ctx, "x", trust, nil)),
		second(Verify(ctx, nil, trust, nil)))
	errs = append(errs, second(Redact(ctx, nil, Redaction{})), second(RevealFile(ctx, "x", "x", nil, "x")))
	for range recorder.Requests(ctx, RequestQuery{}) {
		errs = append(errs, ctx.Err())
	}
	for i, err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d: %v", i, err)
		}
	}
	again, err := recorder.Head(context.Background())
	if must(t, again, err) != head {
		t.Error("something was recorded")
	}
	// Another error, though the context is done: it failed. No error: it is done.
	for status, failure := range map[string]error{"failed": io.EOF, "ok": nil} {
		ctx, cancel := context.WithCancelCause(context.Background())
		_, err := Tool(ctx, run, "t."+status, 1, func(context.Context, int) (int, error) {
			cancel(errors.New("enough"))
			return 0, failure
		})
		if !errors.Is(err, failure) {
			t.Error(err)
		}
	}
	must(t, 0, second(run.End("done")))
	bundle := bundleOf(t, run)
	for name, status := range map[string]string{"waits": "cancelled", "t.failed": "failed", "t.ok": "ok"} {
		if one := recordOf(t, bundle, name, "outcome"); one.Status != status {
			t.Errorf("%s: %s", name, one.Status)
		}
	}
	// A run whose context is done.
	ctx, cancel = context.WithCancel(context.Background())
	run, err = recorder.Do(ctx, "stopped", nil, func(ctx context.Context, _ *Run) (any, error) {
		cancel()
		return nil, ctx.Err()
	})
	if all := records(t, bundleOf(t, run)); !errors.Is(err, context.Canceled) || all[len(all)-1].Status != "cancelled" {
		t.Error(err, all)
	}
}

// A context that is done while the intent is being written.
type late struct {
	context.Context
	asked int
}

func (l *late) Err() error {
	if l.asked++; l.asked > 1 {
		return context.Canceled
	}
	return nil
}

func TestCancelledWhileTheIntentIsWritten(t *testing.T) {
	t.Parallel()
	run, err := ledger(t, Options{}).Run(context.Background(), "r", nil)
	must(t, run, err)
	_, err = Tool(&late{Context: context.Background()}, run, "crm.lookup", 1, func(context.Context, int) (int, error) {
		t.Error("it ran")
		return 0, nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	must(t, 0, second(run.End(nil)))
	if one := recordOf(t, bundleOf(t, run), "crm.lookup", "outcome"); one.Status != "cancelled" {
		t.Error(one)
	}
}

func TestApprovals(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	manager := newKeyFor(t)
	policy := *allowCRM
	policy.Approvers = []Approver{{manager.ID(), "manager"}}
	recorder := ledger(t, Options{Policy: &policy})
	run, err := recorder.RunWith(ctx, "r", nil, RunOptions{Thread: "ticket-1"})
	must(t, run, err)
	arguments := map[string]any{"amount": 900}
	pay := func(context.Context, map[string]any) (string, error) { return "paid", nil }
	_, err = Tool(ctx, run, "payments.refund", arguments, pay)
	told := wantCode(t, err, CodePolicyApprovalMissing)
	if told.Request == "" || told.Exit != 10 {
		t.Fatal(told)
	}
	seen := 0
	for request, err := range recorder.Requests(ctx, RequestQuery{State: "waiting", Thread: "ticket-1"}) {
		must(t, request, err)
		seen++
		if request.Digest != told.Request || string(request.Input) != `{"amount":900}` {
			t.Error(request)
		}
	}
	if seen != 1 {
		t.Error(seen)
	}
	_, err = recorder.Approve(ctx, told.Request, nil, Approval{})
	wantCode(t, err, CodeWireBadArgument)
	record, err := recorder.Approve(ctx, told.Request, manager, Approval{Role: "manager",
		Expires: time.Now().Add(time.Hour)})
	if must(t, record, err); !strings.HasPrefix(record.Digest, "sha256:") {
		t.Error(record)
	}
	out, err := ToolWith(ctx, run, "payments.refund", arguments, StepOptions{Approval: told.Request}, pay)
	if must(t, out, err) != "paid" {
		t.Error(out)
	}
	_, err = ToolWith(ctx, run, "payments.refund", arguments, StepOptions{Approval: told.Request}, pay)
	if !errors.Is(err, ErrDenied) {
		t.Error("an approval is used once:", err)
	}
}

func TestPermits(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	run, err := ledger(t, Options{Policy: allowCRM}).Run(ctx, "r", nil)
	must(t, run, err)
	permit, err := run.Permit(ctx, "payments.refund", map[string]any{"amount": 40}, StepOptions{})
	must(t, permit, err)
	pay := func(_ context.Context, in struct{ Amount int }) (string, error) {
		return fmt.Sprint("paid ", in.Amount), nil
	}
	out, err := Use(ctx, permit, pay)
	if must(t, out, err) != "paid 40" {
		t.Error(out)
	}
	_, err = Use(ctx, permit, pay)
	wantCode(t, err, CodeGatePermitReused)
	unused, err := run.Permit(ctx, "crm.lookup", nil, StepOptions{})
	must(t, unused, err)
	if err := errors.Join(unused.Close(), unused.Close()); err != nil {
		t.Error(err)
	}
	dry, err := run.Permit(ctx, "crm.get", nil, StepOptions{DryRun: true})
	must(t, dry, err)
	if _, err = Use(ctx, dry, pay); !dry.NotRun() || !errors.Is(err, ErrNotRun) || dry.Close() != nil {
		t.Error(err)
	}
	must(t, 0, second(run.End(nil)))
	if one := recordOf(t, bundleOf(t, run), "crm.lookup", "outcome"); one.Status != "cancelled" {
		t.Error(one)
	}
}

func TestOutcomesThatCannotBeRecorded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, own := range []error{nil, io.ErrUnexpectedEOF} {
		recorder := ledger(t, Options{})
		done := 0
		run, err := recorder.Do(ctx, "r", nil, func(ctx context.Context, run *Run) (any, error) {
			out, err := Tool(ctx, run, "pay", 40, func(_ context.Context, amount int) (int, error) {
				done += amount
				return amount, errors.Join(own, recorder.Close())
			})
			if out != 40 || done != 40 || !errors.Is(err, ErrOutcomeNotRecorded) || !errors.Is(err, CodeRecorderClosed) ||
				(own != nil && !errors.Is(err, own)) {
				t.Error(out, err)
			}
			return nil, own
		})
		if run == nil || !errors.Is(err, ErrOutcomeNotRecorded) || (own != nil && !errors.Is(err, own)) {
			t.Error(err)
		}
		_, err = Tool(ctx, run, "pay", 40, func(context.Context, int) (int, error) { return 0, nil })
		if errors.Is(err, ErrOutcomeNotRecorded) || !errors.Is(err, CodeRecorderClosed) {
			t.Error("nothing was done this time:", err)
		}
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	run, err := ledger(t, Options{Policy: allowCRM}).Run(ctx, "r", nil)
	must(t, run, err)
	nothing := func(context.Context, lookup) (customer, error) {
		t.Error("a dry run ran")
		return customer{}, nil
	}
	for name, want := range map[string]error{"crm.lookup": ErrNotRun, "rm": ErrDenied} {
		_, err := ToolWith(ctx, run, name, lookup{"c-17"}, StepOptions{DryRun: true, CallID: "call-1"}, nothing)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, 0, second(run.End(nil)))
	all := records(t, bundleOf(t, run))
	if all[len(all)-1].Status != "ok" {
		t.Error(all)
	}
}

func TestInputsThatDoNotComeBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	recorder := ledger(t, Options{})
	run, err := recorder.Run(ctx, "r", nil)
	must(t, run, err)
	before, err := recorder.Head(ctx)
	must(t, before, err)
	type stringer struct{ V fmt.Stringer }
	_, err = Tool(ctx, run, "t", stringer{worded(3)}, func(context.Context, stringer) (int, error) { return 0, nil })
	wantCode(t, err, CodeWireBadArgument)
	_, err = Tool(ctx, run, "t", oneWay{3}, func(context.Context, oneWay) (int, error) { return 0, nil })
	if told := wantCode(t, err, CodeWireBadArgument); told.Path != "/input" {
		t.Error(told)
	}
	_, err = Tool(ctx, run, "t", map[string]any{"a": []byte("x")},
		func(context.Context, map[string]any) (int, error) {
			return 0, nil
		})
	if told := wantCode(t, err, CodeCanonUnsupportedType); told.Path != "/input/a" {
		t.Error(told)
	}
	_, err = Tool[int, int](ctx, run, "t", 1, nil)
	wantCode(t, err, CodeWireBadArgument)
	if after, err := recorder.Head(ctx); must(t, after, err) != before {
		t.Error("something was recorded")
	}
	// What comes back as itself, in other clothes.
	for _, in := range []any{map[string]any{"n": 1, "r": json.RawMessage(`{ "b":1, "a":2 }`)},
		[]any{json.Number("1.50")}} {
		out, err := Tool(ctx, run, "t", in, func(_ context.Context, in any) (string, error) {
			text, err := Canonical(in)
			return string(text), err
		})
		if want, err2 := Canonical(in); must(t, out, err) != string(must(t, want, err2)) {
			t.Error(out)
		}
	}
	// What was converted says so.
	out, err := Tool(ctx, run, "bytes", Plain(map[string]any{"b": []byte("x")}),
		func(_ context.Context, in PlainValue) (string, error) {
			return string(in.JSON), nil
		})
	if must(t, out, err) != `{"b":"eA=="}` {
		t.Error(out)
	}
	must(t, 0, second(run.End(nil)))
	if one := recordOf(t, bundleOf(t, run), "bytes",
		"intent"); fmt.Sprint(one.content["conversions"]) != "[[/input/b bytes]]" {
		t.Error(one.content)
	}
}

type worded int

func (b worded) String() string { return fmt.Sprint(int(b)) }

// oneWay reads another value than it writes.
type oneWay struct{ A int }

func (o *oneWay) UnmarshalJSON([]byte) error { o.A = 9; return nil }

func TestGatedFunctions(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	recorder := ledger(t, Options{Policy: allowCRM})
	find := Gated(recorder, "crm.lookup", gold)
	alone, err := find(ctx, lookup{"c-1"})
	if must(t, alone, err); alone.Tier != "gold" {
		t.Error(alone)
	}
	run, err := recorder.Do(ctx, "r", nil, func(ctx context.Context, _ *Run) (any, error) {
		return find(ctx,
			lookup{"c-2"})
	})
	if must(t, run, err); recordOf(t, bundleOf(t, run), "crm.lookup",
		"intent").content["input"].(map[string]any)["customer"] != "c-2" {
		t.Error("it is a step of the run around it")
	}
	_, err = Gated(recorder, "rm", gold)(ctx, lookup{})
	if !errors.Is(err, ErrDenied) {
		t.Error(err)
	}
	count := 0
	for entry, err := range recorder.Runs(ctx, RunQuery{State: "closed"}) {
		must(t, entry, err)
		count++
	}
	if count != 3 {
		t.Error(count)
	}
}
