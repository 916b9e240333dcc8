#!/usr/bin/env bash
# The tests of the Go module; without Go they count as one that was skipped.
#   bindings-go/test.sh          all of them
#   bindings-go/test.sh quick    without the race detector, the checks of cgo and the fuzzing
set -uo pipefail
cd "$(dirname "$0")"
top="$(cd .. && pwd)" build="$top/build/go"
if ! command -v go >/dev/null || [ "$(printf '%s\n' go1.26 "$(go env GOVERSION)" | sort -V | head -1)" != go1.26 ]; then
  echo "Go 1.26 is not installed here"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
"$top/scripts/setup-c" test || exit 1
export PKG_CONFIG_PATH="$top/build/c/lib/pkgconfig"
export LD_LIBRARY_PATH="$top/build/c/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
# Nothing is fetched but what the tools need, which their go.sum names.
export GOFLAGS=-mod=readonly GOTOOLCHAIN=local
mkdir -p "$build"
events="$build/events.json" passed=0 failed=0
: >"$events"

# check WHAT COMMAND...: one test, which says something only if it fails
check() {
  local what="$1" said
  shift
  if said="$("$@" 2>&1)"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s\n%s\n' "$what" "$said"
  fi
}
# run WHAT ARGUMENTS...: go test, counted by its events; -count=1, since Go does not see that the C library changed
run() {
  local what="$1"
  shift
  echo "$what" >&2
  go test -json -count=1 -tags execert_testing "$@" >>"$events" || true
}
formatted() { [ -z "$(gofmt -l . "$top"/examples/*-go "$top"/examples/*/go)" ]; }

check "gofmt: run gofmt -w" formatted
check "go vet" go vet -tags execert_testing ./...
check "go vet of what users get" go vet ./...
if (cd tools && go build -o "$build/staticcheck" honnef.co/go/tools/cmd/staticcheck); then
  check "staticcheck" "$build/staticcheck" -tags execert_testing ./...
else
  failed=$((failed + 1))
fi
run "tests" .
if [ "${1:-}" != quick ]; then
  run "tests of threads, under the race detector" -race \
    -run 'Goroutines|Recorded|Contexts|Panic|Forgotten|Programs|Closed|Gated' .
  GOEXPERIMENT=cgocheck2 run "tests of pointers, checked" \
    -run 'Recorded|Closed|Redact|Trust|Keys|FormsOfRecords|Conversion' .
  run "fuzzing of values" -run '^$' -fuzz FuzzValue -fuzztime 2000x .
  run "fuzzing of the verifier" -run '^$' -fuzz FuzzCheck -fuzztime 2000x .
fi

# What the events say: tests, and packages that ended without any. The output of what failed is shown.
python3 - "$events" "$passed" "$failed" <<'PY'
import collections, json, sys

counts = collections.Counter(passed=int(sys.argv[2]), failed=int(sys.argv[3]), skipped=0)
output, failures = collections.defaultdict(list), []
for line in open(sys.argv[1]):
    event = json.loads(line)
    name, action = event.get("Test"), event["Action"]
    place = (event.get("Package") or event.get("ImportPath"), name)
    if action in ("output", "build-output"):
        output[place].append(event["Output"])
    elif action == "start":
        output.clear()
    elif action in ("pass", "fail", "skip") and name:
        counts[{"pass": "passed", "fail": "failed", "skip": "skipped"}[action]] += 1
        if action != "pass":
            failures.append("".join(output[place]))
    elif action in ("fail", "build-fail"):
        counts["failed"] += 1
        failures.append("".join(output[place]))
print("".join(failures), end="")
print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
sys.exit(1 if counts["failed"] else 0)
PY
