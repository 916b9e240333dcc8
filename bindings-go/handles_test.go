//go:build execert_testing

package execert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestManyGoroutinesOneRecorder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key := newKeyFor(t)
	recorder := ledger(t, Options{Key: key, Policy: allowCRM, Durability: DurabilityProcess})
	shared, err := recorder.Run(ctx, "shared", nil)
	must(t, shared, err)
	var group sync.WaitGroup
	for n := range 64 {
		group.Go(func() {
			run, err := recorder.Do(ctx, fmt.Sprint("r-", n), nil, func(ctx context.Context, run *Run) (any, error) {
				for range 3 {
					if _, err := Tool(ctx, run, "crm.lookup", lookup{fmt.Sprint(n)}, gold); err != nil {
						return nil, err
					}
				}
				return Tool(ctx, shared, "crm.shared", n, func(_ context.Context, n int) (int, error) { return n, nil })
			})
			if err != nil {
				t.Error(err)
			} else if report, err := Verify(ctx, bundleOf(t, run), trustIn(t,
				key), nil); err != nil || report.Subject.Records != 8 {
				t.Error(err)
			}
		})
	}
	group.Wait()
	must(t, 0, second(shared.End(nil)))
	bundle, err := recorder.Bundle(ctx, Selection{Chain: true})
	report, err2 := Verify(ctx, must(t, bundle, err), trustIn(t, key), &CheckOptions{AllowOpen: true})
	must(t, report, err2)
	count := map[string]int{}
	for _, one := range records(t, bundle) {
		count[one.Name+" "+one.Phase]++
	}
	if count["crm.lookup outcome"] != 64*3 || count["crm.shared intent"] != 64 || count["crm.shared outcome"] != 64 {
		t.Error(count)
	}
}

