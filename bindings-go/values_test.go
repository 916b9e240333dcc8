//go:build execert_testing

package execert

//lint:file-ignore SA5008 tags that are wrong are what is tested
//lint:file-ignore U1000 fields that nobody reads are what is tested

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

type (
	named  string
	custom int
	node   struct{ Next *node }
	hidden struct{ A, b int }
	chosen struct {
		A int
		b int `json:"-"`
	}
	inner struct{ X, Y int }
	outer struct {
		inner
		X string `json:"X"`
	}
	left      struct{ Z int }
	right     struct{ Z int }
	ambiguous struct {
		left
		right
	}
	tagged struct {
		Long   string   `json:"short"`
		Empty  []int    `json:"empty,omitempty"`
		Zero   inner    `json:"zero,omitzero"`
		Gone   int      `json:"-"`
		Dash   int      `json:"-,"`
		Nil    *int     `json:"nil"`
		Any    any      `json:"any"`
		Listed []string `json:"listed"`
	}
	quoted struct {
		N int `json:"n,string"`
	}
	badTag struct {
		N int `json:"a\"b"`
	}
	marshals  struct{ A int }
	texts     struct{ A int }
	panics    struct{ A int }
	lies      struct{ A int }
	locked    struct{ Mu sync.Mutex }
	SecretStr struct{ value string }
	pointed   struct{ A int }
)

func (marshals) MarshalJSON() ([]byte, error) { return []byte(`{"written": true}`), nil }
func (texts) MarshalText() ([]byte, error)    { return []byte("told"), nil }
func (panics) MarshalJSON() ([]byte, error)   { panic("called") }
func (lies) MarshalJSON() ([]byte, error)     { return []byte(`{"a":1,"a":2}`), nil }
func (*pointed) MarshalText() ([]byte, error) { return []byte("told"), nil }

func nested(depth int) any {
	var value any
	for range depth {
		value = []any{value}
	}
	return value
}

func cycle() any {
	value := map[string]any{}
	value["a"] = []any{1, value}
	return value
}

func pointerCycle() any {
	one := &node{}
	one.Next = one
	return one
}

// deepStruct is structs with unexported fields, one in the other.
func deepStruct(depth int) any {
	type level struct {
		A     any
		inner int
	}
	var value any
	for range depth {
		value = level{A: value}
	}
	return value
}

func mapCycle() any {
	value := map[int]any{}
	value[1] = value
	return value
}

func caused(count int) error {
	err := errors.New(fmt.Sprint(count))
	for number := count - 1; number >= 0; number-- {
		err = &causedError{number, err}
	}
	return err
}

type causedError struct {
	number int
	cause  error
}

func (e *causedError) Error() string { return fmt.Sprint(e.number) }
func (e *causedError) Unwrap() error { return e.cause }

func many[T any](count int, one T) []T {
	all := make([]T, count)
	for i := range all {
		all[i] = one
	}
	return all
}

func wide(count int) map[string]any {
	all := map[string]any{}
	for i := range count {
		all[fmt.Sprint(i)] = nil
	}
	return all
}

