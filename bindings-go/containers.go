package execert

import (
	"fmt"
	"reflect"
	"slices"
)

func (w *walk) literalMembers(members map[string]any) error {
	if members == nil {
		return w.literal("null")
	}
	v := reflect.ValueOf(members)
	names := make([]string, 0, len(members))
	for name := range members {
		if code, reason := wrongName(name); code != "" {
			if w.convert != nil {
				return w.pairs(v)
			}
			return w.refuse(code, reason)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return w.within(v, len(names), true, func() error {
		if err := w.fewMembers(len(names)); err != nil {
			return err
		}
		w.out = append(w.out, '{')
		w.at = append(w.at, place{index: -1})
		for i, name := range names {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.at[len(w.at)-1].name = name
			w.out = append(appendText(w.out, name), ':')
			if err := w.any(members[name]); err != nil {
				return err
			}
		}
		w.at = w.at[:len(w.at)-1]
		w.out = append(w.out, '}')
		return nil
	})
}

func (w *walk) literalList(list []any) error {
	if list == nil {
		return w.literal("null")
	}
	return w.within(reflect.ValueOf(list), len(list), true, func() error {
		w.out = append(w.out, '[')
		w.at = append(w.at, place{})
		for i, item := range list {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.at[len(w.at)-1].index = i
			if err := w.any(item); err != nil {
				return err
			}
		}
		w.at = w.at[:len(w.at)-1]
		w.out = append(w.out, ']')
		return nil
	})
}

func (w *walk) fewMembers(count int) error {
	if count <= maxMembers {
		return nil
	}
	if w.convert != nil {
		return w.convert.stop("omitted:nodes")
	}
	return w.refuse(CodeCanonTooMany, "an object has more than 10,000 members")
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
	if err := w.fewMembers(count); err != nil {
		return err
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
