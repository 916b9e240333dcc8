package execert

// #include <execert.h>
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// Status is how a step or run ended.
type Status string

// The statuses. Incomplete is what the ledger says of a run that nobody ended.
const (
	StatusOK         Status = "ok"
	StatusFailed     Status = "failed"
	StatusCancelled  Status = "cancelled"
	StatusUnknown    Status = "unknown"
	StatusIncomplete Status = "incomplete"
)

// RunEnd is the end of a run, as recorded. Only Run is set if a recorder that observes could not write it.
type RunEnd struct {
	Run     string `json:"run"`
	Records int64  `json:"records"`
	// Head is the digest of the last record.
	Head string `json:"head"`
	Seq  int64  `json:"seq"`
}

// RunResult is how a run ends, for [Run.EndWith].
type RunResult struct {
	// Status is ok, or failed where there is an error.
	Status Status
	Output any
	Err    error
	// Failure is one of the words for failures, such as timeout.
	Failure string
	Text    any
}

// Run is what belongs together: a chain of its own inside the ledger's chain, closed by its totals. It is ended by
// [Run.End], [Run.Fail] or [Run.EndWith], and can be saved after that.
type Run struct {
	recorder *Recorder
	handle   runHandle
	life     *life
	id       string
	name     string
	joined   bool

	mu    sync.Mutex
	ended bool
}

// Run begins a run. The input may be nil.
//
//	run, err := recorder.Run(ctx, "refund-4471", input)
//	if err != nil {
//		return err
//	}
//	defer run.Close() // a run that nobody ended is "unknown"
//	...
//	_, err = run.End(output)
func (r *Recorder) Run(ctx context.Context, name string, input any) (*Run, error) {
	return r.RunWith(ctx, name, input, RunOptions{})
}

// RunWith is [Recorder.Run] with more to say.
func (r *Recorder) RunWith(ctx context.Context, name string, input any, options RunOptions) (*Run, error) {
	asked := document{}
	asked.text("name", name)
	asked.input(input)
	options.into(&asked)
	text, err := asked.take()
	if err != nil {
		return nil, err
	}
	return r.opened(ctx, name, func(out *runHandle) *C.execert_error {
		return C.execert_run_open_with(r.handle, lentBytes(text), out)
	})
}

// Join joins a detached run by its id, from any process. Closing it does not end it; ending it does.
func (r *Recorder) Join(ctx context.Context, id string) (*Run, error) {
	run, err := r.opened(ctx, "", func(out *runHandle) *C.execert_error {
		return C.execert_run_join(r.handle, lent(id), out)
	})
	if err != nil {
		return nil, err
	}
	run.joined = true
	run.life.end()
	return run, nil
}

func (r *Recorder) opened(ctx context.Context, name string, call func(*runHandle) *C.execert_error) (*Run, error) {
	defer runtime.KeepAlive(r)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Not the field of the run: C is to see no memory that holds pointers of Go.
	var handle runHandle
	if err := done(func() *C.execert_error { return call(&handle) }); err != nil {
		return nil, err
	}
	run := &Run{recorder: r, handle: handle, name: name}
	id, err := answered(func(out *C.execert_bytes) *C.execert_error { return C.execert_run_id(run.handle, out) })
	run.id = string(id)
	run.life = born(run, "run", run.id, run.handle, func(handle runHandle) { C.execert_run_free(handle) })
	return run, err
}

// Do records what body does as a run: it ends with what body answers, as ok or failed, or cancelled if ctx is done
// and body answers its error. The run is answered also beside an error of body, which comes back as it is; a panic of
// body is recorded and goes on. Calls in body find the run by [RunFrom].
func (r *Recorder) Do(
	ctx context.Context, name string, input any, body func(context.Context, *Run) (any, error),
) (*Run, error) {
	return r.DoWith(ctx, name, input, RunOptions{}, body)
}

// DoWith is [Recorder.Do] with more to say.
func (r *Recorder) DoWith(
	ctx context.Context, name string, input any, options RunOptions, body func(context.Context, *Run) (any, error),
) (*Run, error) {
	if body == nil {
		return nil, misuse("there is no body to run", "", "give a function, or use Recorder.Run")
	}
	run, err := r.RunWith(ctx, name, input, options)
	if err != nil {
		return nil, err
	}
	output, err := run.within(ctx, body)
	if run.Ended() {
		return run, err
	}
	result := RunResult{Output: output}
	if err != nil {
		result = RunResult{Status: statusOf(ctx, err), Err: err}
	}
	_, lost := run.EndWith(result)
	return run, after(err, lost)
}

