//go:build execert_testing

package execert

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// value builds a Go value out of bytes: every kind that the walk knows, and those that it refuses.
func value(data *[]byte, depth int) any {
	next := func() byte {
		if len(*data) == 0 {
			return 0
		}
		one := (*data)[0]
		*data = (*data)[1:]
		return one
	}
	text := func() string {
		length := min(int(next()), len(*data))
		taken := string((*data)[:length])
		*data = (*data)[length:]
		return taken
	}
	number := func() (bits uint64) {
		for range 8 {
			bits = bits<<8 | uint64(next())
		}
		return bits
	}
	kind := next() % 20
	if depth > 70 {
		kind %= 10
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return next()%2 == 0
	case 2:
		return text()
	case 3:
		return int64(number())
	case 4:
		return math.Float64frombits(number())
	case 5:
		return math.Float32frombits(uint32(number()))
	case 6:
		return json.Number(text())
	case 7:
		return json.RawMessage(text())
	case 8:
		return uint64(number()) >> (next() % 64)
	case 9:
		return []byte(text())
	case 10, 11, 12:
		list := make([]any, next()%8)
		for i := range list {
			list[i] = value(data, depth+1)
		}
		return list
	case 13, 14, 15:
		members := map[string]any{}
		for range next() % 8 {
			members[text()] = value(data, depth+1)
		}
		return members
	case 16:
		return tagged{Long: text(), Any: value(data, depth+1), Listed: []string{text()}}
	case 17:
		inner := value(data, depth+1)
		return &inner
	case 18:
		return map[int]any{int(next()): value(data, depth+1)}
	}
	return struct {
		outer
		Deep any `json:",omitempty"`
	}{Deep: value(data, depth+1)}
}

// FuzzValue: a value is refused, or its canonical text is read back as the same; converted, it is always plain JSON.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{
		"", "\x02\x05hello", "\x0a\x03\x03\x00\x00\x00\x00\x00\x00\x00\x07\x02\x01\xff\x00",
		"\x0d\x02\x01a\x01\x00\x01b\x04\x3f\xf8",
		"\x07\x0c{\"a\":[1e2]} ", "\x06\x0417.5", "\x10\x01x\x0d\x01\x01y\x00",
		"\x11\x11\x12\x01\x09\x02ab", "\x13\x0a\x01\x03\xff\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rest := bytes.Clone(data)
		given := value(&rest, 0)
		text, err := Canonical(given)
		if err == nil {
			var back any
			if err := json.Unmarshal(text, &back); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			again, err := Canonical(back)
			if err != nil || !bytes.Equal(again, text) {
				t.Fatalf("%q comes back as %q, %v", text, again, err)
			}
		} else if told, ours := err.(*Error); !ours || told.Kind != ErrInvalid || told.Code == "" {
			t.Fatalf("%v", err)
		}
		told := Plain(given)
		converted, wrong := Canonical(told.JSON)
		if wrong != nil {
			t.Fatalf("%#v: %q, %v", given, told.JSON, wrong)
		}
		for i, one := range told.Conversions {
			if i > 0 && compareUTF16(told.Conversions[i-1].Pointer, one.Pointer) >= 0 {
				t.Fatalf("%v are not sorted, or one place is there twice", told.Conversions)
			}
		}
		if err == nil && len(told.Conversions) == 0 && !bytes.Equal(converted, text) {
			t.Fatalf("%q and %q", converted, text)
		}
		if err != nil && len(told.Conversions) == 0 {
			t.Fatalf("%#v was refused (%v), and nothing was converted", given, err)
		}
	})
}

// FuzzCheck: a verifier answers every file with a report that can be read, and never says that a changed one holds.
func FuzzCheck(f *testing.F) {
	bundles, err := filepath.Glob(filepath.Join(golden, "bundle", "*", "input.execert"))
	if err != nil || len(bundles) < 20 {
		f.Fatal(bundles, err)
	}
	for _, path := range bundles {
		if text, err := os.ReadFile(path); err == nil && len(text) < 30_000 {
			f.Add(text)
		}
	}
	trust, err := ParseTrust(readFile(f, golden, "bundle/six/trust.json"))
	must(f, trust, err)
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, bundle []byte) {
		report, err := Check(ctx, bundle, trust, nil)
		must(t, report, err)
		if report.String() == "" || report.Verdict == "" {
			t.Fatal(report)
		}
		again, err := Verify(ctx, bundle, trust, nil)
		if (err == nil) != (report.Exit == 0) || again.Verdict != report.Verdict {
			t.Fatal(err, report)
		}
	})
}
