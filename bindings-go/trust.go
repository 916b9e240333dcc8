package execert

// #include <execert.h>
import "C"

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Role is what a key counts for.
type Role string

// The roles.
const (
	RoleRecord     Role = "record"
	RoleLog        Role = "log"
	RoleValidator  Role = "validator"
	RoleAttestor   Role = "attestor"
	RoleApprover   Role = "approver"
	RoleTool       Role = "tool"
	RoleRevocation Role = "revocation"
)

// TrustKey is a key that counts, and for what. Either Key or File is given.
type TrustKey struct {
	// Key is PEM text, the whole fingerprint, or a C2SP verifier key.
	Key string
	// File is the path of a file that holds one.
	File string
	// Role is record if it is left out.
	Role Role
	// Label is the reader's own name for the key, the only one that is shown plainly.
	Label string
	// Operator is who holds it; a witness of the same operator is not independent.
	Operator string
	// Own: it is the reader's own key, and the verdict says so.
	Own bool
	// NoRevocation: its owner publishes no revocation list.
	NoRevocation bool
}

// TrustOptions is what a trust document is made of.
type TrustOptions struct {
	Keys []TrustKey
	// Witnesses are C2SP verifier keys.
	Witnesses []string
	// Quorum is how many witnesses have to agree; without witnesses none, with witnesses one, unless said.
	Quorum int
	// Logs are C2SP verifier keys of logs.
	Logs []string
	// Policy is a C2SP tlog-policy text, instead of Witnesses and Quorum.
	Policy string
	// Known are heads that were seen before.
	Known []KnownHead
	// Lists are revocation lists, as JSON.
	Lists []json.RawMessage
	// MaxAge is how old a list may be.
	MaxAge time.Duration
}

// KnownHead is a head that somebody noted.
type KnownHead struct {
	Origin string `json:"origin"`
	Root   string `json:"root"`
	Size   int64  `json:"size"`
}

// Trust is keys, witnesses and quorum under which evidence is judged. It always comes from outside the evidence.
type Trust struct {
	text []byte
	name string
}

// NewTrust makes trust out of keys.
func NewTrust(options TrustOptions) (*Trust, error) {
	request := document{}
	keys := make([]json.RawMessage, 0, len(options.Keys))
	for i, key := range options.Keys {
		one, err := key.document()
		if err != nil {
			err.Path = fmt.Sprintf("/keys/%d%s", i, err.Path)
			return nil, err
		}
		keys = append(keys, one)
	}
	if len(keys) > 0 {
		request.value("keys", keys)
	}
	request.texts("witnesses", options.Witnesses)
	request.number("quorum", int64(options.Quorum))
	request.texts("logs", options.Logs)
	request.text("policy", options.Policy)
	if len(options.Known) > 0 {
		request.value("known", options.Known)
	}
	if len(options.Lists) > 0 {
		request.value("lists", options.Lists)
	}
	request.number("max_age_s", int64(options.MaxAge/time.Second))
	asked, err := request.take()
	if err != nil {
		return nil, err
	}
	text, err := answered(func(out *C.execert_bytes) *C.execert_error { return C.execert_trust(lentBytes(asked), out) })
	if err != nil {
		return nil, err
	}
	return &Trust{text: text, name: "given by the program"}, nil
}

func (k TrustKey) document() (json.RawMessage, *Error) {
	text := k.Key
	if (text == "") == (k.File == "") {
		return nil, misuse("a key of a trust needs either Key or File", "",
			"give the text of a key, or the path of a file that holds it")
	}
	if k.File != "" {
		held, err := os.ReadFile(k.File)
		if err != nil {
			return nil, &Error{
				Code: CodeKeyNotFound, Kind: ErrInvalid, Message: "a key could not be read: " + err.Error(), Path: "/file",
				Hint: "give the path of a PEM file, its text, or the whole fingerprint", Exit: 2,
			}
		}
		text = strings.TrimSpace(string(held))
	}
	one := document{}
	one.text("key", text)
	one.text("role", string(k.Role))
	one.text("label", k.Label)
	one.text("operator", k.Operator)
	one.flag("own", k.Own)
	if k.NoRevocation {
		one.text("revocation", "none")
	}
	if one.wrong != nil {
		return nil, one.wrong.(*Error)
	}
	return one.done(), nil
}

// ParseTrust reads a trust document, strictly.
func ParseTrust(text []byte) (*Trust, error) {
	exact, err := canonical(text)
	if err != nil {
		return nil, err
	}
	return &Trust{text: exact, name: "given by the program"}, nil
}

// LoadTrust reads a trust document from a file (.trust).
func LoadTrust(path string) (*Trust, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, misuse("a trust file could not be read: "+err.Error(), "",
			"give the path of a file that Trust.Save or `execert trust` wrote")
	}
	trust, err := ParseTrust(text)
	if err != nil {
		return nil, err
	}
	trust.name = filepath.Base(path)
	return trust, nil
}

// UserTrust is this user's own store, the one that `execert trust add` fills; empty if there is none. [Verify] takes it
// where trust is nil.
func UserTrust() (*Trust, error) {
	text, err := answered(func(out *C.execert_bytes) *C.execert_error { return C.execert_user_trust(out) })
	if err != nil {
		return nil, err
	}
	name := "your own store"
	if len(text) == 0 {
		trust, err := NewTrust(TrustOptions{})
		if err != nil {
			return nil, err
		}
		trust.name = name
		return trust, nil
	}
	return &Trust{text: text, name: name}, nil
}

// JSON is the document in its RFC 8785 form.
func (t *Trust) JSON() []byte { return bytes.Clone(t.text) }

// Save writes the document to a file, as `execert verify --trust` takes it.
func (t *Trust) Save(path string) error {
	return os.WriteFile(path, t.text, 0o644)
}

// String says how many keys there are.
func (t *Trust) String() string {
	var held struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(t.text, &held); err != nil {
		return "Trust(unreadable)"
	}
	return fmt.Sprintf("Trust(%d keys, %s)", len(held.Keys), t.name)
}
