//go:build execert_testing

package execert

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// optionsFile is the options of a vector.
type optionsFile struct {
	Now       string   `json:"now"`
	Require   []string `json:"require"`
	AllowOpen bool     `json:"allow_open"`
	MACKey    string   `json:"mac_key"`
	Payload   bool     `json:"payload"`
}

func (o optionsFile) options(t testing.TB) *CheckOptions {
	t.Helper()
	options := &CheckOptions{Require: o.Require, AllowOpen: o.AllowOpen}
	if o.Now != "" {
		now, err := time.Parse(time.RFC3339, o.Now)
		options.Now = must(t, now, err)
	}
	if o.MACKey != "" {
		key, err := base64.StdEncoding.DecodeString(o.MACKey)
		options.MACKey = must(t, key, err)
	}
	return options
}

func TestGolden(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cases, err := filepath.Glob(filepath.Join(golden, "*", "*", "report.json"))
	if must(t, cases, err); len(cases) < 165 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, path := range cases {
		path = filepath.Dir(path)
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			trust, err := ParseTrust(readFile(t, path, "trust.json"))
			must(t, trust, err)
			options := decode[optionsFile](t, readFile(t, path, "options.json")).options(t)
			input := filepath.Join(path, "input.execert")
			report, err := CheckFile(ctx, input, trust, options)
			must(t, report, err)
			// Every member of the document is in the type: what is written from the type is the document.
			type members Report
			written := must(t, any(*report), nil).(Report)
			typed, err := json.Marshal(members(written))
			exact, err2 := canonical(must(t, typed, err))
			if !bytes.Equal(must(t, exact, err2), report.JSON()) {
				t.Errorf("the type loses something:\n%s\n%s", exact, report.JSON())
			}
			document := decode[map[string]json.RawMessage](t, report.JSON())
			delete(document, "verifier")
			found, err := Canonical(document)
			if must(t, found, err); !bytes.Equal(found, bytes.TrimSpace(readFile(t, path, "report.json"))) {
				t.Errorf("another report:\n%s", found)
			}
			if report.Verifier.Version != Version() {
				t.Errorf("checked by %s", report.Verifier.Version)
			}
			if holds := report.Exit == 0; holds == strings.HasSuffix(path, "_fail") {
				t.Errorf("exit %d", report.Exit)
			}
			again, err := Verify(ctx, readFile(t, input), trust, options)
			if again == nil || !bytes.Equal(again.JSON(), report.JSON()) {
				t.Fatalf("verify: %v, %v", again, err)
			}
			if report.Exit == 0 {
				must(t, again, err)
				return
			}
			var told *Error
			if !errors.As(err, &told) || !errors.Is(err, ErrUntrusted) || told.Exit != report.Exit || told.Report != again {
				t.Errorf("verify: %v", err)
			}
			if !slices.ContainsFunc(report.Findings, func(one Finding) bool { return one.Code == told.Code }) {
				t.Errorf("nothing was found for %s", told.Code)
			}
		})
	}
}

func TestGoldenTexts(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir(filepath.Join(golden, "canon"))
	seen := 0
	for _, folder := range must(t, folders, err) {
		path := filepath.Join(golden, "canon", folder.Name())
		if text, err := os.ReadFile(filepath.Join(path, "options.json")); err == nil && decode[optionsFile](t, text).Payload {
			continue
		}
		inputs, err := filepath.Glob(filepath.Join(path, "input*"))
		if must(t, inputs, err); len(inputs) == 0 {
			continue
		}
		seen++
		text := readFile(t, inputs[0])
		// Never nil: that would be null.
		_, err = Canonical(json.RawMessage(append([]byte{}, text...)))
		if strings.HasSuffix(path, "_fail") {
			code := decode[struct{ Code Code }](t, readFile(t, path, "expect.json")).Code
			if !errors.Is(err, code) {
				t.Errorf("%s: %v, want %s", folder.Name(), err, code)
			}
		} else if err != nil {
			t.Errorf("%s: %v", folder.Name(), err)
		}
	}
	if seen <= 15 {
		t.Errorf("%d texts", seen)
	}
}

func TestFormsOfRecords(t *testing.T) {
	t.Parallel()
	all := lines(t, readFile(t, golden, "record/forms.jsonl"))
	if len(all) != 976 {
		t.Errorf("%d forms", len(all))
	}
	for _, text := range all {
		one := decode[struct {
			Name, Line string
			Code       *Code
			Path       *string
		}](t, text)
		err := recordLine(one.Line)
		if one.Code == nil {
			if err != nil {
				t.Errorf("%s: %v", one.Name, err)
			}
			continue
		}
		path := ""
		if one.Path != nil {
			path = *one.Path
		}
		if told := wantCode(t, err, *one.Code); told.Path != path {
			t.Errorf("%s: at %q, want %q", one.Name, told.Path, path)
		}
	}
}

