//go:build execert_testing

package execert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	key := newKeyFor(t)
	for i, one := range []struct {
		options Options
		code    Code
	}{
		{Options{}, CodeKeyNotFound},
		{Options{Key: key, KeyFile: "x"}, CodeWireBadArgument},
		{Options{Key: key, Policy: allowCRM, PolicyFile: "x"}, CodeWireBadArgument},
		{Options{Key: key, Policy: &Policy{}}, CodePolicyMalformed},
		{Options{Key: key, Gate: "neither"}, CodeWireBadArgument},
		{Options{Key: key, Tenant: "\xff"}, CodeCanonNotUtf8},
		{Options{Key: key, Policy: &Policy{Default: Deny, Rules: []Rule{{When: []Condition{{"/a", "==", 1i}}}}}},
			CodeCanonUnsupportedType},
	} {
		recorder, err := Open(filepath.Join(folder, fmt.Sprint(i)), one.options)
		if recorder != nil {
			t.Error(i)
		}
		wantCode(t, err, one.code)
	}
	_, err := Open("bad\xffpath", Options{Key: key})
	if !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	key := newKeyFor(t)
	path := filepath.Join(t.TempDir(), "r.key")
	if err := key.Save(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if err := key.Save(path); err == nil {
		t.Error("a file that exists was overwritten")
	}
	again, err := LoadKey(path)
	if must(t, again, err); again.ID() != key.ID() || again.PublicPEM() != key.PublicPEM() {
		t.Error(again)
	}
	pem, err := ParseKey(readFile(t, path))
	if must(t, pem, err); pem.Fingerprint() != key.Fingerprint() {
		t.Error(pem)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = LoadKey(path)
	wantCode(t, err, CodeKeyPermissions)
	_, err = ParseKey([]byte("no key"))
	wantCode(t, err, CodeKeyMalformed)
	if _, err := json.Marshal(map[string]any{"key": key}); err == nil {
		t.Error("a secret key was serialised")
	}
	secret := strings.Split(string(readFile(t, path)), "\n")[1]
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", key, "keys", []*Key{key})
	for _, shown := range []string{fmt.Sprint(key), fmt.Sprintf("%v %+v %#v %s", key, key, key, key), log.String()} {
		if !strings.Contains(shown, key.Fingerprint()) || strings.Contains(shown, secret) {
			t.Error(shown)
		}
	}
}

func TestErrorsAreLogged(t *testing.T) {
	t.Parallel()
	_, err := Canonical([]any{[]byte("x")})
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Error("no", "err", err)
	if !strings.Contains(log.String(), `"err":{"code":"canon.unsupported_type","kind":"invalid","message":`) ||
		!strings.Contains(log.String(), `"path":"/0"`) {
		t.Error(log.String())
	}
}

func TestRedactAndReveal(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key := newKeyFor(t)
	run, err := ledger(t, Options{Key: key}).Do(ctx, "r", map[string]string{"order": "o-9"},
		func(ctx context.Context, run *Run) (any, error) {
			return Tool(ctx, run, "crm.lookup", lookup{"c-17"}, gold)
		})
	full := bundleOf(t, must(t, run, err))
	request := Redaction{Hide: []Place{{Paths: []string{"/input/customer"}}}}
	hidden, err := Redact(ctx, full, request)
	if must(t, hidden, err); bytes.Contains(hidden, []byte("c-17")) {
		t.Error("it is still there")
	}
	report, err := Verify(ctx, hidden, trustIn(t, key), nil)
	if must(t, report, err); report.Disclosure.Withheld != 1 {
		t.Error(report.Disclosure)
	}
	shown, err := Reveal(ctx, hidden, full, []Place{{}})
	if must(t, shown, err); !bytes.Equal(shown, full) {
		t.Error("all of it is shown again")
	}
	folder := t.TempDir()
	a, b, c := filepath.Join(folder, "a"), filepath.Join(folder, "b"), filepath.Join(folder, "c")
	must(t, 0, os.WriteFile(a, full, 0o600))
	changed, err := RedactFile(ctx, a, request, b)
	if must(t, changed, err) != (Changed{Fields: 1}) || !bytes.Equal(readFile(t, b), hidden) {
		t.Error(changed)
	}
	changed, err = RevealFile(ctx, b, a, []Place{{}}, c)
	if must(t, changed, err).Fields == 0 || !bytes.Equal(readFile(t, c), full) {
		t.Error(changed)
	}
	seq := records(t, full)[3].Chain.Seq
	without, err := Redact(ctx, full, Redaction{Withhold: []Place{{Seq: &seq}}})
	report, err2 := Check(ctx, must(t, without, err), trustIn(t, key), &CheckOptions{Require: []string{"no-withheld"}})
	if must(t, report, err2); report.Disclosure.RecordsWithheld != 1 || report.Exit == 0 {
		t.Error(report)
	}
	_, err = Redact(ctx, full, Redaction{Hide: []Place{{Paths: []string{"/not/there"}}}})
	if !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

func TestTrust(t *testing.T) {
	t.Parallel()
	key := newKeyFor(t)
	folder := t.TempDir()
	pem, file := filepath.Join(folder, "acme.pub"), filepath.Join(folder, "acme.trust")
	must(t, 0, os.WriteFile(pem, []byte(key.PublicPEM()), 0o600))
	one, err := NewTrust(TrustOptions{Keys: []TrustKey{{File: pem, Label: "acme", Role: RoleRecord,
		Operator: "acme.example", NoRevocation: true}}})
	must(t, one, err)
	other, err := NewTrust(TrustOptions{Keys: []TrustKey{{Key: key.Fingerprint(), Label: "acme"}}})
	must(t, other, err)
	must(t, 0, one.Save(file))
	loaded, err := LoadTrust(file)
	if must(t, loaded, err); !bytes.Equal(loaded.JSON(), one.JSON()) || loaded.String() != "Trust(1 keys, acme.trust)" {
		t.Error(loaded)
	}
	_, err = NewTrust(TrustOptions{Keys: []TrustKey{{}}})
	if told := wantCode(t, err, CodeWireBadArgument); told.Path != "/keys/0" {
		t.Error(told)
	}
	_, err = NewTrust(TrustOptions{Keys: []TrustKey{{File: filepath.Join(folder, "none")}}})
	wantCode(t, err, CodeKeyNotFound)
	_, err = NewTrust(TrustOptions{Keys: []TrustKey{{Key: "abc"}}})
	if !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	_, err = ParseTrust([]byte(`{"trust":1,"trust":1}`))
	wantCode(t, err, CodeCanonDuplicateKey)
	_, err = LoadTrust(filepath.Join(folder, "none"))
	wantCode(t, err, CodeWireBadArgument)
}

func TestACheckThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	must(t, 0, syscall.Mkfifo(pipe, 0o600))
	ctx, cancel := context.WithCancel(context.Background())
	answers := make(chan error)
	go func() { answers <- second(CheckFile(ctx, pipe, trustIn(t), nil)) }()
	// The reading has begun: opening the other end waits for it.
	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	must(t, writer, err)
	cancel()
	if err := <-answers; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	must(t, 0, writer.Close())
}
