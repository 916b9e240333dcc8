package execert_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/execert/execert/bindings-go"
)

type Refund struct {
	Order  string `json:"order"`
	Amount int    `json:"amount"`
}

// pay pays money back.
func pay(_ context.Context, refund Refund) (string, error) {
	return fmt.Sprintf("refunded %d", refund.Amount), nil
}

var policy = &execert.Policy{
	Default: execert.Deny,
	Rules: []execert.Rule{
		{ID: "small", Tool: "payments.refund", When: []execert.Condition{{Path: "/amount", Test: "<=", Value: 50}},
			Verdict: execert.Allow},
	},
}

// open opens a ledger in memory; a real one is a folder.
func open() *execert.Recorder {
	key, err := execert.GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	recorder, err := execert.Open("memory:", execert.Options{Key: key, Policy: policy,
		Durability: execert.DurabilityMemory})
	if err != nil {
		log.Fatal(err)
	}
	return recorder
}

func ExampleTool() {
	ctx := context.Background()
	recorder := open()
	defer recorder.Close()
	run, err := recorder.Run(ctx, "refund-4471", map[string]string{"order": "o-9"})
	if err != nil {
		log.Fatal(err)
	}
	for _, amount := range []int{40, 900} {
		paid, err := execert.Tool(ctx, run, "payments.refund", Refund{"o-9", amount}, pay)
		if errors.Is(err, execert.ErrDenied) {
			fmt.Println("refused:", errors.Is(err, execert.CodePolicyDenied) || errors.Is(err, execert.CodePolicyUndecided))
			continue
		}
		fmt.Println(paid, err)
	}
	end, err := run.End(nil)
	fmt.Println(end.Records, "records", err)
	// Output:
	// refunded 40 <nil>
	// refused: true
	// 5 records <nil>
}

func ExampleRecorder_Do() {
	ctx := context.Background()
	key, err := execert.GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "execert-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	recorder, err := execert.Open(filepath.Join(folder, "acme.ledger"), execert.Options{Key: key, Policy: policy})
	if err != nil {
		log.Fatal(err)
	}
	defer recorder.Close()

	run, err := recorder.Do(ctx, "refund-4471", nil, func(ctx context.Context, run *execert.Run) (any, error) {
		return execert.Tool(ctx, run, "payments.refund", Refund{"o-9", 40}, pay)
	})
	if err != nil {
		log.Fatal(err)
	}
	file := filepath.Join(folder, "refund-4471.execert")
	if _, err := run.Save(ctx, file); err != nil {
		log.Fatal(err)
	}

	// Somewhere else, with the public key alone.
	trust, err := execert.NewTrust(execert.TrustOptions{Keys: []execert.TrustKey{{Key: key.PublicPEM(), Label: "acme"}}})
	if err != nil {
		log.Fatal(err)
	}
	report, err := execert.VerifyFile(ctx, file, trust, nil)
	fmt.Println(report.Verdict, err)
	// Output: intact-warnings <nil>
}

func ExampleVerify() {
	ctx := context.Background()
	recorder := open()
	defer recorder.Close()
	run, err := recorder.Do(ctx, "r", map[string]int{"amount": 40},
		func(context.Context, *execert.Run) (any, error) {
			return "paid", nil
		})
	if err != nil {
		log.Fatal(err)
	}
	bundle, err := run.Bundle(ctx)
	if err != nil {
		log.Fatal(err)
	}
	nobody, err := execert.NewTrust(execert.TrustOptions{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = execert.Verify(ctx, bundle, nobody, nil)
	var told *execert.Error
	if errors.As(err, &told) {
		fmt.Println(told.Code, told.Exit, told.Report.Verdict)
	}
	for _, finding := range told.Report.Warnings() {
		fmt.Println(finding.Code)
	}
	// Output:
	// key.unknown 3 unknown-signer
	// witness.none
}

func ExampleCanonical() {
	text, err := execert.Canonical(map[string]any{"b": 1e21, "a": []any{nil, true}})
	fmt.Println(string(text), err)
	_, err = execert.Canonical(map[string]any{"photo": []byte{1}})
	var told *execert.Error
	fmt.Println(errors.As(err, &told), told.Code, told.Path)
	// Output:
	// {"a":[null,true],"b":1e+21} <nil>
	// true canon.unsupported_type /photo
}

func ExamplePlain() {
	told := execert.Plain(map[string]any{"photo": []byte("hi")})
	fmt.Println(string(told.JSON), told.Conversions)
	// Output: {"photo":"aGk="} [{/photo bytes}]
}

func ExampleRun_Permit() {
	ctx := context.Background()
	recorder := open()
	defer recorder.Close()
	run, err := recorder.Run(ctx, "refund-4471", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer run.Close()
	permit, err := run.Permit(ctx, "payments.refund", Refund{"o-9", 40}, execert.StepOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(execert.Use(ctx, permit, pay))
	_, err = execert.Use(ctx, permit, pay)
	fmt.Println(errors.Is(err, execert.CodeGatePermitReused))
	// Output:
	// refunded 40 <nil>
	// true
}

func ExampleRecorder_Runs() {
	ctx := context.Background()
	recorder := open()
	defer recorder.Close()
	for _, name := range []string{"first", "second"} {
		if _, err := recorder.Do(ctx, name, nil, func(context.Context, *execert.Run) (any, error) {
			return nil, nil
		}); err != nil {
			log.Fatal(err)
		}
	}
	for entry, err := range recorder.Runs(ctx, execert.RunQuery{}) {
		fmt.Println(entry.Name, entry.Status, err)
	}
	// Output:
	// first ok <nil>
	// second ok <nil>
}

func ExampleModel() {
	ctx := context.Background()
	key, err := execert.GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	recorder, err := execert.Open("memory:", execert.Options{Key: key, Durability: execert.DurabilityMemory})
	if err != nil {
		log.Fatal(err)
	}
	defer recorder.Close()
	run, err := recorder.Run(ctx, "chat", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer run.Close()
	ask := func(ctx context.Context, prompt string) (string, error) {
		answer := "hello"
		// More than the output: tokens, and which model it was.
		_, err := execert.StepFrom(ctx).EndWith(execert.Outcome{
			Output: answer, Usage: &execert.Usage{InputTokens: 3, OutputTokens: 1}, Served: "gpt-4.1-2025-04-14",
		})
		return answer, err
	}
	fmt.Println(execert.ModelWith(ctx, run, "gpt-4.1", "Say hello.", execert.StepOptions{Provider: "openai"}, ask))
	// Output: hello <nil>
}
