//go:build execert_testing

package execert

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const around = `package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/execert/execert/bindings-go"
)

type Lookup struct{ Customer string }
type Customer struct{ Tier string }
type Refund struct {
	Order  string
	Amount int
}

func lookup(context.Context, Lookup) (Customer, error) { return Customer{}, nil }
func pay(context.Context, Refund) (string, error)      { return "", nil }

func main() { fmt.Println(errors.Is(fragment(context.Background(), nil, nil), execert.ErrInvalid)) }

func fragment(ctx context.Context, order any, run *execert.Run) error {
	{
		FRAGMENT
	}
	return nil
}
`

// What the guide shows compiles.
func TestGuide(t *testing.T) {
	t.Parallel()
	fragments := blocks(string(readFile(t, top, "docs/guide/go.md")), "go")
	if len(fragments) != 3 {
		t.Fatalf("%d fragments", len(fragments))
	}
	module := "module example.com/guide\n\ngo 1.26\n\nrequire github.com/execert/execert/bindings-go v0.1.0\n\n" +
		"replace github.com/execert/execert/bindings-go => " + filepath.Join(top, "bindings-go") + "\n"
	for _, fragment := range fragments {
		folder := t.TempDir()
		must(t, 0, os.WriteFile(filepath.Join(folder, "go.mod"), []byte(module), 0o600))
		program := strings.Replace(around, "FRAGMENT", fragment, 1)
		must(t, 0, os.WriteFile(filepath.Join(folder, "main.go"), []byte(program), 0o600))
		cmd := exec.Command("go", "vet", ".")
		cmd.Dir = folder
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s\n%s", err, out, fragment)
		}
	}
}
