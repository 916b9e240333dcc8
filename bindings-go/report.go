package execert

// #include <execert.h>
import "C"

import (
	"bytes"
	"encoding/json"
	"iter"
)

// Verdict is one of a closed list, the first that applies. The last three hold: exit code 0.
type Verdict string

// The verdicts.
const (
	VerdictUnreadable         Verdict = "unreadable"
	VerdictAltered            Verdict = "altered"
	VerdictForked             Verdict = "forked"
	VerdictRevoked            Verdict = "revoked"
	VerdictUnsigned           Verdict = "unsigned"
	VerdictUnknownSigner      Verdict = "unknown-signer"
	VerdictIncomplete         Verdict = "incomplete"
	VerdictExpired            Verdict = "expired"
	VerdictRequirementMissing Verdict = "requirement-missing"
	VerdictOwnKey             Verdict = "own-key"
	VerdictIntactWarnings     Verdict = "intact-warnings"
	VerdictIntact             Verdict = "intact"
)

// Severity is how much a finding weighs.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Finding is one thing that the verifier found, with its place. Places that a finding does not have are nil.
type Finding struct {
	Chain    *string   `json:"chain"`
	Code     Code      `json:"code"`
	Found    *string   `json:"found"`
	Line     *int64    `json:"line"`
	Path     *string   `json:"path"`
	Record   *int64    `json:"record"`
	Run      *RunPlace `json:"run"`
	Sealed   *string   `json:"sealed"`
	Severity Severity  `json:"severity"`
	Step     int       `json:"step"`
}

// RunPlace is the place of a record in its run.
type RunPlace struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`
}

// Unlisted counts the findings of a code that are not listed one by one.
type Unlisted struct {
	Code     Code     `json:"code"`
	Count    int64    `json:"count"`
	Severity Severity `json:"severity"`
}

// Axis is the answer to one question: pass, warn, fail, absent, not_checked or n/a.
type Axis string

// Axes are the questions and their answers.
type Axes struct {
	Completeness Axis `json:"completeness"`
	Content      Axis `json:"content"`
	Disclosure   Axis `json:"disclosure"`
	Order        Axis `json:"order"`
	Plan         Axis `json:"plan"`
	Replay       Axis `json:"replay"`
	Revocation   Axis `json:"revocation"`
	Signatures   Axis `json:"signatures"`
	Signer       Axis `json:"signer"`
	Time         Axis `json:"time"`
	Witness      Axis `json:"witness"`
}

// Completeness says how much of a chain or run is here. Run is nil for a chain; State is sealed, witnessed,
// tail_unproven, closed or open.
type Completeness struct {
	Chain   string  `json:"chain"`
	First   int64   `json:"first"`
	Last    int64   `json:"last"`
	Run     *string `json:"run"`
	State   string  `json:"state"`
	Through *int64  `json:"through"`
}

// Disclosure counts the fields that are shown, withheld and erased.
type Disclosure struct {
	Erased          int64 `json:"erased"`
	Fields          int64 `json:"fields"`
	RecordsWithheld int64 `json:"recordsWithheld"`
	Withheld        int64 `json:"withheld"`
}

// ETSI is the verdict in the words of EN 319 102-1.
type ETSI struct {
	Main string `json:"main"`
	Sub  string `json:"sub"`
}

// Signer is a key that signed. Label is the reader's own name for it, nil if it has none.
type Signer struct {
	KeyID   string  `json:"keyid"`
	Label   *string `json:"label"`
	Role    Role    `json:"role"`
	Trusted bool    `json:"trusted"`
}

// Witness is a witness, and whether it counts: State is same, other or none.
type Witness struct {
	Independent bool   `json:"independent"`
	Label       string `json:"label"`
	Operator    string `json:"operator"`
	State       string `json:"state"`
}

// ReportTime is a time that someone other than the signer vouches for: By is witnessed or timestamped.
type ReportTime struct {
	At   string `json:"at"`
	By   string `json:"by"`
	What string `json:"what"`
}

// Subject is what was checked.
type Subject struct {
	Chains  int64  `json:"chains"`
	Digest  string `json:"digest,omitempty"`
	Kind    string `json:"kind"`
	Records int64  `json:"records"`
}

// ReportTrust is the trust that it was checked under.
type ReportTrust struct {
	Digest         string `json:"digest"`
	Quorum         string `json:"quorum"`
	RevocationAgeS *int64 `json:"revocationAgeS"`
}

// Verifier is who checked: a name, a version, and the formats that it reads.
type Verifier struct {
	Formats []any  `json:"formats"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Report is what a verifier found (report/v1). There is no boolean in it: look at the verdict, or call [Verify], which
