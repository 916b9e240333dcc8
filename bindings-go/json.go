package execert

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
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

func (w *walk) list(v reflect.Value) error {
	bytes := v.Type().Elem().Kind() == reflect.Uint8
	if bytes && w.convert == nil {
		return w.refuse(CodeCanonUnsupportedType, "bytes are not plain JSON")
	}
	if v.Kind() == reflect.Slice && v.IsNil() {
		return w.literal("null")
	}
	if bytes {
		return w.bytes(bytesOf(v), "bytes")
	}
	return w.within(v, v.Len(), true, func() error {
		w.out = append(w.out, '[')
		w.at = append(w.at, place{})
		for i := range v.Len() {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.at[len(w.at)-1].index = i
			if err := w.value(v.Index(i)); err != nil {
				return err
			}
		}
		w.at = w.at[:len(w.at)-1]
		w.out = append(w.out, ']')
		return nil
	})
}

func (w *walk) members(v reflect.Value) error {
	if v.IsNil() {
		return w.literal("null")
	}
	if v.Type().Key().Kind() != reflect.String {
		if w.convert != nil {
			return w.pairs(v)
		}
		return w.refuse(CodeCanonUnsupportedType, fmt.Sprintf("a map has keys of type `%s`", v.Type().Key()))
	}
	names := make([]string, 0, min(v.Len(), maxMembers+1))
	for each := v.MapRange(); each.Next(); {
		name := each.Key().String()
		if code, reason := wrongName(name); code != "" {
			if w.convert != nil {
				return w.pairs(v)
			}
			return w.refuse(code, reason)
		}
		names = append(names, name)
	}
	// The same value gives the same text, and the same error, each time.
	slices.Sort(names)
	return w.within(v, len(names), true, func() error {
		return w.object(len(names), func(i int) (string, reflect.Value, bool) {
			return names[i], v.MapIndex(reflect.ValueOf(names[i]).Convert(v.Type().Key())), true
		})
	})
}

func (w *walk) fields(v reflect.Value) error {
	about := structOf(v.Type())
	if about.wrong != nil {
		if w.convert == nil {
			if about.wrong.name != "" {
				w.at = append(w.at, place{name: about.wrong.name})
			}
			return w.refuse(CodeCanonUnsupportedType, about.wrong.reason)
		}
		w.convert.note(w, "object:"+nameOf(v.Type()))
	}
	return w.within(v, len(about.fields), true, func() error {
		return w.object(len(about.fields), func(i int) (string, reflect.Value, bool) {
			field := &about.fields[i]
			member, there := field.of(v)
			return field.name, member, there
		})
	})
}

func (w *walk) object(count int, member func(int) (string, reflect.Value, bool)) error {
	if count > maxMembers {
		if w.convert != nil {
			return w.convert.stop("omitted:nodes")
		}
		return w.refuse(CodeCanonTooMany, "an object has more than 10,000 members")
	}
	w.out = append(w.out, '{')
	w.at = append(w.at, place{index: -1})
	first := true
	for i := range count {
		name, value, there := member(i)
		if !there {
			continue
		}
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		w.at[len(w.at)-1].name = name
		w.out = append(appendText(w.out, name), ':')
		if err := w.value(value); err != nil {
			return err
		}
	}
	w.at = w.at[:len(w.at)-1]
	w.out = append(w.out, '}')
	return nil
}

