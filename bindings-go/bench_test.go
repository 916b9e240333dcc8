//go:build execert_testing || execert_bench

package execert

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

// What a call costs beyond the same call from C, and what a step costs. With the library as
// it is released: `go test -tags execert_bench -run - -bench .`

func BenchmarkNothing(b *testing.B) {
	for b.Loop() {
		abiVersion()
	}
}

func BenchmarkNothingThroughErrorAndAnswer(b *testing.B) {
	// The bytes that a function answers with are copied and freed: two calls.
	key := newKeyFor(b)
	for b.Loop() {
		if _, err := key.askID(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInC is the same calls in a loop of C.
func BenchmarkInC(b *testing.B) {
	key := newKeyFor(b)
	kilobyte := []byte(`{"text":"` + strings.Repeat("x", 1_000) + `"}`)
	b.Run("Nothing", func(b *testing.B) { loopInC(b.N, 0, key, nil) })
	b.Run("KeyID", func(b *testing.B) { loopInC(b.N, 1, key, nil) })
	b.Run("Canonical1KB", func(b *testing.B) { loopInC(b.N, 2, key, kilobyte) })
}

func BenchmarkCanonical1KB(b *testing.B) {
	kilobyte := []byte(`{"text":"` + strings.Repeat("x", 1_000) + `"}`)
	for b.Loop() {
		if _, err := canonical(kilobyte); err != nil {
			b.Fatal(err)
		}
	}
}

// order is about 1 KB of ordinary JSON.
var order = func() map[string]any {
	lines := make([]any, 12)
	for i := range lines {
		lines[i] = map[string]any{"article": "a-4471", "count": i, "price": 19.5, "note": "as ordered",
			"tags": []any{"x", true, nil}}
	}
	return map[string]any{"order": "o-9", "customer": "c-17", "lines": lines}
}()

func BenchmarkWalk1KB(b *testing.B) {
	for b.Loop() {
		if _, err := plainJSON(order, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefusal(b *testing.B) {
	for b.Loop() {
		if _, err := canonical(nil); err == nil {
			b.Fatal("nothing is no JSON")
		}
	}
}

func BenchmarkStep1KB(b *testing.B) {
	ctx := context.Background()
	for _, durability := range []Durability{DurabilityMemory, Durable} {
		b.Run(string(durability), func(b *testing.B) {
			recorder, err := Open(filepath.Join(b.TempDir(), "acme.ledger"), Options{Key: newKeyFor(b), Durability: durability})
			must(b, recorder, err)
			defer recorder.Close()
			run, err := recorder.Run(ctx, "r", nil)
			must(b, run, err)
			for b.Loop() {
				if _, err := StepDo(ctx, run, "s", order, func(context.Context, map[string]any) (string, error) {
					return "ok",
						nil
				}); err != nil {
					b.Fatal(err)
				}
			}
			must(b, 0, second(run.End(nil)))
		})
	}
}
