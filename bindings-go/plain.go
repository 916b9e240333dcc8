package execert

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

const (
	// A converted value stands inside a content document, which is one level itself.
	convertedDepth = 63
	// Values, conversions and bytes left to one conversion, so that with the list a document stays below its limits.
	convertedValues = 130_000
	convertedBytes  = 12 << 20
	maxConversions  = 20_000
	maxCauses       = 4
)

// Words that say why a value is not there.
var lost = regexp.MustCompile(`^(omitted:|cycle$|failed:|opaque:|secret$)`)

var secretName = regexp.MustCompile(`^_?[Ss]ecret(Str|String|Bytes|Base|Field|Value)?$`)

// Conversion says what stands at a place of a converted value: the place as a JSON Pointer, and a word of the table in
// docs/guide/conversion.md.
type Conversion struct {
	Pointer string
	Word    string
}

// PlainValue is a value as plain JSON, with the list of what was converted, sorted by pointer. Given as an input or
// output, it is recorded with its list.
type PlainValue struct {
	JSON        json.RawMessage
	Conversions []Conversion
}

// Plain converts any value to plain JSON. It never fails, prints no address, and the same value gives the same bytes
// in every process. Of the value's own code it calls MarshalJSON, MarshalText and Error, and where one of them panics
// or answers something that is not JSON, null stands for the value, and the list says so.
func Plain(value any) PlainValue {
	w := walk{convert: &conversions{}}
	if err := w.convert.whole(&w, func() error { return w.any(value) }); err != nil {
		// Nothing but a conversion that is given up answers one, and that is caught above.
		return PlainValue{JSON: json.RawMessage("null"), Conversions: []Conversion{{Word: "omitted:nodes"}}}
	}
	list := w.convert.list
	slices.SortStableFunc(list, func(a, b Conversion) int { return compareUTF16(a.Pointer, b.Pointer) })
	list = slices.CompactFunc(list, func(a, b Conversion) bool { return a.Pointer == b.Pointer })
	return PlainValue{JSON: w.out, Conversions: list}
}

// MarshalJSON answers the JSON, without the list.
func (p PlainValue) MarshalJSON() ([]byte, error) {
	if p.JSON == nil {
		return []byte("null"), nil
	}
	return p.JSON, nil
}

// UnmarshalJSON takes JSON in which nothing was converted.
func (p *PlainValue) UnmarshalJSON(text []byte) error {
	*p = PlainValue{JSON: append(json.RawMessage(nil), text...)}
	return nil
}

// below moves the list to where the value will stand.
func (p PlainValue) below(path string) []Conversion {
	moved := slices.Clone(p.Conversions)
	for i := range moved {
		moved[i].Pointer = path + moved[i].Pointer
	}
	return moved
}

// JSON compares names by UTF-16 code units.
func compareUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

type conversions struct {
	list []Conversion
}

// stopped: a container is over a limit, and is left out whole.
type stopped struct{ word string }

func (s stopped) Error() string { return s.word }

func (*conversions) stop(word string) error { return stopped{word} }

// note lists a word. One word stands at a place: the first, which is the outermost, unless a later one says why the value
// is not there.
func (c *conversions) note(w *walk, word string) {
	path := w.path()
	last := len(c.list) - 1
	if last < 0 || c.list[last].Pointer != path {
		c.list = append(c.list, Conversion{path, word})
	} else if lost.MatchString(word) {
		c.list[last].Word = word
	}
}

func (c *conversions) spend(w *walk) error {
	switch {
	case w.values > convertedValues || len(c.list) > maxConversions:
		return stopped{"omitted:nodes"}
	case len(w.out) > convertedBytes:
		return stopped{"omitted:bytes"}
	}
	return nil
}

// whole reads a container, or leaves null in its place.
func (c *conversions) whole(w *walk, read func() error) error {
	before, noted, out := *w, len(c.list), len(w.out)
	err := read()
	if err == nil {
		err = c.spend(w)
	}
	var stop stopped
	if !errors.As(err, &stop) {
		return err
	}
	written := w.out[:out]
	*w = before
	w.out = append(written, "null"...)
	// What was said of the container itself gives way too.
	path := w.path()
	c.list = slices.DeleteFunc(c.list[:noted], func(one Conversion) bool { return one.Pointer == path })
	c.note(w, stop.word)
	return nil
}

// instead writes a text for a value.
func (w *walk) instead(word, text string, nan ...bool) error {
	if len(nan) > 0 && nan[0] {
		text = "NaN"
	}
	w.convert.note(w, word)
	if err := w.one(); err != nil {
		return err
	}
	w.out = appendText(w.out, strings.ToValidUTF8(text, "\ufffd"))
	return nil
}

// omit writes null for a value.
func (w *walk) omit(word string) error {
	w.convert.note(w, word)
	return w.literal("null")
}

func (w *walk) bytes(data []byte, word string) error {
	if base64.StdEncoding.EncodedLen(len(data)) > maxString {
		return w.omit("omitted:bytes")
	}
	return w.instead(word, base64.StdEncoding.EncodeToString(data))
}

func bytesOf(v reflect.Value) []byte {
	if v.Kind() == reflect.Slice || v.CanAddr() {
		return v.Bytes()
	}
	data := make([]byte, v.Len())
	for i := range data {
		data[i] = byte(v.Index(i).Uint())
	}
	return data
}

