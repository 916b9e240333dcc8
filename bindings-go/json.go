package execert

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// The limits of docs/spec/01-json.md. The core holds them too; here the place is known before anything is asked of it.
const (
	maxDepth   = 64
	maxValues  = 200_000
	maxMembers = 10_000
	maxName    = 1_024
	maxString  = 8 << 20
	maxExact   = 1<<53 - 1
	// Pointers around a value that are no containers: types that point at themselves have no other end.
	maxPointers = 1_000
)

var (
	rawType    = reflect.TypeFor[json.RawMessage]()
	numberType = reflect.TypeFor[json.Number]()
	plainType  = reflect.TypeFor[PlainValue]()
)

// Canonical is the RFC 8785 form of a value that is plain JSON, or why there is none. Of a [json.RawMessage] it reads
// the text strictly.
func Canonical(value any) ([]byte, error) {
	text, err := plainJSON(value, "")
	if err != nil {
		return nil, err
	}
	return canonical(text)
}

// plainJSON is the text of a value that will stand at base of its document.
func plainJSON(value any, base string) ([]byte, error) {
	w := walk{base: base}
	if err := w.any(value); err != nil {
		return nil, err
	}
	return w.out, nil
}

// walk reads a value once and writes it as JSON: what its owner changes later changes nothing. What is not plain JSON
// is refused with its place, or converted and listed.
type walk struct {
	out  []byte
	base string
	// Names and numbers on the way to the value being read.
	at []place
	// Containers and pointers around it.
	open   []opened
	depth  int
	values int
	// Nil where nothing is converted.
	convert *conversions
}

type place struct {
	name  string
	index int
}

type opened struct {
	kind reflect.Type
	to   unsafe.Pointer
	len  int
	// How much of the path is that of the container.
	at int
}

// any is value for what most values are, without reflection.
func (w *walk) any(value any) error {
	switch value := value.(type) {
	case nil:
		return w.literal("null")
	case bool:
		return w.bool(value)
	case string:
		return w.string(value)
	case int:
		return w.int(int64(value))
	case float64:
		return w.float(value)
	case map[string]any:
		return w.literalMembers(value)
	case []any:
		return w.literalList(value)
	}
	return w.value(reflect.ValueOf(value))
}

func (w *walk) value(v reflect.Value) error {
	if !v.IsValid() {
		return w.literal("null")
	}
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return w.literal("null")
		}
		if v.CanInterface() {
			return w.any(v.Interface())
		}
		return w.value(v.Elem())
	case reflect.Pointer:
		if v.IsNil() {
			return w.literal("null")
		}
		return w.within(v, 0, false, func() error { return w.value(v.Elem()) })
	}
	kind := v.Type()
	switch kind {
	case rawType:
		return w.raw(v.Bytes())
	case numberType:
		return w.number(v.String())
	case plainType:
		return w.converted(v)
	}
	if special := specialOf(kind); special != "" {
		return w.special(v, special)
	}
	switch v.Kind() {
	case reflect.Bool:
		return w.bool(v.Bool())
	case reflect.String:
		return w.string(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return w.int(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > maxExact {
			return w.tooBig(strconv.FormatUint(v.Uint(), 10))
		}
		return w.int(int64(v.Uint()))
	case reflect.Float32, reflect.Float64:
		return w.float(v.Float())
	case reflect.Slice, reflect.Array:
		return w.list(v)
	case reflect.Map:
		return w.members(v)
	case reflect.Struct:
		return w.fields(v)
	}
	return w.opaque(v)
}

// one counts a value.
func (w *walk) one() error {
	w.values++
	if w.convert != nil {
		return w.convert.spend(w)
	}
	if w.values > maxValues {
		return w.refuse(CodeCanonTooMany, "a document holds more than 200,000 values")
	}
	return nil
}

func (w *walk) literal(text string) error {
	if err := w.one(); err != nil {
		return err
	}
	w.out = append(w.out, text...)
	return nil
}

func (w *walk) bool(value bool) error {
	if value {
		return w.literal("true")
	}
	return w.literal("false")
}

func (w *walk) int(value int64) error {
	if value > maxExact || value < -maxExact {
		return w.tooBig(strconv.FormatInt(value, 10))
	}
	if err := w.one(); err != nil {
		return err
	}
	w.out = strconv.AppendInt(w.out, value, 10)
	return nil
}

func (w *walk) tooBig(digits string) error {
	if w.convert != nil {
		return w.instead("int", digits)
	}
	return w.refuse(CodeCanonNumberNotExact, "an integer is beyond 2^53-1, which not every reader keeps")
}

func (w *walk) float(value float64) error {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		if w.convert != nil {
			return w.instead("float", map[bool]string{true: "Infinity", false: "-Infinity"}[value > 0], math.IsNaN(value))
		}
		return w.refuse(CodeCanonNotFinite, "a number is not finite")
	}
	if err := w.one(); err != nil {
		return err
	}
	if value == 0 {
		// JSON has one zero.
		if w.convert != nil && math.Signbit(value) {
			w.convert.note(w, "float:-0")
		}
		w.out = append(w.out, '0')
		return nil
	}
	w.out = strconv.AppendFloat(w.out, value, 'g', -1, 64)
	return nil
}

func (w *walk) string(value string) error {
	if !utf8.ValidString(value) {
		if w.convert != nil {
			return w.bytes([]byte(value), "bytes:string")
		}
		return w.refuse(CodeCanonNotUtf8, "a string is not UTF-8")
	}
	if len(value) > maxString {
		if w.convert != nil {
			return w.omit("omitted:bytes")
		}
		return w.refuse(CodeCanonTooLarge, "a string is longer than 8 MiB")
	}
	if err := w.one(); err != nil {
		return err
	}
	w.out = appendText(w.out, value)
	return nil
}

// number is a json.Number: text that has to be a number, and exactly one.
func (w *walk) number(text string) error {
	digit := func(at int) bool { return text[at] >= '0' && text[at] <= '9' }
	if text == "" || !digit(len(text)-1) || (!digit(0) && text[0] != '-') {
		return w.odd(CodeCanonSyntax, "a json.Number is not a number", "decimal", text)
	}
	exact, err := canonical([]byte(text))
	if err != nil {
		return w.below(err, "decimal", text)
	}
	return w.literal(string(exact))
}

// raw is a json.RawMessage: text that is read as strictly as evidence.
func (w *walk) raw(text []byte) error {
	if text == nil {
		return w.literal("null")
	}
	exact, err := canonical(text)
	if err != nil {
		return w.below(err, "failed:RawMessage", "")
	}
	return w.literal(string(exact))
}

// below is an error of the core about a text inside this value.
func (w *walk) below(err error, word, text string) error {
	told, ours := err.(*Error)
	if !ours {
		return err
	}
	if w.convert == nil {
		path := w.path() + told.Path
		message := strings.TrimSuffix(told.Message, " (`"+told.Path+"`)")
		return &Error{
			Code: told.Code, Kind: ErrInvalid, Message: message + shownPath(path), Path: path, Hint: told.Hint, Exit: 2,
		}
	}
	if text == "" {
		return w.omit(word)
	}
	return w.instead(word, text)
}

// within reads what is inside a container, or behind a pointer, unless that is around it already.
// odd is a value that is refused, or for which a text stands.
// token is a name in a JSON Pointer.
// shownPath is a path as a line shows it: names in it come from whoever made the value.
// appendText writes a string that is UTF-8.
