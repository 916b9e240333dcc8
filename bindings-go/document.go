package execert

import (
	"encoding/json"
	"time"
)

// document is a JSON object for the core, member by member. Members that are zero are left out.
type document struct {
	out   []byte
	wrong error
}

func (d *document) begin(name string) {
	if d.out == nil {
		d.out = append(make([]byte, 0, 256), '{')
	} else {
		d.out = append(d.out, ',')
	}
	d.out = append(appendText(d.out, name), ':')
}

// json is a member that is JSON already.
func (d *document) json(name string, text []byte) {
	if len(text) > 0 {
		d.begin(name)
		d.out = append(d.out, text...)
	}
}

func (d *document) text(name, text string) {
	if text == "" {
		return
	}
	if written, err := plainJSON(text, "/"+token(name)); err != nil {
		d.fail(err)
	} else {
		d.json(name, written)
	}
}

func (d *document) flag(name string, set bool) {
	if set {
		d.json(name, []byte("true"))
	}
}

func (d *document) number(name string, number int64) {
	if number != 0 {
		d.value(name, number)
	}
}

func (d *document) texts(name string, texts []string) {
	if len(texts) > 0 {
		d.value(name, texts)
	}
}

// value is a member of the caller's, which is refused where it is not plain JSON.
func (d *document) value(name string, value any) {
	if value == nil {
		return
	}
	text, err := plainJSON(value, "/"+token(name))
	if err != nil {
		d.fail(err)
		return
	}
	d.json(name, text)
}

// moment is a time with the milliseconds that records have.
func (d *document) moment(name string, at time.Time) {
	if !at.IsZero() {
		d.text(name, at.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
}

func (d *document) fail(err error) {
	if d.wrong == nil {
		d.wrong = err
	}
}

// done is the text of the object.
func (d *document) done() []byte {
	if d.out == nil {
		return []byte("{}")
	}
	return append(d.out, '}')
}

// take is done, or why there is no document.
func (d *document) take() ([]byte, error) {
	return d.done(), d.wrong
}

// read takes a document of the core apart.
func read[T any](text []byte, err error) (T, error) {
	var into T
	if err != nil {
		return into, err
	}
	if err := json.Unmarshal(text, &into); err != nil {
		return into, &Error{
			Code: CodeInternalPanic, Kind: ErrInternal, Message: "an answer of the library cannot be read: " + err.Error(),
			Hint: CodeInternalPanic.next(), Exit: 70,
		}
	}
	return into, nil
}
