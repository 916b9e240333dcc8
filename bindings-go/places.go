package execert

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
