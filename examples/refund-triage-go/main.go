// Refund triage: an agent looks up a customer, refunds a little, asks for far too much, is refused, asks for what a
// manager may allow, and waits for the manager. The evidence is saved, and judged by the verifier.
//
//	go run . [FOLDER]
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/execert/execert/bindings-go"
)

const thread = "ticket-4471"

// Arguments and answers of the tools.
type (
	Lookup struct {
		Customer string `json:"customer"`
	}
	Customer struct {
		Customer string `json:"customer"`
		Tier     string `json:"tier"`
		Since    string `json:"since"`
	}
	Refund struct {
		Order  string `json:"order"`
		Amount int    `json:"amount"`
	}
)

// What the tools really did, noted by themselves.
var did []string

func lookup(_ context.Context, in Lookup) (Customer, error) {
	did = append(did, "crm_lookup "+in.Customer)
	return Customer{in.Customer, "gold", "2019"}, nil
}

func refund(_ context.Context, in Refund) (string, error) {
	did = append(did, fmt.Sprintf("payments_refund %s %d", in.Order, in.Amount))
	return fmt.Sprintf("refunded %d", in.Amount), nil
}

// Lookups may run, refunds up to 500 too; up to 5000 a manager has to approve, and more is never paid.
func policy(manager *execert.Key) *execert.Policy {
	amount := func(test string, value int) execert.Condition {
		return execert.Condition{Path: "/amount", Test: test, Value: value}
	}
	return &execert.Policy{
		Default: execert.Deny,
		Rules: []execert.Rule{
			{ID: "lookups", Tool: "crm_*", Verdict: execert.Allow},
			{ID: "small-refunds", Tool: "payments_refund", When: []execert.Condition{amount("<=", 500)}, Verdict: execert.Allow},
			{
				ID: "refund-limit", Tool: "payments_refund", Verdict: execert.Approve, Reason: "over-limit",
				When: []execert.Condition{amount(">", 500), amount("<=", 5000)},
			},
			{ID: "never", Tool: "payments_refund", When: []execert.Condition{amount(">", 5000)}, Verdict: execert.Deny,
				Reason: "too-much"},
		},
		Approvers: []execert.Approver{{Key: manager.ID(), Role: "manager"}},
	}
}

// agent is the script of a model: what it asks for, one call after the other.
func agent(ctx context.Context, run *execert.Run, approval string) (any, error) {
	if approval == "" {
		customer, err := execert.Tool(ctx, run, "crm_lookup", Lookup{"c-17"}, lookup)
		if err != nil {
			return nil, err
		}
		fmt.Println("crm_lookup:", customer.Tier)
		for _, amount := range []int{40, 9000} {
			paid, err := execert.Tool(ctx, run, "payments_refund", Refund{"o-9", amount}, refund)
			switch {
			case errors.Is(err, execert.CodePolicyDenied):
				fmt.Println("payments_refund:", amount, "was refused")
			case err != nil:
				return nil, err
			default:
				fmt.Println("payments_refund:", paid)
			}
		}
	}
	return execert.ToolWith(ctx, run, "payments_refund", Refund{"o-9", 900}, execert.StepOptions{Approval: approval},
		refund)
}

func triage(ctx context.Context, folder string) error {
	if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o700)); err != nil {
		return err
	}
	key, err := execert.GenerateKey()
	if err != nil {
		return err
	}
	// What the manager's key signs, the policy takes as an approval. In earnest it is on the manager's machine.
	manager, err := execert.GenerateKey()
	if err != nil {
		return err
	}
	recorder, err := execert.Open(filepath.Join(folder, "acme.ledger"), execert.Options{Key: key, Policy: policy(manager)})
	if err != nil {
		return err
	}
	defer recorder.Close()

	options := execert.RunOptions{Thread: thread}
	_, err = recorder.DoWith(ctx, "refund-desk", "Refund order o-9 of customer c-17.", options,
		func(ctx context.Context, run *execert.Run) (any, error) {
			return agent(ctx, run, "")
		})
	if !errors.Is(err, execert.CodePolicyApprovalMissing) {
		return errors.Join(errors.New("nothing waits for the manager"), err)
	}
	// The manager signs exactly these arguments; the same call, asked for again, then runs once.
	for request, err := range recorder.Requests(ctx, execert.RequestQuery{State: "waiting", Thread: thread}) {
		if err != nil {
			return err
		}
		fmt.Println("waiting for the manager:", request.Tool, string(request.Input))
		if _, err := recorder.Approve(ctx, request.Digest, manager, execert.Approval{}); err != nil {
			return err
		}
		_, err = recorder.DoWith(ctx, "refund-desk", "The manager approved.", options,
			func(ctx context.Context, run *execert.Run) (any, error) {
				return agent(ctx, run, request.Digest)
			})
		if err != nil {
			return err
		}
	}

	fmt.Println("\nWhat the tools really did, noted by themselves:")
	for _, line := range did {
		fmt.Println(" ", line)
	}
	trust, err := execert.NewTrust(execert.TrustOptions{Keys: []execert.TrustKey{
		{Key: key.PublicPEM(), Label: "acme-refunds", NoRevocation: true},
		{Key: manager.PublicPEM(), Role: execert.RoleApprover, Label: "refund-manager", NoRevocation: true},
	}})
	if err != nil {
		return err
	}
	evidence := filepath.Join(folder, "refund-triage.execert")
	saved, err := recorder.Export(ctx, evidence, execert.Selection{Thread: thread})
	if err != nil {
		return err
	}
	if err := trust.Save(filepath.Join(folder, "acme.trust")); err != nil {
		return err
	}
	// An error that is ErrUntrusted if anything was changed since.
	report, err := execert.VerifyFile(ctx, evidence, trust, nil)
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\nverdict: %s\nevidence: %s (%d records, %d bytes)\n", report.Plain(), report.Verdict, evidence,
		saved.Records, saved.Bytes)
	return nil
}

func main() {
	folder := filepath.Join("build", "refund-triage-go")
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	if err := triage(context.Background(), folder); err != nil {
		log.Fatal(err)
	}
}
