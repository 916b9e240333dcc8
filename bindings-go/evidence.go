package execert

// #include <execert.h>
import "C"

import (
	"context"
	"encoding/base64"
	"path/filepath"
	"time"
)

// CheckOptions is how evidence is judged; nil is the ordinary way.
type CheckOptions struct {
	// Now is the time of judgement, if it is not the present.
	Now time.Time
	// Require is any of sealed, timestamp, plan, no-withheld, revocation, witness:N.
	Require []string
	// AllowOpen: the open end of a run or chain is a warning.
	AllowOpen bool
	// MACKey is 32 bytes with which the internal tags are checked too.
	MACKey []byte
}

func (o *CheckOptions) document() ([]byte, error) {
	asked := document{}
	if o != nil {
		asked.moment("now", o.Now)
		asked.texts("require", o.Require)
		asked.flag("allow_open", o.AllowOpen)
		if o.MACKey != nil {
			asked.text("mac_key", base64.StdEncoding.EncodeToString(o.MACKey))
		}
	}
	return asked.take()
}

// Check reads the bytes of a bundle and answers the report, whatever it says. Trust that is nil is [UserTrust].
//
// A reading that has begun goes to its end; if ctx is done by then, its error is the answer.
func Check(ctx context.Context, bundle []byte, trust *Trust, options *CheckOptions) (*Report, error) {
	return judge(ctx, trust, options, func(trust, options []byte, out *C.execert_bytes) *C.execert_error {
		return C.execert_check(lentBytes(bundle), lentBytes(trust), lentBytes(options), out)
	})
}

// CheckFile is [Check] of a file, which is read in blocks: memory does not grow with it.
func CheckFile(ctx context.Context, path string, trust *Trust, options *CheckOptions) (*Report, error) {
	return judgeFile(ctx, path, trust, options, func(trust, options []byte, out *C.execert_bytes) *C.execert_error {
		return C.execert_check_file(lent(path), lentBytes(trust), lentBytes(options), out)
	})
}

// Verify is [Check] for those who rely on the answer: an error that is [ErrUntrusted], with the report in it, unless
// the evidence holds under this trust. The report is answered either way.
func Verify(ctx context.Context, bundle []byte, trust *Trust, options *CheckOptions) (*Report, error) {
	return judge(ctx, trust, options, func(trust, options []byte, out *C.execert_bytes) *C.execert_error {
		return C.execert_verify(lentBytes(bundle), lentBytes(trust), lentBytes(options), out)
	})
}

// VerifyFile is [Verify] of a file, which is read in blocks.
func VerifyFile(ctx context.Context, path string, trust *Trust, options *CheckOptions) (*Report, error) {
	return judgeFile(ctx, path, trust, options, func(trust, options []byte, out *C.execert_bytes) *C.execert_error {
		return C.execert_verify_file(lent(path), lentBytes(trust), lentBytes(options), out)
	})
}

type judging func(trust, options []byte, out *C.execert_bytes) *C.execert_error

func judge(ctx context.Context, trust *Trust, options *CheckOptions, call judging) (*Report, error) {
	asked, err := options.document()
	if err = first(ctx.Err(), err); err != nil {
		return nil, err
	}
	return judged(ctx, trust, asked, "", call)
}

func judged(ctx context.Context, trust *Trust, asked []byte, name string, call judging) (*Report, error) {
	var err error
	if trust == nil {
		if trust, err = UserTrust(); err != nil {
			return nil, err
		}
	}
	text, err := answered(func(out *C.execert_bytes) *C.execert_error { return call(trust.text, asked, out) })
	if stopped := ctx.Err(); stopped != nil {
		return nil, stopped
	}
	if text == nil {
		return nil, err
	}
	report, unread := ParseReport(text)
	if unread != nil {
		return nil, unread
	}
	report.name, report.trust = name, trust.name
	if told, ours := err.(*Error); ours {
		// One report, which knows what the evidence is called.
		told.Report = report
	}
	return report, err
}