// answers an error. NotShown is what no verdict shows, whatever it is.
type Report struct {
	At           string         `json:"at"`
	Axes         Axes           `json:"axes"`
	Completeness []Completeness `json:"completeness"`
	Disclosure   Disclosure     `json:"disclosure"`
	ETSI         ETSI           `json:"etsi"`
	Exit         int            `json:"exit"`
	Findings     []Finding      `json:"findings"`
	NotShown     []string       `json:"not_shown"`
	Version      int            `json:"report"`
	Shows        []string       `json:"shows"`
	Signers      []Signer       `json:"signers"`
	Subject      Subject        `json:"subject"`
	Times        []ReportTime   `json:"times"`
	Trust        ReportTrust    `json:"trust"`
	Unlisted     []Unlisted     `json:"unlisted,omitempty"`
	Verdict      Verdict        `json:"verdict"`
	Verifier     Verifier       `json:"verifier"`
	Witnesses    []Witness      `json:"witnesses"`

	text  []byte
	name  string
	trust string
}

// ParseReport reads a report from its JSON text, strictly.
func ParseReport(text []byte) (*Report, error) {
	exact, err := canonical(text)
	if err != nil {
		return nil, err
	}
	type members Report
	var read members
	decoder := json.NewDecoder(bytes.NewReader(exact))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return nil, misuse("this is not a report: "+err.Error(), "", "give the JSON of a report, as Report.JSON writes it")
	}
	report := Report(read)
	if report.Version != 1 || report.Verdict == "" {
		return nil, misuse("this is not a report of version 1", "", "give the JSON of a report, as Report.JSON writes it")
	}
	report.text = exact
	return &report, nil
}

// Errors are the findings that speak against the evidence, with their index in Findings.
func (r *Report) Errors() iter.Seq2[int, Finding] { return r.of(SeverityError) }

// Warnings are the findings to know of, with their index in Findings.
func (r *Report) Warnings() iter.Seq2[int, Finding] { return r.of(SeverityWarning) }

func (r *Report) of(severity Severity) iter.Seq2[int, Finding] {
	return func(yield func(int, Finding) bool) {
		for i, finding := range r.Findings {
			if finding.Severity == severity && !yield(i, finding) {
				return
			}
		}
	}
}

// JSON is the document as the verifier wrote it, in its RFC 8785 form. Changes of the members do not change it.
func (r *Report) JSON() []byte { return bytes.Clone(r.text) }

// MarshalJSON answers [Report.JSON].
func (r *Report) MarshalJSON() ([]byte, error) {
	if r.text == nil {
		return nil, misuse("this report was not made by a verifier", "", "take the report that Check answers, or ParseReport")
	}
	return r.JSON(), nil
}

// UnmarshalJSON reads a report as [ParseReport] does.
func (r *Report) UnmarshalJSON(text []byte) error {
	read, err := ParseReport(text)
	if err == nil {
		*r = *read
	}
	return err
}

// String is the lines that `execert verify` prints.
func (r *Report) String() string { return r.lines(false) }

// Plain is the same with ASCII marks.
func (r *Report) Plain() string { return r.lines(true) }

func (r *Report) lines(plain bool) string {
	subject := document{}
	subject.text("name", r.name)
	subject.text("trust", r.trust)
	subject.flag("plain", plain)
	lines, err := answered(func(out *C.execert_bytes) *C.execert_error {
		return C.execert_render(lentBytes(r.text), lentBytes(subject.done()), out)
	})
	if err != nil {
		return err.Error()
	}
	return string(lines)
}