func TestRefusedValues(t *testing.T) {
	t.Parallel()
	var channel chan int
	for _, one := range []struct {
		name  string
		value any
		code  Code
		path  string
	}{
		{"bytes", map[string]any{"a": []byte("x")}, CodeCanonUnsupportedType, "/a"},
		{"no bytes", []byte(nil), CodeCanonUnsupportedType, ""},
		{"an array of bytes", [2]byte{}, CodeCanonUnsupportedType, ""},
		{"a string that is not UTF-8", []string{"\xff"}, CodeCanonNotUtf8, "/0"},
		{"a name that is not UTF-8", map[string]any{"a": map[string]int{"\xff": 1}}, CodeCanonNotUtf8, "/a"},
		{"a surrogate in UTF-8", "\xed\xa0\x80", CodeCanonNotUtf8, ""},
		{"NaN", []float64{math.NaN()}, CodeCanonNotFinite, "/0"},
		{"infinity", math.Inf(-1), CodeCanonNotFinite, ""},
		{"a 32-bit infinity", float32(math.Inf(1)), CodeCanonNotFinite, ""},
		{"an integer beyond 2^53-1", map[string]any{"a/b": int64(1) << 53}, CodeCanonNumberNotExact, "/a~1b"},
		{"one below it", -(int64(1) << 53), CodeCanonNumberNotExact, ""},
		{"the greatest uint64", uint64(math.MaxUint64), CodeCanonNumberNotExact, ""},
		{"a json.Number that is not exact", []any{json.Number("9007199254740993")}, CodeCanonNumberNotExact, "/0"},
		{"a json.Number that is none", json.Number("true"), CodeCanonSyntax, ""},
		{"a json.Number with a space", json.Number(" 1"), CodeCanonSyntax, ""},
		{"a json.Number that is empty", json.Number(""), CodeCanonSyntax, ""},
		{"a json.Number that is too great", json.Number("1e999"), CodeCanonNotFinite, ""},
		{"a raw message with a name twice", map[string]any{"r": json.RawMessage(`{"b":{"a":1,"a":2}}`)},
			CodeCanonDuplicateKey, "/r/b"},
		{"a raw message that is cut", json.RawMessage(`{"a":`), CodeCanonSyntax, "/a"},
		{"a raw message that is empty", json.RawMessage{}, CodeCanonEmpty, ""},
		{"a map of integers", map[int]string{1: "x"}, CodeCanonUnsupportedType, ""},
		{"a map of anything", []any{map[any]any{"a": 1}}, CodeCanonUnsupportedType, "/0"},
		{"a channel", channel, CodeCanonUnsupportedType, ""},
		{"a function", map[string]any{"f": func() {}}, CodeCanonUnsupportedType, "/f"},
		{"a complex number", []complex128{1}, CodeCanonUnsupportedType, "/0"},
		{"a uintptr", uintptr(1), CodeCanonUnsupportedType, ""},
		{"a time", map[string]any{"at": time.Now()}, CodeCanonUnsupportedType, "/at"},
		{"an error", []any{io.EOF}, CodeCanonUnsupportedType, "/0"},
		{"a big integer", big.NewInt(1), CodeCanonUnsupportedType, ""},
		{"MarshalJSON", []any{marshals{}}, CodeCanonUnsupportedType, "/0"},
		{"MarshalText", texts{}, CodeCanonUnsupportedType, ""},
		{"MarshalText of the pointer", pointed{}, CodeCanonUnsupportedType, ""},
		{"an unexported field", map[string]any{"h": hidden{}}, CodeCanonUnsupportedType, "/h"},
		{"a mutex", &locked{}, CodeCanonUnsupportedType, "/Mu"},
		{"two fields of one name", ambiguous{}, CodeCanonUnsupportedType, "/Z"},
		{"the option string", quoted{}, CodeCanonUnsupportedType, "/n"},
		{"a tag that is no name", badTag{}, CodeCanonUnsupportedType, "/N"},
		{"a secret", SecretStr{}, CodeCanonUnsupportedType, ""},
		{"a cycle of a map", cycle(), CodeCanonCycle, "/a/1"},
		{"a cycle of a pointer", pointerCycle(), CodeCanonCycle, "/Next"},
		{"depth 65", nested(65), CodeCanonTooDeep, strings.Repeat("/0", 64)},
		{"1,000,000 levels", nested(1_000_000), CodeCanonTooDeep, strings.Repeat("/0", 64)},
		{"10,001 members", wide(10_001), CodeCanonTooMany, ""},
		{"200,001 values", many(200_000, 0), CodeCanonTooMany, "/199999"},
		{"1,000,000 items", many(1_000_000, 0), CodeCanonTooMany, ""},
		{"a string over 8 MiB", []string{strings.Repeat("x", 8<<20+1)}, CodeCanonTooLarge, "/0"},
		{"a name over 1 KiB", map[string]int{strings.Repeat("k", 1025): 1}, CodeCanonTooLarge, ""},
		{"a converted value inside another", []any{Plain([]byte("x"))}, CodeCanonUnsupportedType, "/0"},
	} {
		t.Run(one.name, func(t *testing.T) {
			_, err := Canonical(one.value)
			told := wantCode(t, err, one.code)
			if told.Path != one.path || told.Kind != ErrInvalid || told.Exit != 2 ||
				told.Hint == "" || len(told.Error()) > 2_000 {
				t.Errorf("%+v, want %q", told, one.path)
			}
		})
	}
}