func TestFormsOfBundles(t *testing.T) {
	t.Parallel()
	all := lines(t, readFile(t, golden, "bundle/forms.jsonl"))
	if len(all) != 217 {
		t.Errorf("%d forms", len(all))
	}
	trust, err := NewTrust(TrustOptions{})
	must(t, trust, err)
	options := &CheckOptions{Now: time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)}
	for _, text := range all {
		one := decode[struct {
			Name   string
			File   *string
			File64 []byte
			Code   *Code
			Path   *string
			At     *int64
		}](t, text)
		bundle := one.File64
		if one.File != nil {
			bundle = []byte(*one.File)
		}
		report, err := Check(context.Background(), bundle, trust, options)
		must(t, report, err)
		if (one.Code != nil) != (report.Verdict == VerdictUnreadable) {
			t.Errorf("%s: %s", one.Name, report.Verdict)
		}
		if one.Code == nil {
			continue
		}
		if first := report.Findings[0]; first.Code != *one.Code || !same(first.Path, one.Path) || !same(first.Line, one.At) {
			t.Errorf("%s: %+v", one.Name, first)
		}
	}
}

func same[T comparable](a, b *T) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

// negative is a case of tests/vectors/negative.
type negative struct {
	Name, What string
	Parts      []part
	Code       Code
	Codes      []Code
	Path       *string
	Line       *int64
	Exit       int
	Refused    Code
	Trust      json.RawMessage
	Options    *optionsFile
}

// part is how a case is put together.
type part struct {
	Text   *string
	B64    *[]byte
	Golden *string
	Lines  [2]int
	Each   string
	Join   string
	Times  *int
}

func (p part) build(t testing.TB) []byte {
	times := 1
	if p.Times != nil {
		times = *p.Times
	}
	var one []byte
	switch {
	case p.Text != nil:
		one = []byte(*p.Text)
	case p.B64 != nil:
		one = *p.B64
	case p.Golden != nil:
		for _, line := range bytes.Split(readFile(t, golden, *p.Golden), []byte("\n"))[p.Lines[0]-1 : p.Lines[1]] {
			one = append(append(one, line...), '\n')
		}
	default:
		each := make([]string, times)
		for n := range each {
			each[n] = strings.ReplaceAll(p.Each, "%", strconv.Itoa(n))
		}
		return []byte(strings.Join(each, p.Join))
	}
	return bytes.Repeat(one, times)
}

func negatives(t testing.TB, what string) []negative {
	t.Helper()
	var all []negative
	for _, text := range lines(t, readFile(t, vectors, "negative/cases.jsonl")) {
		if one := decode[negative](t, text); one.What == what {
			all = append(all, one)
		}
	}
	if len(all) <= 30 {
		t.Fatalf("%d cases", len(all))
	}
	return all
}

func (n negative) build(t testing.TB) []byte {
	data := []byte{}
	for _, part := range n.Parts {
		data = append(data, part.build(t)...)
	}
	return data
}

func TestNegativeTexts(t *testing.T) {
	t.Parallel()
	for _, one := range negatives(t, "text") {
		_, err := Canonical(json.RawMessage(one.build(t)))
		if one.Code == "" {
			if err != nil {
				t.Errorf("%s: %v", one.Name, err)
			}
			continue
		}
		told := wantCode(t, err, one.Code)
		path := ""
		if one.Path != nil {
			path = *one.Path
		}
		if told.Path != path {
			t.Errorf("%s: at %q, want %q", one.Name, told.Path, path)
		}
		if told.Hint == "" || len(told.Error()) > 2_000 {
			t.Errorf("%s: %v", one.Name, told)
		}
	}
}

func TestNegativeBundles(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "input.execert")
	for _, one := range negatives(t, "bundle") {
		data := one.build(t)
		text, options := []byte(one.Trust), one.Options
		if text == nil {
			text = readFile(t, golden, "bundle/six/trust.json")
		}
		if options == nil {
			six := decode[optionsFile](t, readFile(t, golden, "bundle/six/options.json"))
			options = &six
		}
		trust, err := ParseTrust(text)
		if one.Refused != "" {
			if err == nil {
				_, err = Check(ctx, data, trust, options.options(t))
			}
			wantCode(t, err, one.Refused)
			continue
		}
		must(t, trust, err)
		judged := options.options(t)
		report, err := Check(ctx, data, trust, judged)
		must(t, report, err)
		var codes []Code
		var first *Finding
		for _, finding := range report.Errors() {
			if first == nil {
				first = &finding
			}
			codes = append(codes, finding.Code)
		}
		slices.Sort(codes)
		codes = slices.Compact(codes)
		switch {
		case report.Exit != one.Exit:
			t.Errorf("%s: exit %d, want %d", one.Name, report.Exit, one.Exit)
		case (one.Code == "") != (first == nil) || first != nil && first.Code != one.Code:
			t.Errorf("%s: %+v, want %s", one.Name, first, one.Code)
		case one.Codes != nil && !slices.Equal(codes, one.Codes):
			t.Errorf("%s: %v, want %v", one.Name, codes, one.Codes)
		case first != nil && (one.Path != nil || one.Line != nil) && !(same(first.Path, one.Path) && same(first.Line,
			one.Line)):
			t.Errorf("%s: %+v", one.Name, first)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := VerifyFile(ctx, file, trust, judged)
		if again == nil || !bytes.Equal(again.JSON(), report.JSON()) || (err == nil) != (one.Exit == 0) {
			t.Errorf("%s: from a file: %v", one.Name, err)
		}
	}
}
