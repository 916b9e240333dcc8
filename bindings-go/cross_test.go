//go:build execert_testing

package execert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func ended(t *testing.T, cmd *exec.Cmd, exit int) string {
	t.Helper()
	out, err := cmd.Output()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != exit {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestSealedInGoVerifiedByPythonAndTheCommand(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key := newKeyFor(t)
	run, err := ledger(t, Options{Key: key}).Do(ctx, "r", map[string]any{"word": "é😀", "n": 1e21},
		func(ctx context.Context, run *Run) (any, error) {
			given := map[string]any{"a": []any{1, nil, "x"}}
			return Tool(ctx, run, "t", given, func(context.Context, map[string]any) (any, error) {
				return map[string]string{"tier": "gold"}, nil
			})
		})
	sealed := bundleOf(t, must(t, run, err))
	folder := t.TempDir()
	pem := filepath.Join(folder, "acme.pub")
	must(t, 0, os.WriteFile(pem, []byte(key.PublicPEM()), 0o600))
	trust, err := NewTrust(TrustOptions{Keys: []TrustKey{{File: pem}}})
	must(t, trust, err)
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, exit := range map[string]int{"sealed": 0, "altered": 1} {
		bundle := sealed
		if exit == 1 {
			bundle = bytes.Replace(sealed, []byte(`"tier":"gold"`), []byte(`"tier":"iron"`), 1)
		}
		file := filepath.Join(folder, name+".execert")
		must(t, 0, os.WriteFile(file, bundle, 0o600))
		ours, err := CheckFile(ctx, file, trust, &CheckOptions{Now: now})
		must(t, ours, err)
		theirs := ended(t, tool(t, python, "-c", "import sys, execert\n"+
			"report = execert.check(sys.argv[1], execert.Trust([sys.argv[2]]), now='2030-01-01T00:00:00.000Z')\n"+
			"print(report.to_json().decode())", file, pem), 0)
		if theirs != string(ours.JSON()) || ours.Exit != exit {
			t.Errorf("%s: the whole report is the same:\n%s\n%s", name, theirs, ours.JSON())
		}
		// The lines are those of the command.
		cmd := tool(t, command, "verify", filepath.Base(file), "--trust", "acme.pub", "--plain", "--at",
			"2030-01-01T00:00:00.000Z")
		cmd.Dir = folder
		told, _, _ := strings.Cut(ended(t, cmd, exit), "\n  checked by")
		lines, _, _ := strings.Cut(ours.Plain(), "\n  checked by")
		if told != lines || !strings.Contains(lines, "not shown") {
			t.Errorf("%s:\n%s\n%s", name, told, lines)
		}
	}
}

func TestSealedByPythonAndTheCommandVerifiedInGo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	folder := t.TempDir()
	ended(t, tool(t, python, "-c", `
import sys, execert
folder = sys.argv[1]
key = execert.Key.generate()
open(folder + "/acme.pub", "w").write(key.public_pem)
with execert.Recorder(folder + "/p.ledger", key=key) as recorder:
    with recorder.run("r", {"word": "é😀", "n": 1e21}) as run:
        run.tool("t", {"a": 1}, call=lambda a: {"tier": "gold"})
    run.save(folder + "/p.execert")
`, folder), 0)
	trust, err := NewTrust(TrustOptions{Keys: []TrustKey{{File: filepath.Join(folder, "acme.pub")}}})
	must(t, trust, err)
	report, err := VerifyFile(ctx, filepath.Join(folder, "p.execert"), trust, nil)
	if must(t, report, err); report.Verdict != VerdictIntactWarnings {
		t.Error(report)
	}
	altered := bytes.Replace(readFile(t, folder, "p.execert"), []byte(`"tier":"gold"`), []byte(`"tier":"iron"`), 1)
	if _, err = Verify(ctx, altered, trust, nil); !errors.Is(err, ErrUntrusted) || !errors.Is(err, CodeContentChanged) {
		t.Error(err)
	}
	for _, args := range [][]string{{"init"}, {"run", "--ledger", "acme.ledger", "--key", "recorder.key", "--", "true"}} {
		cmd := tool(t, command, args...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Join(folder, "config"))
		ended(t, cmd, 0)
	}
	key, err := LoadKey(filepath.Join(folder, "recorder.key"))
	recorder, err2 := Open(filepath.Join(folder, "acme.ledger"), Options{Key: must(t, key, err)})
	must(t, recorder, err2)
	defer recorder.Close()
	for entry, err := range recorder.Runs(ctx, RunQuery{}) {
		must(t, entry, err)
		bundle, err := recorder.Bundle(ctx, Selection{Runs: []string{entry.ID}})
		report, err2 := Verify(ctx, must(t, bundle, err), trustIn(t, key), nil)
		must(t, report, err2)
		return
	}
	t.Error("the command recorded no run")
}

func TestOneLedgerWrittenInTurnsByGoAndPython(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	folder := t.TempDir()
	key := newKeyFor(t)
	must(t, 0, key.Save(filepath.Join(folder, "r.key")))
	recorder, err := Open(filepath.Join(folder, "acme.ledger"), Options{Key: key})
	must(t, recorder, err)
	defer recorder.Close()
	theirs := tool(t, python, "-c", `
import sys, execert
folder = sys.argv[1]
with execert.Recorder(folder + "/acme.ledger", key=execert.Key.load(folder + "/r.key")) as recorder:
    for n in range(20):
        recorder.note("python", text=str(n))
`, folder)
	must(t, 0, theirs.Start())
	for range 20 {
		record, err := recorder.Note(ctx, "go", map[string]any{"text": "by Go"})
		must(t, record, err)
	}
	must(t, 0, theirs.Wait())
	bundle, err := recorder.Bundle(ctx, Selection{Chain: true})
	report, err2 := Check(ctx, must(t, bundle, err), trustIn(t, key), &CheckOptions{AllowOpen: true})
	notes := 0
	for _, one := range records(t, bundle) {
		if one.Kind == "note" {
			notes++
		}
	}
	if must(t, report, err2); report.Exit != 0 || notes != 40 {
		t.Error(notes, report)
	}
}

const inPython = `
import sys
from execert import Denied, Key, Recorder, _execert
folder = sys.argv[1]
_execert._repeat(4471)
key = Key.generate()
policy = {
    "policy": 1, "default": "deny",
    "rules": [{"id": "all", "tool": "crm.*", "verdict": "allow"}, {"id": "models", "tool": "gpt-*",
	"verdict": "allow"}],
}
with Recorder(folder + "/acme.ledger", key=key, policy=policy, tenant="acme", redact_names=["password"]) as recorder:
    run = recorder.run("refund-4471", {"order": "o-9", "password": "hunter2"}, thread="t1")
    items = [1, 1.5, 1e21, -0.0, None, True, "é😀"]
    run.tool("crm.lookup", {"customer": "c-17", "list": items}, call=lambda customer, list: {"tier": "gold"})
    try:
        run.tool("rm", {"path": "/"}, call=lambda path: 1)
    except Denied:
        pass
    with run.step("parse", {"b": 2, "a": {"z": 1, "y": []}}) as step:
        step.output = {"ok": True}
    run.model("gpt-4.1", {"messages": [{"role": "user", "content": "hi"}]}, call=lambda messages: "hello",
	provider="openai")
    run.note("checked", text="by hand")
    run.output = {"tier": "gold"}
    run.close()
    run.save(folder + "/run.execert")
    recorder.seal()
    recorder.export(folder + "/chain.execert", chain=True)
`

// repeated records the run of inPython, with clock and randomness that repeat. Nothing else of the process may record
// meanwhile: it is run as a child.
func repeated(folder string) error {
	ctx := context.Background()
	repeat(4471)
	key, err := GenerateKey()
	if err != nil {
		return err
	}
	policy := &Policy{Default: Deny, Rules: []Rule{
		{ID: "all", Tool: "crm.*", Verdict: Allow}, {ID: "models", Tool: "gpt-*", Verdict: Allow},
	}}
	recorder, err := Open(filepath.Join(folder, "acme.ledger"), Options{
		Key: key, Policy: policy, Tenant: "acme", RedactNames: []string{"password"},
	})
	if err != nil {
		return err
	}
	defer recorder.Close()
	type object = map[string]any
	given := object{"order": "o-9", "password": "hunter2"}
	run, err := recorder.DoWith(ctx, "refund-4471", given, RunOptions{Thread: "t1"},
		func(ctx context.Context, run *Run) (any, error) {
			list := []any{1, 1.5, 1e21, math.Copysign(0, -1), nil, true, "é😀"}
			found, err := Tool(ctx, run, "crm.lookup", object{"customer": "c-17", "list": list},
				func(context.Context, object) (object, error) {
					return object{"tier": "gold"}, nil
				})
			if err != nil {
				return nil, err
			}
			if _, err = Tool(ctx, run, "rm", object{"path": "/"}, func(context.Context, object) (int, error) {
				return 1, nil
			}); !errors.Is(err, ErrDenied) {
				return nil, errors.Join(errors.New("it was not refused"), err)
			}
			if _, err = StepDo(ctx, run, "parse", json.RawMessage(`{"b":2,"a":{"z":1,"y":[]}}`),
				func(context.Context, json.RawMessage) (object, error) {
					return object{"ok": true}, nil
				}); err != nil {
				return nil, err
			}
			messages := object{"messages": []object{{"role": "user", "content": "hi"}}}
			if _, err = ModelWith(ctx, run, "gpt-4.1", messages, StepOptions{Provider: "openai"},
				func(context.Context, object) (string, error) {
					return "hello", nil
				}); err != nil {
				return nil, err
			}
			_, err = run.Note(ctx, "checked", object{"text": "by hand"})
			return found, err
		})
	if err != nil {
		return err
	}
	if _, err = run.Save(ctx, filepath.Join(folder, "run.execert")); err != nil {
		return err
	}
	if _, err = recorder.Seal(ctx); err != nil {
		return err
	}
	_, err = recorder.Export(ctx, filepath.Join(folder, "chain.execert"), Selection{Chain: true})
	return err
}

func TestTheSameRunWithFixedSeedsIsTheSameBytes(t *testing.T) {
	t.Parallel()
	first, again, theirs := t.TempDir(), t.TempDir(), t.TempDir()
	for _, folder := range []string{first, again} {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "EXECERT_TEST_CHILD=repeat", "EXECERT_TEST_FOLDER="+folder)
		child.Stderr = os.Stderr
		ended(t, child, 0)
	}
	for _, name := range []string{"run.execert", "chain.execert"} {
		ours := readFile(t, first, name)
		if len(ours) < 5_000 || bytes.Contains(ours, []byte("hunter2")) || !bytes.Equal(readFile(t, again, name), ours) {
			t.Errorf("%s: Go twice", name)
		}
	}
	ended(t, tool(t, python, "-c", inPython, theirs), 0)
	for _, name := range []string{"run.execert", "chain.execert"} {
		if !bytes.Equal(readFile(t, theirs, name), readFile(t, first, name)) {
			t.Errorf("%s: Go and Python", name)
		}
	}
}
