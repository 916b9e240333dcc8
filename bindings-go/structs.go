package execert

import (
	"cmp"
	"encoding"
	"encoding/json"
	"math/big"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// What is known of a struct type: its members as [encoding/json] names them, and what would be lost.
type structAbout struct {
	fields []member
	wrong  *wrong
}

type member struct {
	name      string
	index     []int
	omitEmpty bool
	omitZero  bool
}

type wrong struct {
	// The member; empty for the value as a whole.
	name   string
	reason string
}

var structs sync.Map // reflect.Type to *structAbout

func structOf(kind reflect.Type) *structAbout {
	if known, found := structs.Load(kind); found {
		return known.(*structAbout)
	}
	about := &structAbout{}
	about.collect(kind, nil, []reflect.Type{kind})
	about.settle()
	known, _ := structs.LoadOrStore(kind, about)
	return known.(*structAbout)
}

// collect lists the fields of a type and of those embedded in it.
func (s *structAbout) collect(kind reflect.Type, index []int, around []reflect.Type) {
	for i := range kind.NumField() {
		field := kind.Field(i)
		tag, tagged := field.Tag.Lookup("json")
		if tag == "-" || field.Name == "_" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		at := append(slices.Clone(index), i)
		if field.Anonymous && name == "" && s.embedded(field, at, around) {
			continue
		}
		if !field.IsExported() {
			s.fail("", "a struct has the unexported field `"+field.Name+"`, which would be lost (if that is meant: `json:\"-\"`)")
			continue
		}
		if name == "" {
			name = field.Name
		} else if !validName(name) {
			s.fail(field.Name, "the json tag of a field names no member that encoding/json reads back")
		}
		one := member{name: name, index: at}
		if tagged {
			for option := range strings.SplitSeq(options, ",") {
				switch option {
				case "omitempty":
					one.omitEmpty = true
				case "omitzero":
					one.omitZero = true
				case "string":
					s.fail(name, "the option `string` of a json tag writes another value than the field's")
				}
			}
		}
		s.fields = append(s.fields, one)
	}
}

// embedded lists the fields of an embedded struct; false: it is a member like any other.
func (s *structAbout) embedded(field reflect.StructField, at []int, around []reflect.Type) bool {
	kind := field.Type
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind.Kind() != reflect.Struct || kind == plainType || specialOf(kind) != "" {
		return false
	}
	if field.Type.Kind() == reflect.Pointer && !field.IsExported() {
		s.fail("", "a struct embeds a pointer to the unexported type `"+kind.Name()+"`, which encoding/json cannot read back")
		return true
	}
	if !slices.Contains(around, kind) {
		s.collect(kind, at, append(slices.Clone(around), kind))
	}
	return true
}

// settle leaves of fields with one name the outermost, as Go itself selects; two equally deep are nobody's.
func (s *structAbout) settle() {
	slices.SortStableFunc(s.fields, func(a, b member) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(len(a.index), len(b.index)))
	})
	var settled []member
	for i := 0; i < len(s.fields); {
		end := i + 1
		for end < len(s.fields) && s.fields[end].name == s.fields[i].name {
			end++
		}
		if end > i+1 && len(s.fields[i+1].index) == len(s.fields[i].index) {
			s.fail(s.fields[i].name, "two fields of a struct have this name, so that neither is written")
		} else {
			settled = append(settled, s.fields[i])
		}
		i = end
	}
	s.fields = settled
}

func (s *structAbout) fail(name, reason string) {
	if s.wrong == nil {
		s.wrong = &wrong{name, reason}
	}
}

// of is the field of a struct; false if it is left out.
func (m *member) of(v reflect.Value) (reflect.Value, bool) {
	for _, i := range m.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, !(m.omitEmpty && empty(v)) && !(m.omitZero && v.IsZero())
}

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// validName says whether encoding/json takes a name out of a tag.
func validName(name string) bool {
	for _, letter := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ",
			letter) && !unicode.IsLetter(letter) && !unicode.IsDigit(letter) {
			return false
		}
	}
	return true
}

var (
	marshalers = []struct {
		is   reflect.Type
		word string
	}{
		{reflect.TypeFor[json.Marshaler](), "json"},
		{reflect.TypeFor[encoding.TextMarshaler](), "text"},
		{reflect.TypeFor[error](), "error"},
	}
	specials sync.Map // reflect.Type to string
)

// specialOf says of a type by which of its own methods it would be written, if by any: of the values of such types
// nobody but their code knows what they are in JSON.
func specialOf(kind reflect.Type) string {
	if kind.PkgPath() == "" && kind.Kind() != reflect.Struct {
		// Types without a name have no methods.
		return ""
	}
	if known, found := specials.Load(kind); found {
		return known.(string)
	}
	special := specialNow(kind)
	specials.Store(kind, special)
	return special
}

func specialNow(kind reflect.Type) string {
	switch kind {
	case reflect.TypeFor[time.Time]():
		return "datetime"
	case reflect.TypeFor[big.Int]():
		return "int"
	case reflect.TypeFor[url.URL]():
		return "url"
	}
	if secretName.MatchString(kind.Name()) {
		return "secret"
	}
	for _, one := range marshalers {
		if kind.Implements(one.is) || reflect.PointerTo(kind).Implements(one.is) {
			return one.word
		}
	}
	return ""
}
