//go:build execert_testing

package execert

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// built is a program of the examples.
func built(t *testing.T, folder string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Dir = filepath.Join(top, "examples", folder)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

func TestExamples(t *testing.T) {
	t.Parallel()
	desk, audit := built(t, "refund-triage-go"), built(t, "offline-audit/go")
	folder := filepath.Join(t.TempDir(), "desk")
	out := ended(t, exec.Command(desk, folder), 0)
	for _, line := range []string{
		"payments_refund: refunded 40", "payments_refund: 9000 was refused", "verdict: intact-warnings",
		`waiting for the manager: payments_refund {"amount":900,"order":"o-9"}`,
		"noted by themselves:\n  crm_lookup c-17\n  payments_refund o-9 40\n  payments_refund o-9 900\n\n",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("%q is not in\n%s", line, out)
		}
	}
	trust, evidence := filepath.Join(folder, "acme.trust"), filepath.Join(folder, "refund-triage.execert")
	if out := ended(t, exec.Command(audit, trust, evidence), 0); !strings.Contains(out, "acme-refunds (your label)") {
		t.Error(out)
	}
	altered := filepath.Join(folder, "altered.execert")
	text := strings.Replace(string(readFile(t, evidence)), `"amount":900`, `"amount":901`, 1)
	must(t, 0, os.WriteFile(altered, []byte(text), 0o600))
	for path, exit := range map[string]int{
		altered: 1, filepath.Join(golden, "bundle/six/input.execert"): 3, filepath.Join(folder, "none"): 74, trust: 7,
	} {
		ended(t, exec.Command(audit, trust, evidence, path), exit)
	}
	ended(t, exec.Command(audit), 2)
}

// blocks are the code blocks of a page, by their language.
func blocks(page, language string) []string {
	var found []string
	for _, part := range strings.Split(page, "\n```"+language+"\n")[1:] {
		text, _, _ := strings.Cut(part, "\n```")
		found = append(found, text+"\n")
	}
	return found
}

// The first program of the README, in an empty folder, with nothing but what is installed: the C library somewhere
// else, and the module from a proxy, as a release puts it there.
func TestStranger(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	library, proxy, folder := filepath.Join(home, "usr"), filepath.Join(home, "proxy"), filepath.Join(home, "first")
	must(t, 0, os.CopyFS(library, os.DirFS(filepath.Join(top, "build", "c"))))
	publish(t, proxy)
	readme := string(readFile(t, "README.md"))
	program, told := blocks(readme, "go"), blocks(readme, "text")
	if len(program) != 1 || len(told) != 1 {
		t.Fatalf("%d programs, %d outputs", len(program), len(told))
	}
	must(t, 0, os.Mkdir(folder, 0o700))
	must(t, 0, os.WriteFile(filepath.Join(folder, "main.go"), []byte(program[0]), 0o600))
	for _, args := range [][]string{
		{"mod", "init", "example.com/first"}, {"get", "github.com/execert/execert/bindings-go"}, {"vet", "."}, {"run", "."},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "GOPROXY=file://"+proxy, "GONOSUMDB=*", "GONOSUMCHECK=1", "GOSUMDB=off",
			"GOFLAGS=-modcacherw",
			"GOMODCACHE="+filepath.Join(home, "cache"), "XDG_CONFIG_HOME="+home, "PKG_CONFIG_PATH="+filepath.Join(library,
				"lib", "pkgconfig"),
			"LD_LIBRARY_PATH="+filepath.Join(library, "lib"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		if args[0] == "run" && string(out) != told[0] {
			t.Errorf("it prints\n%s", out)
		}
	}
	report, err := VerifyFile(t.Context(), filepath.Join(folder, "refund-4471.execert"), trustIn(t), nil)
	if err == nil || report.Verdict != VerdictUnknownSigner {
		t.Error(report, err)
	}
}

// publish lays the module out as a proxy does.
func publish(t *testing.T, proxy string) {
	t.Helper()
	const module, version = "github.com/execert/execert/bindings-go", "v0.1.0"
	at := filepath.Join(proxy, filepath.FromSlash(module), "@v")
	must(t, 0, os.MkdirAll(at, 0o700))
	for name, text := range map[string]string{
		"list": version + "\n", version + ".info": `{"Version":"` + version + `"}`, version + ".mod": string(readFile(t,
			"go.mod")),
	} {
		must(t, 0, os.WriteFile(filepath.Join(at, name), []byte(text), 0o600))
	}
	file, err := os.Create(filepath.Join(at, version+".zip"))
	must(t, file, err)
	archive := zip.NewWriter(file)
	entries, err := os.ReadDir(".")
	for _, entry := range must(t, entries, err) {
		if entry.IsDir() {
			// Modules of their own, and corpora of the fuzzing.
			continue
		}
		to, err := archive.Create(module + "@" + version + "/" + entry.Name())
		_, err2 := must(t, to, err).Write(readFile(t, entry.Name()))
		must(t, 0, err2)
	}
	must(t, 0, archive.Close())
	must(t, 0, file.Close())
}