func (r *Run) within(ctx context.Context, body func(context.Context, *Run) (any, error)) (any, error) {
	finished := false
	defer func() {
		if finished {
			return
		}
		// A panic, or runtime.Goexit, for which recover answers nil.
		cause := recover()
		if !r.Ended() {
			if _, err := r.EndWith(RunResult{Err: panicked{cause}}); err != nil {
				warn("the end of a run", r.name, err)
			}
		}
		if cause != nil {
			panic(cause)
		}
	}()
	output, err := body(context.WithValue(ctx, runKey{}, r), r)
	finished = true
	return output, err
}

// panicked is a panic of a callback, as an outcome tells it.
type panicked struct{ value any }

func (p panicked) Error() string {
	if p.value == nil {
		return "the goroutine was ended inside the callback"
	}
	return fmt.Sprint(p.value)
}

// Unwrap answers the error that was the value of a panic.
func (p panicked) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

type (
	runKey  struct{}
	stepKey struct{}
)

// RunFrom is the run whose body ctx was handed to, or nil.
func RunFrom(ctx context.Context) *Run {
	run, _ := ctx.Value(runKey{}).(*Run)
	return run
}

// StepFrom is the step whose callback ctx was handed to, or nil. A callback that ends its step itself, with
// [Step.EndWith], can say more of it than its output.
func StepFrom(ctx context.Context) *Step {
	step, _ := ctx.Value(stepKey{}).(*Step)
	return step
}

// Recorder is what it belongs to.
func (r *Run) Recorder() *Recorder { return r.recorder }

// ID is a UUIDv7. For a detached run it is the token that [Recorder.Join] takes.
func (r *Run) ID() string { return r.id }

// Name is the name it was given; empty for a run that was joined.
func (r *Run) Name() string { return r.name }

// Ended reports whether it was ended here.
func (r *Run) Ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// End ends the run as ok, with its totals. The output may be nil.
func (r *Run) End(output any) (RunEnd, error) { return r.EndWith(RunResult{Output: output}) }

// Fail ends the run as failed.
func (r *Run) Fail(err error) (RunEnd, error) {
	return r.EndWith(RunResult{Status: StatusFailed, Err: err})
}

// EndWith ends the run. A second time is an error (recorder.closed).
func (r *Run) EndWith(result RunResult) (RunEnd, error) {
	asked := document{}
	asked.text("status", string(result.Status))
	ending(&asked, result.Output, result.Err, result.Status)
	asked.text("failure", result.Failure)
	asked.value("text", result.Text)
	text, err := asked.take()
	if err != nil {
		return RunEnd{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	end, err := read[RunEnd](r.ask(context.Background(), func(out *C.execert_bytes) *C.execert_error {
		return C.execert_run_close(r.handle, lentBytes(text), out)
	}))
	if err == nil {
		r.ended = true
		r.life.end()
	}
	return end, err
}

// ending is how something came out: an output, or an error and what it tells.
func ending(asked *document, output any, failure error, status Status) {
	switch {
	case status == StatusCancelled:
	case failure != nil:
		asked.output("error", failure)
	default:
		asked.output("output", output)
	}
}

// Close ends a run that nobody ended, as unknown; a run that was joined or has ended it leaves alone.
func (r *Run) Close() error {
	if r.joined || r.Ended() {
		return nil
	}
	_, err := r.EndWith(RunResult{Status: StatusUnknown})
	if errors.Is(err, CodeRecorderClosed) {
		// Somebody ended it meanwhile, or closed the ledger, which then says so.
		r.life.end()
		return nil
	}
	return err
}

func (r *Run) ask(ctx context.Context, call func(*C.execert_bytes) *C.execert_error) ([]byte, error) {
	defer runtime.KeepAlive(r)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return answered(call)
}

// Note writes what is one record of this run: a note of an event, an escalation, a decision. Members are those of the
// kind, and content: input, output, text.
func (r *Run) Note(ctx context.Context, event string, members map[string]any) (Record, error) {
	asked, err := noteOf(event, members)
	if err != nil {
		return Record{}, err
	}
	return recorded(r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_run_note(r.handle, lentBytes(asked), out)
	}))
}

// Bundle is the evidence of this run, as the bytes of a bundle.
func (r *Run) Bundle(ctx context.Context) ([]byte, error) {
	return r.ask(ctx, func(out *C.execert_bytes) *C.execert_error { return C.execert_run_bundle(r.handle, out) })
}

// Save writes the evidence of this run to a file, whole or not at all.
func (r *Run) Save(ctx context.Context, path string) (Saved, error) {
	return read[Saved](r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_run_save(r.handle, lent(path), out)
	}))
}