func TestAcceptedValues(t *testing.T) {
	t.Parallel()
	seven := 7
	deep := &seven
	for _, one := range []struct {
		value any
		want  string
	}{
		{nil, `null`},
		{[]any{true, 1, 1.0, math.Copysign(0, -1), nil, int8(-3), uint16(4), float32(0.5)}, `[true,1,1,0,null,-3,4,0.5]`},
		{map[string]any{"\x00": "\x1b\"\\", "b": 1, "a": 2}, `{"\u0000":"\u001b\"\\","a":2,"b":1}`},
		{map[string]int{"\ufb33": 1, "😀": 2}, "{\"😀\":2,\"\ufb33\":1}"},
		{[]float64{1<<53 - 1, 1e21, 1e-7, 5e-324, 1 << 60, 1e6},
			`[9007199254740991,1e+21,1e-7,5e-324,1152921504606847000,1000000]`},
		{[]any{json.Number("1.50"), json.RawMessage(" {\"a\" : 1e2} "), json.RawMessage(nil)}, `[1.5,{"a":100},null]`},
		{map[named]custom{"x": 3}, `{"x":3}`},
		{chosen{A: 1}, `{"A":1}`},
		{outer{inner{1, 2}, "own"}, `{"X":"own","Y":2}`},
		{tagged{Long: "l", Dash: 1, Any: &deep}, `{"-":1,"any":7,"listed":null,"nil":null,"short":"l"}`},
		{[]any{[]int(nil), []int{}, map[string]int(nil), (*int)(nil)}, `[null,[],null,null]`},
		{[]any{deep, deep}, `[7,7]`},
		{[]any{[]int{}, []int{}, struct{}{}, struct{}{}}, `[[],[],{},{}]`},
		{time.Second, `1000000000`},
		{nested(64), strings.Repeat("[", 64) + "null" + strings.Repeat("]", 64)},
		{map[string]any{"": map[string]any{"": 1}}, `{"":{"":1}}`},
		{"<>&\u2028", "\"<>&\u2028\""},
	} {
		text, err := Canonical(one.value)
		if err != nil || string(text) != one.want {
			t.Errorf("%#v: %s, %v; want %s", one.value, text, err, one.want)
		}
	}
	for _, long := range []any{[]string{strings.Repeat("x", 8<<20)}, map[string]int{strings.Repeat("k", 1024): 1},
		many(199_999, 0), wide(10_000)} {
		if _, err := Canonical(long); err != nil {
			t.Error(err)
		}
	}
}

// What stands in tests/vectors/plain, by file and name, where Go has such a value.
var converted = map[string]any{
	"bytes: bytes":                  []byte{0, 255},
	"number: not finite":            []any{math.NaN(), math.Inf(1), math.Inf(-1)},
	"number: minus zero":            math.Copysign(0, -1),
	"number: largest exact integer": []int64{1<<53 - 1, -(1<<53 - 1)},
	"number: beyond it": map[string]any{"a": uint64(1) << 53,
		"b": new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), 64))},
	"number: large float":         1e300,
	"map: 1 and \"1\" stay apart": map[any]any{1: "a", "1": "b"},
	"map: name over 1 KiB":        map[string]int{strings.Repeat("k", 1025): 1},
	"map: None as key":            map[any]any{nil: 1},
	"json: null":                  nil,
	"json: truth is not a number": []any{true, 1, 1.0},
	"json: members are kept":      map[string]any{"b": []any{1.5, "x"}, "a": map[string]any{}},
	"json: members named like ours stay data": map[string]any{
		"$type": "datetime", "conversions": []any{[]any{"", "bytes"}},
	},
	"omitted: depth":                nested(70),
	"omitted: string over 8 MiB":    map[string]any{"a": strings.Repeat("x", 8<<20+1), "b": 1},
	"omitted: too many values":      map[string]any{"a": many(130_001, 0), "b": 1},
	"omitted: too many members":     map[string]any{"a": wide(10_001), "b": 1},
	"omitted: bytes over the limit": map[string]any{"a": make([]byte, 13_000_000)},
	"text: url":                     &url.URL{Scheme: "https", Host: "example.com", Path: "/a", RawQuery: "b=1"},
	"text: any other text is kept":  "\x00\u202e\\ud800 \U0001f600",
}

