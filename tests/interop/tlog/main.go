// Checks a log of execert with Go's own implementation of notes and tile logs (golang.org/x/mod/sumdb), which knows
// nothing of execert. Reads one JSON object on stdin and prints what it found out.
//
//	{"vkey", "note", "digests": [hex], "proofs": [text]}
//
// `digests` are those of the records of the chain from 0 on, `proofs` are tlog-proofs (c2sp.org/tlog-proof).
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	VKey    string
	Note    string
	Digests []string
	Proofs  []string
}

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		stop(err)
	}
	verifier, err := note.NewVerifier(asked.VKey)
	if err != nil {
		stop(err)
	}
	size, root, err := checkpoint(asked.Note, verifier)
	if err != nil {
		stop(err)
	}
	records, err := leaves(asked.Digests)
	if err != nil {
		stop(err)
	}
	if err := whole(records, size, root); err != nil {
		stop(err)
	}
	for _, proof := range asked.Proofs {
		if err := included(proof, verifier, records); err != nil {
			stop(err)
		}
	}
	fmt.Printf("checkpoint of %d records, %d proofs\n", size, len(asked.Proofs))
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// checkpoint opens a signed note and reads its three lines.
func checkpoint(text string, verifier note.Verifier) (int64, tlog.Hash, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	lines := strings.Split(strings.TrimSuffix(opened.Text, "\n"), "\n")
	if len(lines) != 3 || lines[0] != verifier.Name() {
		return 0, tlog.Hash{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return size, root, err
}

// leaves hashes the records of a chain: their data is the digest of the document.
func leaves(digests []string) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, digest := range digests {
		data, err := hex.DecodeString(digest)
		if err != nil {
			return nil, err
		}
		found = append(found, tlog.RecordHash(data))
	}
	return found, nil
}

// whole recomputes the root of a tree from its leaves.
func whole(records []tlog.Hash, size int64, root tlog.Hash) error {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	if size > int64(len(records)) {
		return errors.New("the checkpoint is of more records than there are")
	}
	for n := int64(0); n < size; n++ {
		hashes, err := tlog.StoredHashesForRecordHash(n, records[n], reader)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
	}
	computed, err := tlog.TreeHash(size, reader)
	if err != nil {
		return err
	}
	if computed != root {
		return errors.New("the root is another one")
	}
	return nil
}

// included checks a tlog-proof for the record that it names.
func included(text string, verifier note.Verifier, records []tlog.Hash) error {
	head, signed, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	size, root, err := checkpoint(signed, verifier)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return errors.New("not a hash: " + line)
		}
		proof = append(proof, tlog.Hash(bytes.Clone(hash)))
	}
	return tlog.CheckRecord(proof, size, root, index, records[index])
}