// within reads what is inside a container, or behind a pointer, unless that is around it already.
func (w *walk) within(v reflect.Value, count int, container bool, read func() error) error {
	if container {
		if err := w.one(); err != nil {
			return err
		}
		if count > maxValues && w.convert == nil {
			return w.refuse(CodeCanonTooMany, "a document holds more than 200,000 values")
		}
	}
	one := opened{kind: v.Type(), len: count, at: len(w.at)}
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		one.to = v.UnsafePointer()
		same := func(other opened) bool { return other.kind == one.kind && other.to == one.to && other.len == one.len }
		// An empty slice may lie where another one does.
		if at := slices.IndexFunc(w.open, same); at >= 0 && (v.Kind() != reflect.Slice || count > 0) {
			if w.convert != nil {
				return w.instead("cycle", w.pathTo(w.open[at].at))
			}
			return w.refuse(CodeCanonCycle, "a value contains itself")
		}
	}
	limit := maxDepth
	if w.convert != nil {
		limit = convertedDepth
	}
	if (container && w.depth >= limit) || len(w.open) >= maxPointers {
		if w.convert != nil {
			w.values--
			return w.omit("omitted:depth")
		}
		return w.refuse(CodeCanonTooDeep, "a document is nested more than 64 deep")
	}
	w.open = append(w.open, one)
	if container {
		w.depth++
	}
	var err error
	if w.convert != nil && container {
		err = w.convert.whole(w, read)
	} else {
		err = read()
	}
	if err != nil {
		return err
	}
	w.open = w.open[:len(w.open)-1]
	if container {
		w.depth--
	}
	return nil
}

// odd is a value that is refused, or for which a text stands.
func (w *walk) odd(code Code, reason, word, text string) error {
	if w.convert != nil {
		return w.instead(word, text)
	}
	return w.refuse(code, reason)
}

func (w *walk) opaque(v reflect.Value) error {
	if w.convert != nil {
		return w.omit("opaque:" + nameOf(v.Type()))
	}
	return w.refuse(CodeCanonUnsupportedType, fmt.Sprintf("a value of type `%s` is not plain JSON", v.Type()))
}

func (w *walk) refuse(code Code, reason string) error {
	path := w.path()
	hint := code.next()
	if code == CodeCanonUnsupportedType {
		hint = "convert it first: execert.Plain does, and lists what it converted"
	}
	return &Error{Code: code, Kind: ErrInvalid, Message: reason + shownPath(path), Path: path, Hint: hint, Exit: 2}
}

func (c Code) next() string {
	return codes[c].Next
}

func (w *walk) path() string {
	return w.pathTo(len(w.at))
}

func (w *walk) pathTo(count int) string {
	path := []byte(w.base)
	for _, at := range w.at[:count] {
		path = append(path, '/')
		if at.name == "" && at.index >= 0 {
			path = strconv.AppendInt(path, int64(at.index), 10)
		} else {
			path = append(path, token(at.name)...)
		}
	}
	return string(path)
}

var tokens = strings.NewReplacer("~", "~0", "/", "~1")

// token is a name in a JSON Pointer.
func token(name string) string {
	return tokens.Replace(name)
}

func wrongName(name string) (Code, string) {
	switch {
	case len(name) > maxName:
		return CodeCanonTooLarge, "a member name is longer than 1 KiB"
	case !utf8.ValidString(name):
		return CodeCanonNotUtf8, "a member name is not UTF-8"
	}
	return "", ""
}

// shownPath is a path as a line shows it: names in it come from whoever made the value.
func shownPath(path string) string {
	if path == "" {
		return ""
	}
	var shown strings.Builder
	count := 0
	for _, letter := range path {
		count++
		switch {
		case count > 300:
		case unicode.Is(unicode.C, letter) || letter == '\u2028' || letter == '\u2029':
			fmt.Fprintf(&shown, "%U", letter)
		default:
			shown.WriteRune(letter)
		}
	}
	if count > 300 {
		return fmt.Sprintf(" (`%s… (%d letters)`)", shown.String(), count)
	}
	return " (`" + shown.String() + "`)"
}

const hexDigits = "0123456789abcdef"

// appendText writes a string that is UTF-8.
func appendText(out []byte, text string) []byte {
	out = append(out, '"')
	from := 0
	for i := range len(text) {
		letter := text[i]
		if letter >= ' ' && letter != '"' && letter != '\\' {
			continue
		}
		out = append(out, text[from:i]...)
		if letter < ' ' {
			out = append(out, '\\', 'u', '0', '0', hexDigits[letter>>4], hexDigits[letter&15])
		} else {
			out = append(out, '\\', letter)
		}
		from = i + 1
	}
	return append(append(out, text[from:]...), '"')
}