func TestConversionVectors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(vectors, "plain", "*.json"))
	seen := 0
	for _, file := range must(t, files, err) {
		area := strings.TrimSuffix(filepath.Base(file), ".json")
		for _, one := range decode[[]struct {
			Name        string
			JSON        json.RawMessage
			Conversions [][2]string
		}](t, readFile(t, file)) {
			value, found := converted[area+": "+one.Name]
			if !found {
				continue
			}
			seen++
			told := Plain(value)
			want, err := Canonical(one.JSON)
			must(t, want, err)
			got, err := Canonical(told.JSON)
			if must(t, got, err); string(got) != string(want) {
				t.Errorf("%s: %.200s, want %.200s", one.Name, got, want)
			}
			if fmt.Sprint(pairsOf(told)) != fmt.Sprint(one.Conversions) {
				t.Errorf("%s: %.200v, want %.200v", one.Name, pairsOf(told), one.Conversions)
			}
		}
	}
	if seen < 18 {
		t.Errorf("%d of the vectors are in Go", seen)
	}
}

func pairsOf(told PlainValue) [][2]string {
	pairs := make([][2]string, 0)
	for _, one := range told.Conversions {
		pairs = append(pairs, [2]string{one.Pointer, one.Word})
	}
	return pairs
}

func TestConversionsOfGo(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 6, 12, 0, 0, 120_000_000, time.UTC)
	for _, one := range []struct {
		value any
		json  string
		words string
	}{
		{map[string]any{"at": at, "p": &at}, `{"at":"2026-03-06T12:00:00.12Z","p":"2026-03-06T12:00:00.12Z"}`,
			"[[/at datetime] [/p datetime]]"},
		{[]any{"\xff", [2]byte{1, 2}}, `["/w==","AQI="]`, "[[/0 bytes:string] [/1 bytes]]"},
		{hidden{1, 2}, `{"A":1}`, "[[ object:hidden]]"},
		{[]any{marshals{}, &marshals{}, texts{}, pointed{}}, `[{"written":true},{"written":true},"told","told"]`,
			"[[/0 json:marshals] [/1 json:marshals] [/2 text:texts] [/3 text:pointed]]"},
		{[]any{panics{}, lies{}, json.RawMessage("{")}, `[null,null,null]`,
			"[[/0 failed:panics] [/1 failed:lies] [/2 failed:RawMessage]]"},
		{fmt.Errorf("above: %w", io.EOF),
			`{"cause":{"message":"EOF","type":"errorString"},"message":"above: EOF","type":"wrapError"}`,
			"[[ exception:wrapError] [/cause exception:errorString]]"},
		{[]any{func() {}, make(chan int), 1i, uintptr(1)}, `[null,null,null,null]`,
			"[[/0 opaque:func] [/1 opaque:chan] [/2 opaque:complex128] [/3 opaque:uintptr]]"},
		{map[int]any{2: "b", 10: at}, `[[10,"2026-03-06T12:00:00.12Z"],[2,"b"]]`, "[[ map] [/0/1 datetime]]"},
		{cycle(), `{"a":[1,""]}`, "[[/a/1 cycle]]"},
		{pointerCycle(), `{"Next":""}`, "[[/Next cycle]]"},
		{[]any{SecretStr{"s"}, json.Number("1.10x")}, `[null,"1.10x"]`, "[[/0 secret] [/1 decimal]]"},
		{ambiguous{}, `{}`, "[[ object:ambiguous]]"},
		{Plain([]byte("x")), `"eA=="`, "[[ bytes]]"},
		{[]any{Plain([]byte("x"))}, `["eA=="]`, "[[/0 bytes]]"},
		{caused(9), "", "[[ exception:causedError] [/cause exception:causedError] [/cause/cause exception:causedError] " +
			"[/cause/cause/cause exception:causedError] [/cause/cause/cause/cause exception:causedError]]"},
	} {
		told := Plain(one.value)
		text, err := Canonical(told.JSON)
		if err != nil || (one.json != "" && string(text) != one.json) || fmt.Sprint(pairsOf(told)) != one.words {
			t.Errorf("%T: %s %v %v, want %s %s", one.value, text, pairsOf(told), err, one.json, one.words)
		}
	}
}

