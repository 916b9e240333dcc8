package execert

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// Tool calls a tool: the gate is asked, the intent is recorded durably, then call runs with the input as it was
// recorded, and what comes of it is the outcome.
//
// A refusal is an error that is [ErrDenied]; call was not run, and the refusal is recorded. The error of call comes
// back as it is, and is recorded; so is a panic, which goes on. [ErrOutcomeNotRecorded] is joined to it if the outcome
// could not be recorded. In a dry run the error is [ErrNotRun].
func Tool[In, Out any](
	ctx context.Context, run *Run, name string, in In, call func(context.Context, In) (Out, error),
) (Out, error) {
	return act(ctx, run, "tool", name, in, StepOptions{}, call)
}

// ToolWith is [Tool] with more to say.
func ToolWith[In, Out any](
	ctx context.Context, run *Run, name string, in In, options StepOptions, call func(context.Context, In) (Out, error),
) (Out, error) {
	return act(ctx, run, "tool", name, in, options, call)
}

// Model calls a model, as [Tool] calls a tool. The name is the model asked for; a callback can end [StepFrom] its
// context itself, to tell of tokens and of the model that was served.
func Model[In, Out any](
	ctx context.Context, run *Run, name string, in In, call func(context.Context, In) (Out, error),
) (Out, error) {
	return act(ctx, run, "model", name, in, StepOptions{}, call)
}

// ModelWith is [Model] with more to say, such as whose model it is.
func ModelWith[In, Out any](
	ctx context.Context, run *Run, name string, in In, options StepOptions, call func(context.Context, In) (Out, error),
) (Out, error) {
	return act(ctx, run, "model", name, in, options, call)
}

// StepDo does a step that needs no permission, as [Tool] calls a tool.
func StepDo[In, Out any](
	ctx context.Context, run *Run, name string, in In, call func(context.Context, In) (Out, error),
) (Out, error) {
	return act(ctx, run, "step", name, in, StepOptions{}, call)
}

// StepDoWith is [StepDo] with more to say.
func StepDoWith[In, Out any](
	ctx context.Context, run *Run, name string, in In, options StepOptions, call func(context.Context, In) (Out, error),
) (Out, error) {
	return act(ctx, run, "step", name, in, options, call)
}

// Use does what was permitted, once, with the input that was permitted, and records the outcome.
func Use[In, Out any](ctx context.Context, permit *Permit, call func(context.Context, In) (Out, error)) (Out, error) {
	var none Out
	if permit.NotRun() {
		return none, ErrNotRun
	}
	if err := ctx.Err(); err != nil {
		return none, both(err, permit.Close())
	}
	step, err := permit.Claim()
	if err != nil {
		return none, err
	}
	return through(ctx, step, call)
}

// Gated is a function behind the gate of a recorder: a call inside the body of a run is a step of that run
// ([RunFrom]), any other has a run of its own.
func Gated[In, Out any](
	recorder *Recorder, name string, call func(context.Context, In) (Out, error),
) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		if run := RunFrom(ctx); run != nil && run.recorder == recorder && !run.Ended() {
			return Tool(ctx, run, name, in, call)
		}
		var out Out
		_, err := recorder.Do(ctx, name, in, func(ctx context.Context, run *Run) (any, error) {
			var err error
			out, err = Tool(ctx, run, name, in, call)
			return nil, err
		})
		return out, err
	}
}

func act[In, Out any](
	ctx context.Context, run *Run, op, name string, in In, options StepOptions,
	call func(context.Context, In) (Out, error),
) (Out, error) {
	var none Out
	if call == nil {
		return none, misuse("there is nothing to call", "", "give a function, or open the step with a method of Run")
	}
	given, err := readable(in)
	if err != nil {
		return none, err
	}
	step, err := run.open(ctx, op, name, given, options)
	if err != nil {
		return none, err
	}
	return through(ctx, step, call)
}

func through[In, Out any](ctx context.Context, step *Step, call func(context.Context, In) (Out, error)) (Out, error) {
	var none Out
	if step.NotRun() {
		return none, ErrNotRun
	}
	var in In
	if err := json.Unmarshal(step.Input(), &in); err != nil {
		_, lost := step.EndWith(Outcome{Status: StatusCancelled})
		return none, both(unreadable(in, err), lost)
	}
	out, err := called(ctx, step, in, call)
	if step.Ended() {
		return out, err
	}
	outcome := Outcome{Output: out}
	if err != nil {
		outcome = Outcome{Status: statusOf(ctx, err), Err: err}
	}
	_, lost := step.EndWith(outcome)
	return out, after(err, lost)
}

func called[In, Out any](
	ctx context.Context, step *Step, in In, call func(context.Context, In) (Out, error),
) (Out, error) {
	finished := false
	defer func() {
		if finished {
			return
		}
		// A panic, or runtime.Goexit, for which recover answers nil.
		cause := recover()
		if !step.Ended() {
			if _, err := step.EndWith(Outcome{Err: panicked{cause}}); err != nil {
				warn("the outcome of a step", step.ID(), err)
			}
		}
		if cause != nil {
			panic(cause)
		}
	}()
	out, err := call(context.WithValue(ctx, stepKey{}, step), in)
	finished = true
	return out, err
}

// snapshot is JSON that was read once.
type snapshot []byte

// readable is the input as it will be recorded, if it can be read back from there: what runs is what was recorded, so
// that a type that loses something on the way is of no use here.
func readable[In any](in In) (any, error) {
	if _, is := any(in).(PlainValue); is {
		return in, nil
	}
	text, err := plainJSON(in, "/input")
	if err != nil {
		return nil, err
	}
	var again In
	if err := json.Unmarshal(text, &again); err != nil {
		return nil, unreadable(in, err)
	}
	read, err := plainJSON(again, "/input")
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(read, text) {
		one, first := canonical(text)
		other, second := canonical(read)
		if first != nil || second != nil || !bytes.Equal(one, other) {
			return nil, unreadable(in, fmt.Errorf("it comes back as another value"))
		}
	}
	return snapshot(text), nil
}

func unreadable(in any, err error) error {
	return misuse(fmt.Sprintf("an input of type `%T` cannot be read back from its record: %v", in, err), "/input",
		"give a type that encoding/json reads back: the call is handed what was recorded")
}
