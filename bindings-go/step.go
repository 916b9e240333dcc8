package execert

// #include <execert.h>
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"
)

// Usage is tokens and cost. What is zero is left out.
type Usage struct {
	InputTokens     int64  `json:"input_tokens,omitempty"`
	OutputTokens    int64  `json:"output_tokens,omitempty"`
	CachedTokens    int64  `json:"cached_tokens,omitempty"`
	ReasoningTokens int64  `json:"reasoning_tokens,omitempty"`
	DurationMicros  int64  `json:"duration_us,omitempty"`
	CostMicros      int64  `json:"cost_micros,omitempty"`
	Unit            string `json:"unit,omitempty"`
}

// Outcome is how a step ends, for [Step.EndWith].
type Outcome struct {
	// Status is ok, or failed where there is an error.
	Status Status
	// Output is what came of it, converted where it is not plain JSON.
	Output any
	Err    error
	// Failure is one of the words for failures, such as timeout.
	Failure string
	Usage   *Usage
	// Served is the model that answered, and ResponseID the provider's id of the answer.
	Served     string
	ResponseID string
	StartedAt  time.Time
	EndedAt    time.Time
}

// Decision is what the gate decided and why.
type Decision struct {
	Verdict     PolicyVerdict `json:"verdict"`
	Reason      string        `json:"reason"`
	Layer       string        `json:"layer"`
	Tier        Tier          `json:"tier"`
	Deciding    []string      `json:"deciding"`
	Engine      string        `json:"engine"`
	Policy      string        `json:"policy"`
	Obligations []string      `json:"obligations"`
	ExpiresAt   string        `json:"expires_at"`
}

// Step is a step that was opened: an intent on disk, waiting for its outcome. It is ended by [Step.End], [Step.Fail] or
// [Step.EndWith].
type Step struct {
	run    *Run
	handle stepHandle
	life   *life
	answer struct {
		Step     string          `json:"step"`
		Record   *Record         `json:"record"`
		Input    json.RawMessage `json:"input"`
		Decision *Decision       `json:"decision"`
		NotRun   bool            `json:"not_run"`
	}

	mu    sync.Mutex
	ended bool
}

// Step opens a step that needs no permission.
func (r *Run) Step(ctx context.Context, name string, input any, options StepOptions) (*Step, error) {
	return r.open(ctx, "step", name, input, options)
}

// Tool opens a call of a tool: the gate is asked, and the intent is durable when this answers. A refusal is an error
// that is [ErrDenied], and is recorded; then nothing may be done. With policy.approval_missing, [Error.Request] is
// what an approver answers. See the function [Tool], which calls as well.
func (r *Run) Tool(ctx context.Context, name string, input any, options StepOptions) (*Step, error) {
	return r.open(ctx, "tool", name, input, options)
}

// Model opens a call of a model, gated like a tool. The name is the model asked for.
func (r *Run) Model(ctx context.Context, name string, input any, options StepOptions) (*Step, error) {
	return r.open(ctx, "model", name, input, options)
}

// Permit asks the gate for leave to call a tool once, within 60 seconds; [Use] then does it.
func (r *Run) Permit(ctx context.Context, name string, input any, options StepOptions) (*Permit, error) {
	step, err := r.open(ctx, "permit", name, input, options)
	if err != nil {
		return nil, err
	}
	return &Permit{step}, nil
}

func (r *Run) open(ctx context.Context, op, name string, input any, options StepOptions) (*Step, error) {
	defer runtime.KeepAlive(r)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	asked := document{}
	asked.text("op", op)
	asked.text("name", name)
	asked.input(input)
	options.into(&asked, name)
	text, err := asked.take()
	if err != nil {
		return nil, err
	}
	var handle stepHandle
	if err := done(func() *C.execert_error {
		return C.execert_step_open_with(r.handle, lentBytes(text),
			&handle)
	}); err != nil {
		return nil, err
	}
	s := &Step{run: r, handle: handle}
	s.life = born(s, "step", name, s.handle, func(handle stepHandle) { C.execert_step_free(handle) })
	told, err := answered(func(out *C.execert_bytes) *C.execert_error { return C.execert_step_answer(s.handle, out) })
	if err == nil {
		err = json.Unmarshal(told, &s.answer)
	}
	if err == nil {
		// The write was waited for; nothing has been done yet.
		err = ctx.Err()
	}
	if err != nil {
		_, lost := s.EndWith(Outcome{Status: StatusCancelled})
		return nil, both(err, lost)
	}
	if s.answer.NotRun {
		s.life.end()
	}
	return s, nil
}

// ID is the UUID of the step.
func (s *Step) ID() string { return s.answer.Step }

// Run is what it belongs to.
func (s *Step) Run() *Run { return s.run }