// judgeFile lets go of the reading when ctx is done. It changes nothing, so that nobody has to wait for it.
func judgeFile(
	ctx context.Context, path string, trust *Trust, options *CheckOptions, call judging,
) (*Report, error) {
	asked, err := options.document()
	if err = first(ctx.Err(), err); err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	if ctx.Done() == nil {
		return judged(ctx, trust, asked, name, call)
	}
	type answer struct {
		report *Report
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		report, err := judged(context.WithoutCancel(ctx), trust, asked, name, call)
		answers <- answer{report, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case got := <-answers:
		return got.report, got.err
	}
}

// Place names records of a bundle: one by its number in the chain or in its run, or, without either, every record.
// Chain may be left out where the bundle has one chain.
type Place struct {
	Chain string
	Seq   *int64
	Run   *RunPlace
	// Paths are JSON Pointers in the content; not used where whole records are withheld.
	Paths []string
}

func (p Place) document(paths bool) ([]byte, error) {
	one := document{}
	one.text("chain", p.Chain)
	if p.Seq != nil {
		one.value("seq", *p.Seq)
	}
	if p.Run != nil {
		one.value("run", *p.Run)
	}
	if paths {
		one.texts("paths", p.Paths)
	}
	return one.take()
}

func places(request *document, name string, list []Place, paths bool) {
	if len(list) == 0 {
		return
	}
	text := []byte{'['}
	for i, one := range list {
		if i > 0 {
			text = append(text, ',')
		}
		member, err := one.document(paths)
		if err != nil {
			request.fail(err)
			return
		}
		text = append(text, member...)
	}
	request.json(name, append(text, ']'))
}

// Redaction is what to hide in a copy of a bundle, and which records to withhold.
type Redaction struct {
	Hide     []Place
	Withhold []Place
}

func (r Redaction) document() ([]byte, error) {
	request := document{}
	request.number("redact", 1)
	places(&request, "hide", r.Hide, true)
	places(&request, "withhold", r.Withhold, false)
	return request.take()
}

// Changed says what a redaction or a revelation did.
type Changed struct {
	// Fields is how many places were hidden or shown.
	Fields int64 `json:"fields"`
	// Records is how many whole records.
	Records int64 `json:"records"`
}

// Redact answers a copy of a bundle with places hidden or records withheld. No key is needed; every signature still
// fits.
func Redact(ctx context.Context, bundle []byte, request Redaction) ([]byte, error) {
	asked, err := request.document()
	if err = first(ctx.Err(), err); err != nil {
		return nil, err
	}
	return answered(func(out *C.execert_bytes) *C.execert_error {
		return C.execert_redact(lentBytes(bundle), lentBytes(asked), out)
	})
}

// RedactFile is [Redact] from file to file: the copy is written whole or not at all.
func RedactFile(ctx context.Context, path string, request Redaction, out string) (Changed, error) {
	asked, err := request.document()
	if err = first(ctx.Err(), err); err != nil {
		return Changed{}, err
	}
	return read[Changed](answered(func(told *C.execert_bytes) *C.execert_error {
		return C.execert_redact_file(lent(path), lentBytes(asked), lent(out), told)
	}))
}

// Reveal answers a copy of a bundle with places shown again, out of a fuller copy. Places without paths are shown as
// far as the fuller copy shows them.
func Reveal(ctx context.Context, bundle, fuller []byte, show []Place) ([]byte, error) {
	asked, err := revelation(show)
	if err = first(ctx.Err(), err); err != nil {
		return nil, err
	}
	return answered(func(out *C.execert_bytes) *C.execert_error {
		return C.execert_reveal(lentBytes(bundle), lentBytes(fuller), lentBytes(asked), out)
	})
}

// RevealFile is [Reveal] from files to file: the copy is written whole or not at all.
func RevealFile(ctx context.Context, path, fuller string, show []Place, out string) (Changed, error) {
	asked, err := revelation(show)
	if err = first(ctx.Err(), err); err != nil {
		return Changed{}, err
	}
	return read[Changed](answered(func(told *C.execert_bytes) *C.execert_error {
		return C.execert_reveal_file(lent(path), lent(fuller), lentBytes(asked), lent(out), told)
	}))
}

func revelation(show []Place) ([]byte, error) {
	request := document{}
	request.number("reveal", 1)
	places(&request, "show", show, true)
	return request.take()
}

// first is the first error of those given.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// canonical is the RFC 8785 form of a text that is read strictly.
func canonical(text []byte) ([]byte, error) {
	return answered(func(out *C.execert_bytes) *C.execert_error { return C.execert_canonical(lentBytes(text), out) })
}
