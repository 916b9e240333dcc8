//go:build execert_testing || execert_bench

package execert

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The top of the project, seen from this folder.
var top = func() string {
	path, err := filepath.Abs("..")
	if err != nil {
		panic(err)
	}
	return path
}()

var (
	vectors = filepath.Join(top, "tests", "vectors")
	golden  = filepath.Join(vectors, "golden")
	python  = filepath.Join(top, "build", "venv", "bin", "python")
	command = filepath.Join(top, "build", "execert")
)

func must[T any](t testing.TB, value T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func readFile(t testing.TB, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	return must(t, text, err)
}

func decode[T any](t testing.TB, text []byte) T {
	t.Helper()
	var into T
	if err := json.Unmarshal(text, &into); err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
	return into
}

func lines(t testing.TB, text []byte) [][]byte {
	t.Helper()
	return bytes.Split(bytes.TrimRight(text, "\n"), []byte("\n"))
}

func newKeyFor(t testing.TB) *Key {
	t.Helper()
	key, err := GenerateKey()
	return must(t, key, err)
}

// ledger is a recorder in a folder of its own, closed with the test.
func ledger(t testing.TB, options Options) *Recorder {
	t.Helper()
	if options.Key == nil {
		options.Key = newKeyFor(t)
	}
	recorder, err := Open(filepath.Join(t.TempDir(), "acme.ledger"), options)
	must(t, recorder, err)
	t.Cleanup(func() {
		if err := recorder.Close(); err != nil {
			t.Error(err)
		}
	})
	return recorder
}

func trustIn(t testing.TB, keys ...*Key) *Trust {
	t.Helper()
	options := TrustOptions{}
	for _, key := range keys {
		options.Keys = append(options.Keys, TrustKey{Key: key.PublicPEM(), NoRevocation: true})
	}
	trust, err := NewTrust(options)
	return must(t, trust, err)
}

// predicate is what the tests look at in the signed part of a record.
type predicate struct {
	Kind   string `json:"kind"`
	Phase  string `json:"phase"`
	Name   string `json:"name"`
	Status string `json:"status"`
	Chain  struct {
		Seq int64 `json:"seq"`
	} `json:"chain"`
	Usage map[string]int64  `json:"usage"`
	Model map[string]string `json:"model"`

	content map[string]any
}

// records are the records of a bundle, read without our help.
func records(t testing.TB, bundle []byte) []predicate {
	t.Helper()
	var all []predicate
	for _, line := range lines(t, bundle)[1:] {
		one := decode[struct {
			Payload string         `json:"payload"`
			Content map[string]any `json:"content"`
		}](t, line)
		if one.Payload == "" {
			continue
		}
		payload, err := base64.StdEncoding.DecodeString(one.Payload)
		must(t, payload, err)
		statement := decode[struct {
			Predicate predicate `json:"predicate"`
		}](t, payload)
		statement.Predicate.content = one.Content
		all = append(all, statement.Predicate)
	}
	return all
}

// outcome is the only record of this name and phase.
func recordOf(t testing.TB, bundle []byte, name, phase string) predicate {
	t.Helper()
	for _, one := range records(t, bundle) {
		if one.Name == name && one.Phase == phase {
			return one
		}
	}
	t.Fatalf("there is no %s of %s", phase, name)
	return predicate{}
}

func bundleOf(t testing.TB, run *Run) []byte {
	t.Helper()
	bundle, err := run.Bundle(context.Background())
	return must(t, bundle, err)
}

func wantCode(t testing.TB, err error, code Code) *Error {
	t.Helper()
	var told *Error
	if !errors.As(err, &told) || told.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	return told
}

// tool is a program of the project that is there after `scripts/setup test`.
func tool(t *testing.T, path string, args ...string) *exec.Cmd {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Skip("not built here: " + path)
	}
	cmd := exec.Command(path, args...)
	cmd.Stderr = os.Stderr
	return cmd
}

func second[T any](_ T, err error) error { return err }
