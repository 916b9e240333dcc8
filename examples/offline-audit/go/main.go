// Offline audit: checks bundles with a trust file, which holds public keys only, and ends with the exit code of the
// first that does not hold. It needs no ledger, no key and no network.
//
//	go run . TRUST BUNDLE...
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/execert/execert/bindings-go"
)

func audit(ctx context.Context, trustFile string, bundles []string) error {
	trust, err := execert.LoadTrust(trustFile)
	if err != nil {
		return err
	}
	var first error
	for _, bundle := range bundles {
		report, err := execert.VerifyFile(ctx, bundle, trust, nil)
		if report != nil {
			fmt.Println(report)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: audit TRUST BUNDLE...")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := audit(ctx, os.Args[1], os.Args[2:])
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	var told *execert.Error
	if errors.As(err, &told) {
		// Frozen: 1 altered or forked, 3 no trusted signature, 4 incomplete, 5 expired, 6 revoked, 7 unreadable, …
		os.Exit(told.Exit)
	}
	os.Exit(70)
}