// Record is the record that opened it; the zero record if a recorder that only observes could not write it.
func (s *Step) Record() Record {
	if s.answer.Record == nil {
		return Record{}
	}
	return *s.answer.Record
}

// Input is the recorded input as JSON, which is what is to be acted on; null if there is none.
func (s *Step) Input() json.RawMessage {
	if len(s.answer.Input) == 0 {
		return json.RawMessage("null")
	}
	return append(json.RawMessage(nil), s.answer.Input...)
}

// Decision is what the gate decided; nil for a step that is not gated.
func (s *Step) Decision() *Decision { return s.answer.Decision }

// NotRun reports a dry run: it would have been allowed, and must not be done.
func (s *Step) NotRun() bool { return s.answer.NotRun }

// Ended reports whether its outcome was recorded.
func (s *Step) Ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// End records the outcome ok. The output is converted where it is not plain JSON, since it did happen.
func (s *Step) End(output any) (Record, error) { return s.EndWith(Outcome{Output: output}) }

// Fail records the outcome failed.
func (s *Step) Fail(err error) (Record, error) {
	return s.EndWith(Outcome{Status: StatusFailed, Err: err})
}

// EndWith records the outcome, once: a second time is an error (recorder.closed). A dry run has no outcome.
func (s *Step) EndWith(outcome Outcome) (Record, error) {
	asked := document{}
	asked.text("status", string(outcome.Status))
	ending(&asked, outcome.Output, outcome.Err, outcome.Status)
	asked.text("failure", outcome.Failure)
	if outcome.Usage != nil {
		asked.value("usage", *outcome.Usage)
	}
	served := document{}
	served.text("served", outcome.Served)
	served.text("response_id", outcome.ResponseID)
	if served.wrong != nil {
		asked.fail(served.wrong)
	} else if served.out != nil {
		asked.json("model", served.done())
	}
	asked.moment("started_at", outcome.StartedAt)
	asked.moment("ended_at", outcome.EndedAt)
	text, err := asked.take()
	if err != nil {
		return Record{}, err
	}
	defer runtime.KeepAlive(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := recorded(answered(func(out *C.execert_bytes) *C.execert_error {
		return C.execert_step_close(s.handle, lentBytes(text), out)
	}))
	if err == nil {
		s.ended = true
		s.life.end()
	}
	return record, err
}

// Close ends a step that nobody ended, as unknown; a step that has ended it leaves alone.
func (s *Step) Close() error {
	if s.NotRun() || s.Ended() {
		return nil
	}
	_, err := s.EndWith(Outcome{Status: StatusUnknown})
	if errors.Is(err, CodeRecorderClosed) {
		// The run or the ledger was closed before it, and says so.
		s.life.end()
		return nil
	}
	return err
}

// Permit is leave to do one thing once, within 60 seconds. Nothing runs without it.
type Permit struct {
	step *Step
}

// Input is the recorded input: what was permitted.
func (p *Permit) Input() json.RawMessage { return p.step.Input() }

// Record is the permit itself: the intent record.
func (p *Permit) Record() Record { return p.step.Record() }

// NotRun reports a dry run: [Use] then calls nothing.
func (p *Permit) NotRun() bool { return p.step.NotRun() }

// Claim uses the permit, and answers the step that is to be ended. A second time, or too late, is an error that is
// [ErrDenied] (gate.permit_reused, gate.permit_expired).
func (p *Permit) Claim() (*Step, error) {
	defer runtime.KeepAlive(p)
	if err := done(func() *C.execert_error { return C.execert_step_claim(p.step.handle) }); err != nil {
		return nil, err
	}
	return p.step, nil
}

// Close gives up a permit that was not used, which is recorded as cancelled.
func (p *Permit) Close() error {
	if p.step.NotRun() || p.step.Ended() {
		return nil
	}
	_, err := p.step.EndWith(Outcome{Status: StatusCancelled})
	if errors.Is(err, CodeRecorderClosed) {
		p.step.life.end()
		return nil
	}
	return err
}

// statusOf is how something ended with an error: what is done with is cancelled, not failed.
func statusOf(ctx context.Context, err error) Status {
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		return StatusCancelled
	}
	return StatusFailed
}

// both is an error, and beside it that its outcome could not be recorded; then the ledger says unknown.
func both(err, lost error) error {
	if lost == nil {
		return err
	}
	if err == nil {
		return lost
	}
	return errors.Join(err, lost)
}

// after is both where the act was done already.
func after(err, lost error) error {
	if lost == nil {
		return err
	}
	return both(err, fmt.Errorf("%w: %w", ErrOutcomeNotRecorded, lost))
}

func warn(what, name string, err error) {
	slog.Warn("execert: "+what+" could not be recorded", "name", name, "error", err)
}
