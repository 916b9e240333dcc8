package execert

// #include <execert.h>
import "C"

import (
	"errors"
	"log/slog"
	"runtime"
)

// Key is an Ed25519 key that signs. It can be saved, but is never shown and never serialised: the secret half stays
// in the library.
type Key struct {
	handle      keyHandle
	id          string
	fingerprint string
	public      string
}

// GenerateKey makes a new key. Nothing is written until [Key.Save].
func GenerateKey() (*Key, error) {
	return newKey(func(out *keyHandle) *C.execert_error { return C.execert_key_generate(out) })
}

// LoadKey reads a PEM file (PKCS#8) that only its owner can read.
func LoadKey(path string) (*Key, error) {
	return newKey(func(out *keyHandle) *C.execert_error { return C.execert_key_load(lent(path), out) })
}

// ParseKey reads PEM text (PKCS#8).
func ParseKey(pem []byte) (*Key, error) {
	return newKey(func(out *keyHandle) *C.execert_error { return C.execert_key_from_pem(lentBytes(pem), out) })
}

func newKey(call func(*keyHandle) *C.execert_error) (*Key, error) {
	var handle keyHandle
	if err := done(func() *C.execert_error { return call(&handle) }); err != nil {
		return nil, err
	}
	k := &Key{handle: handle}
	// A key is a few bytes of the library and is used until it is forgotten; there is nothing to lose.
	runtime.AddCleanup(k, func(handle keyHandle) { C.execert_key_free(handle) }, handle)
	for _, one := range []struct {
		to  *string
		ask func(*C.execert_bytes) *C.execert_error
	}{
		{&k.id, func(out *C.execert_bytes) *C.execert_error { return C.execert_key_id(handle, out) }},
		{&k.fingerprint, func(out *C.execert_bytes) *C.execert_error { return C.execert_key_fingerprint(handle, out) }},
		{&k.public, func(out *C.execert_bytes) *C.execert_error { return C.execert_key_public(handle, out) }},
	} {
		text, err := answered(one.ask)
		if err != nil {
			return nil, err
		}
		*one.to = string(text)
	}
	return k, nil
}

// Save writes a PEM file that only its owner can read. A file that exists is never overwritten.
func (k *Key) Save(path string) error {
	defer runtime.KeepAlive(k)
	return done(func() *C.execert_error { return C.execert_key_save(k.handle, lent(path)) })
}

// ID is the key id: base64 of the SHA-256 of the public half.
func (k *Key) ID() string { return k.id }

// Fingerprint is what people compare: hexadecimal digits in groups of four.
func (k *Key) Fingerprint() string { return k.fingerprint }

// PublicPEM is the public half, to hand to others.
func (k *Key) PublicPEM() string { return k.public }

// String shows the fingerprint.
func (k *Key) String() string { return "Key(" + k.fingerprint + ")" }

// GoString shows the fingerprint.
func (k *Key) GoString() string { return k.String() }

// LogValue shows the fingerprint.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.fingerprint) }

// MarshalJSON refuses: a secret key is not serialised.
func (k *Key) MarshalJSON() ([]byte, error) {
	return nil, errors.New("execert: a secret key is not serialised: Save writes it, PublicPEM is its public half")
}