// pairs writes a map whose keys JSON cannot hold: pairs, sorted by the canonical bytes of the key.
func (w *walk) pairs(v reflect.Value) error {
	w.convert.note(w, "map")
	type pair struct {
		sorted     []byte
		key, value reflect.Value
	}
	return w.within(v, v.Len(), true, func() error {
		if v.Len() > convertedValues {
			return stopped{"omitted:nodes"}
		}
		pairs := make([]pair, 0, v.Len())
		for each := v.MapRange(); each.Next(); {
			key := Plain(each.Key().Interface()).JSON
			if sorted, err := canonical(key); err == nil {
				key = sorted
			}
			pairs = append(pairs, pair{key, each.Key(), each.Value()})
		}
		slices.SortStableFunc(pairs, func(a, b pair) int { return bytes.Compare(a.sorted, b.sorted) })
		w.out = append(w.out, '[')
		for i, one := range pairs {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			if w.depth >= convertedDepth {
				return stopped{"omitted:depth"}
			}
			w.values++
			w.depth++
			w.out = append(w.out, '[')
			w.at = append(w.at, place{index: i}, place{index: 0})
			if err := w.value(one.key); err != nil {
				return err
			}
			w.out = append(w.out, ',')
			w.at[len(w.at)-1].index = 1
			if err := w.value(one.value); err != nil {
				return err
			}
			w.at = w.at[:len(w.at)-2]
			w.out = append(w.out, ']')
			w.depth--
		}
		w.out = append(w.out, ']')
		return nil
	})
}

// special is a value that its own code would write.
func (w *walk) special(v reflect.Value, special string) error {
	if w.convert == nil {
		return w.refuse(CodeCanonUnsupportedType, "a value of type `"+v.Type().String()+"` is not plain JSON")
	}
	name := nameOf(v.Type())
	switch special {
	case "secret":
		return w.omit("secret")
	case "datetime":
		return w.instead("datetime", v.Interface().(time.Time).Format(time.RFC3339Nano))
	case "int":
		number := v.Interface().(big.Int)
		return w.instead("int", number.String())
	case "url":
		address := v.Interface().(url.URL)
		return w.instead("url", address.String())
	}
	// Its methods may be those of the pointer.
	pointer := reflect.New(v.Type())
	pointer.Elem().Set(v)
	own := pointer.Interface()
	if special == "error" {
		return w.failure(own.(error), name, 0)
	}
	text, err := written(own, special)
	if err != nil {
		return w.omit("failed:" + name)
	}
	w.convert.note(w, special+":"+name)
	if special == "text" {
		return w.string(string(text))
	}
	return w.literal(string(text))
}

// written is what the value's own code writes.
func written(value any, special string) (text []byte, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("it panicked")
		}
	}()
	if special == "text" {
		return value.(encoding.TextMarshaler).MarshalText()
	}
	if text, err = value.(json.Marshaler).MarshalJSON(); err != nil {
		return nil, err
	}
	return canonical(text)
}

// failure writes an error: its type, what it says, and four causes.
func (w *walk) failure(err error, name string, causes int) error {
	message, told := messageOf(err)
	if !told {
		return w.omit("failed:" + name)
	}
	w.convert.note(w, "exception:"+name)
	if w.depth >= convertedDepth {
		return stopped{"omitted:depth"}
	}
	if err := w.one(); err != nil {
		return err
	}
	w.values += 2
	w.out = append(appendText(append(w.out, `{"type":`...), name), `,"message":`...)
	w.out = appendText(w.out, strings.ToValidUTF8(message, "\ufffd"))
	if cause := causeOf(err); cause != nil && causes < maxCauses {
		w.out = append(w.out, `,"cause":`...)
		w.at = append(w.at, place{name: "cause", index: -1})
		w.depth++
		if err := w.failure(cause, nameOf(reflect.TypeOf(cause)), causes+1); err != nil {
			return err
		}
		w.depth--
		w.at = w.at[:len(w.at)-1]
	}
	w.out = append(w.out, '}')
	return nil
}

func messageOf(err error) (message string, told bool) {
	defer func() {
		if recover() != nil {
			told = false
		}
	}()
	message = err.Error()
	if len(message) > maxName*64 {
		message = message[:maxName*64]
	}
	return message, true
}

func causeOf(err error) (cause error) {
	defer func() {
		if recover() != nil {
			cause = nil
		}
	}()
	return errors.Unwrap(err)
}

// converted writes what was converted before.
func (w *walk) converted(v reflect.Value) error {
	given := v.Interface().(PlainValue)
	if w.convert != nil {
		for _, one := range given.Conversions {
			w.convert.list = append(w.convert.list, Conversion{w.path() + one.Pointer, one.Word})
		}
	} else if len(w.at) > 0 && len(given.Conversions) > 0 {
		return w.refuse(CodeCanonUnsupportedType,
			"a converted value stands inside another value, where its list would be lost")
	}
	return w.raw(given.JSON)
}

// nameOf is the name of a type without its package.
func nameOf(kind reflect.Type) string {
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	name := kind.Name()
	if name == "" {
		name = kind.Kind().String()
	}
	// Of a generic type the name without what it is made of.
	name, _, _ = strings.Cut(name, "[")
	return name
}