func TestConversionOverAllLimitsIsStillPlain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	run, err := ledger(t, Options{Durability: DurabilityMemory}).Run(ctx, "r", nil)
	must(t, run, err)
	for _, value := range []any{
		many(130_001, 0), many(40_000, []byte("x")), many(20, strings.Repeat("x", 1<<20)), nested(5_000),
		map[int]any{1: nested(100)}, cycle(), pointerCycle(), panics{}, func() {}, math.NaN(), "\xff", SecretStr{}, ambiguous{},
		deepStruct(100), mapCycle(), []any{Plain([]byte("x")), Plain(cycle())},
		many(300, wide(1_000)), caused(100), map[any]any{math.NaN(): 1},
	} {
		told := Plain(value)
		if _, err := Canonical(told.JSON); err != nil || len(told.Conversions) == 0 || len(told.JSON) > 13<<20 {
			t.Errorf("%T: %v, %d conversions, %d bytes", value, err, len(told.Conversions), len(told.JSON))
		}
		// What happened can be recorded, whatever came of it.
		out, err := StepDo(ctx, run, "s", 1, func(context.Context, int) (any, error) { return value, nil })
		if must(t, out, err) == nil {
			t.Error("an output is handed through as it is")
		}
	}
}

func TestReportTypeHasEveryMember(t *testing.T) {
	t.Parallel()
	type schema struct {
		Properties map[string]json.RawMessage
		Items      json.RawMessage
		AnyOf      []json.RawMessage `json:"anyOf"`
	}
	var compare func(path string, text json.RawMessage, kind map[string]any)
	compare = func(path string, text json.RawMessage, kind map[string]any) {
		said := decode[schema](t, text)
		for name, member := range said.Properties {
			inner, there := kind[name]
			if !there {
				t.Errorf("%s/%s is in the schema and not in the type", path, name)
				continue
			}
			if list, is := inner.([]any); is && len(list) == 1 {
				inner, member = list[0], decode[schema](t, member).Items
			}
			if choices := decode[schema](t, append(json.RawMessage(nil), orObject(member)...)).AnyOf; len(choices) == 2 {
				member = choices[1]
			}
			if object, is := inner.(map[string]any); is {
				compare(path+"/"+name, member, object)
			}
		}
		for name := range kind {
			if _, there := said.Properties[name]; !there {
				t.Errorf("%s/%s is in the type and not in the schema", path, name)
			}
		}
	}
	type members Report
	full := members{
		Completeness: make([]Completeness, 1), Findings: []Finding{{Run: &RunPlace{}}}, Signers: make([]Signer, 1),
		Times: make([]ReportTime, 1), Unlisted: make([]Unlisted, 1), Witnesses: make([]Witness,
			1), Subject: Subject{Digest: "x"},
	}
	text, err := json.Marshal(full)
	compare("", readFile(t, top, "core/schemas/report.schema.json"), decode[map[string]any](t, must(t, text, err)))
	verdicts := decode[struct {
		Properties struct {
			Verdict struct{ Enum []Verdict }
		}
	}](t, readFile(t, top, "core/schemas/report.schema.json")).Properties.Verdict.Enum
	if len(verdicts) != 12 || verdicts[0] != VerdictUnreadable || verdicts[11] != VerdictIntact {
		t.Error(verdicts)
	}
}

func orObject(text json.RawMessage) json.RawMessage {
	if len(text) == 0 || text[0] != '{' {
		return json.RawMessage("{}")
	}
	return text
}

func TestCodesAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(vectors, "codes.json"))
	table := decode[[]struct {
		Code   Code
		Kind   string
		Number int
	}](t, must(t, text, err))
	if len(table) != len(codes) {
		t.Errorf("%d codes, %d in the table", len(codes), len(table))
	}
	for _, one := range table {
		info, found := one.Code.Info()
		if !found || info.Number != one.Number || string(info.Kind) != strings.ToLower(one.Kind) || info.Title == "" {
			t.Errorf("%s: %+v", one.Code, info)
		}
	}
}
