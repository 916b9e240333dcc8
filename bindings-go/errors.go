package execert

import (
	"errors"
	"log/slog"
	"strings"
)

// Kind is what the caller has to do about an error. The six kinds are errors themselves, for [errors.Is].
type Kind string

const (
	// ErrInvalid: the call or the document is wrong. Correct it.
	ErrInvalid Kind = "invalid"
	// ErrDenied: policy, approval, certificate or budget says no. Do not run it; the refusal is recorded.
	ErrDenied Kind = "denied"
	// ErrUntrusted: the evidence does not hold, or cannot be read. Do not rely on it; [Error.Report] says where.
	ErrUntrusted Kind = "untrusted"
	// ErrConflict: someone else moved first. Open again and repeat.
	ErrConflict Kind = "conflict"
	// ErrUnavailable: store, signer or witness failed. Stop, and try later.
	ErrUnavailable Kind = "unavailable"
	// ErrInternal: a defect in execert. Report it; the process is unharmed and the next call works.
	ErrInternal Kind = "internal"
)

// Error is the word, so that a kind is a target of [errors.Is].
func (k Kind) Error() string { return string(k) }

// notRun is the type of ErrNotRun.
type notRun struct{}

func (notRun) Error() string {
	return "execert: a dry run: it would have been allowed, and was not done"
}

// ErrNotRun is what [Tool], [Model] and [Use] answer in a dry run: nothing was called, so that there is no output.
var ErrNotRun error = notRun{}

// ErrOutcomeNotRecorded stands beside the error of the store where something was done and its outcome could not be recorded:
// it is not to be done again because of that error. The next opening of the ledger says unknown.
var ErrOutcomeNotRecorded = errors.New("execert: it was done, and its outcome could not be recorded")

// Error is an error of execert: a stable code, one sentence, the place, and what to do next. It never holds content
// or keys.
type Error struct {
	// Code is the stable area.reason; the text is not stable.
	Code Code
	// Kind is what to do about it.
	Kind Kind
	// Message is one sentence, with the place.
	Message string
	// Path is the JSON Pointer (RFC 6901) of the value at fault; empty for the whole value, or if there is none.
	Path string
	// Hint says what to do next.
	Hint string
	// Exit is the exit code of a command that ends with this error.
	Exit int
	// Request is the digest of the request that waits for an approval (policy.approval_missing).
	Request string
	// Report is the whole report, for errors of kind ErrUntrusted that a verification answers; nil otherwise.
	Report *Report
}

// Error is one line: the sentence, the code, and the next step.
func (e *Error) Error() string {
	text := "execert: " + e.Message + " [" + string(e.Code) + "]"
	if e.Hint == "" {
		return text
	}
	return text + ": " + strings.TrimSuffix(e.Hint, ".")
}

// Is reports whether target is the code or the kind of this error.
func (e *Error) Is(target error) bool {
	switch target := target.(type) {
	case Code:
		return e.Code == target
	case Kind:
		return e.Kind == target
	}
	return false
}

// LogValue gives a log the parts of the error, each by its name.
func (e *Error) LogValue() slog.Value {
	parts := []slog.Attr{
		slog.String("code", string(e.Code)), slog.String("kind", string(e.Kind)), slog.String("message", e.Message),
	}
	add := func(name, text string) {
		if text != "" {
			parts = append(parts, slog.String(name, text))
		}
	}
	add("path", e.Path)
	add("request", e.Request)
	if e.Report != nil {
		add("verdict", string(e.Report.Verdict))
	}
	add("hint", e.Hint)
	return slog.GroupValue(parts...)
}

// take reads the report behind an error; the place is then that of the first thing that was found.
func (e *Error) take(report []byte) {
	read, err := ParseReport(report)
	if err != nil {
		// The core writes reports that can be read; its own error says more than this one would.
		return
	}
	e.Report = read
	for _, finding := range read.Errors() {
		e.Path = ""
		if finding.Path != nil {
			e.Path = *finding.Path
		}
		return
	}
}

// misuse is wrong use of this layer, found before the core is asked.
func misuse(message, path, hint string) *Error {
	return &Error{Code: CodeWireBadArgument, Kind: ErrInvalid, Message: message, Path: path, Hint: hint, Exit: 2}
}

// Error is the code itself, so that it is a target of [errors.Is].
func (c Code) Error() string { return string(c) }

// Info is what the table of codes says; false for a code that this module does not know.
func (c Code) Info() (CodeInfo, bool) {
	info, found := codes[c]
	return info, found
}