func TestHandlesThatAreClosed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	recorder, err := Open("memory:", Options{Key: newKeyFor(t), Durability: DurabilityMemory})
	must(t, recorder, err)
	run, err := recorder.Run(ctx, "r", nil)
	must(t, run, err)
	step, err := run.Step(ctx, "s", nil, StepOptions{})
	must(t, step, err)
	must(t, 0, second(step.End(1)))
	if err := second(step.End(2)); !errors.Is(err, CodeRecorderClosed) || step.Close() != nil || !step.Ended() {
		t.Error(err)
	}
	open, err := run.Step(ctx, "open", nil, StepOptions{})
	must(t, open, err)
	must(t, 0, second(run.End(nil)))
	if err := second(run.End(nil)); !errors.Is(err, CodeRecorderClosed) || run.Close() != nil {
		t.Error(err)
	}
	if err := errors.Join(open.Close(), recorder.Close(), recorder.Close()); err != nil {
		t.Error(err)
	}
	for i, err := range []error{
		second(recorder.Run(ctx, "x", nil)), second(recorder.Head(ctx)), second(recorder.Note(ctx, "x",
			nil)), second(run.Bundle(ctx)),
		second(run.Step(ctx, "x", nil, StepOptions{})), second(recorder.Seal(ctx)), second(open.End(nil)),
	} {
		if !errors.Is(err, CodeRecorderClosed) {
			t.Errorf("%d: %v", i, err)
		}
	}
	// Things that nobody opened.
	for i, err := range []error{
		second((&Recorder{}).Head(ctx)), second((&Run{}).Bundle(ctx)), second((&Step{}).End(nil)), (&Key{}).Save("x"),
		second((&Run{}).Tool(ctx, "x", nil, StepOptions{})), (&Recorder{}).Close(), (&Run{}).Close(), (&Step{}).Close(),
	} {
		if !errors.Is(err, CodeWireBadHandle) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// Run as a child: what it was started with is told, and it goes.
func TestMain(m *testing.M) {
	if os.Getenv("EXECERT_TEST_CHILD") == "descriptors" {
		entries, err := os.ReadDir("/proc/self/fd")
		for _, entry := range entries {
			if to, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil {
				fmt.Println(to)
			}
		}
		fmt.Println("end", err)
		os.Exit(0)
	}
	if os.Getenv("EXECERT_TEST_CHILD") == "repeat" {
		if err := repeated(os.Getenv("EXECERT_TEST_FOLDER")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestProgramsStartedWhileRecording(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key := newKeyFor(t)
	recorder := ledger(t, Options{Key: key})
	run, err := recorder.Do(ctx, "r", nil, func(ctx context.Context, run *Run) (any, error) {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				out, err := Tool(ctx, run, "child", 1, func(ctx context.Context, _ int) (string, error) {
					child := exec.CommandContext(ctx, os.Args[0])
					child.Env = append(os.Environ(), "EXECERT_TEST_CHILD=descriptors")
					out, err := child.Output()
					return string(out), err
				})
				if err != nil || !strings.Contains(out, "end <nil>") || strings.Contains(out, "acme.ledger") {
					t.Error(out, err)
				}
			})
		}
		group.Wait()
		return nil, nil
	})
	report, err2 := Verify(ctx, bundleOf(t, must(t, run, err)), trustIn(t, key), nil)
	if must(t, report, err2); report.Subject.Records != 18 {
		t.Error(report.Subject)
	}
}

func TestPanicsInsideBecomeErrors(t *testing.T) {
	t.Parallel()
	// The hook counts for this thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx := context.Background()
	recorder := ledger(t, Options{})
	trust := trustIn(t)
	for i, call := range []func() error{
		func() error { return second(GenerateKey()) },
		func() error { return second(recorder.Head(ctx)) },
		func() error { return second(recorder.Run(ctx, "x", nil)) },
		func() error { return second(Check(ctx, nil, trust, nil)) },
		func() error { return second(canonical([]byte("1"))) },
	} {
		arm()
		err := call()
		if !errors.Is(err, ErrInternal) || !errors.Is(err, CodeInternalPanic) {
			t.Errorf("%d: %v", i, err)
		}
		if err := call(); errors.Is(err, ErrInternal) {
			t.Errorf("%d: the next call does not work: %v", i, err)
		}
	}
}

func TestAnotherInterface(t *testing.T) {
	// Not parallel: it is about all calls of the process.
	if err := interfaceError(1, 1); err != nil {
		t.Error(err)
	}
	unusable = interfaceError(7, 0)
	defer func() { unusable = nil }()
	ctx := context.Background()
	for i, err := range []error{
		second(GenerateKey()), second(Open("memory:", Options{})), second(Check(ctx, nil, nil,
			nil)), second(NewTrust(TrustOptions{})),
		second(Redact(ctx, nil, Redaction{})), second(Canonical(1)), second((&Run{}).Step(ctx, "x", nil, StepOptions{})),
	} {
		if told := wantCode(t, err, CodeWireBadArgument); !strings.Contains(told.Message, "interface 7") {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestErrorsWithoutAReportHaveNoAddressOfOne(t *testing.T) {
	if !emptyReport() {
		t.Error("an address that is none crashes Go when it moves a stack")
	}
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestWhatIsForgottenIsToldOf(t *testing.T) {
	// Not parallel: it listens to the log of the process.
	before := slog.Default()
	defer slog.SetDefault(before)
	log := &lockedBuffer{}
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	ctx := context.Background()
	folder := filepath.Join(t.TempDir(), "acme.ledger")
	key := newKeyFor(t)
	func() {
		recorder, err := Open(folder, Options{Key: key})
		must(t, recorder, err)
		run, err := recorder.Run(ctx, "forgotten", nil)
		must(t, run, err)
		must(t, 0, second(run.Step(ctx, "left", nil, StepOptions{})))
	}()
	for deadline := time.Now().Add(time.Minute); ; {
		runtime.GC()
		told := log.String()
		if strings.Contains(told, "a recorder was forgotten") && strings.Contains(told,
			"a run was") && strings.Contains(told, "a step was") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(told)
		}
		time.Sleep(time.Millisecond)
	}
	recorder, err := Open(folder, Options{Key: key})
	must(t, recorder, err)
	for deadline := time.Now().Add(time.Minute); ; {
		var entry RunEntry
		for one, err := range recorder.Runs(ctx, RunQuery{Name: "forgotten"}) {
			entry = must(t, one, err)
		}
		if entry.Status == StatusIncomplete {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(entry)
		}
		time.Sleep(time.Millisecond)
		must(t, 0, recorder.Close())
		recorder, err = Open(folder, Options{Key: key})
		must(t, recorder, err)
	}
	must(t, 0, recorder.Close())
}
