#!/usr/bin/env bash
# Runs docs/guide/verify-without-us.sh against test vectors and looks at its exit code and what it says.
# Vectors: tests/vectors/golden, or the folder that EXECERT_VECTORS names.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
vectors=${EXECERT_VECTORS:-$top/tests/vectors/golden}
script=$top/docs/guide/verify-without-us.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

pem() { printf -- '-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n' "$1"; }
pem "$(jq -r '.keys[0].spki' "$vectors/bundle/six/trust.json")" >"$work/acme.pem"

# expect EXIT WORDS FILE [KEY]
expect() {
    local said code
    said=$("$script" "$3" "${4:-$work/acme.pem}" 2>&1)
    code=$?
    if [ $code = "$1" ] && grep -qF -- "$2" <<<"$said"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s: exit %s, wanted %s and "%s"\n%s\n' "$3" $code "$1" "$2" "$said"
    fi
}
vector() { expect "$1" "$2" "$vectors/$3/input.execert"; }

vector 0 "6 records: each signed by a key you gave" bundle/six
vector 0 "all 5 records, closed" bundle/run
vector 0 "sealed" bundle/good
vector 0 "withheld: only their digests are here" bundle/run-withheld
vector 0 "closed" bundle/runs
vector 1 "the signature does not fit" bundle/payload-changed_fail
vector 1 "is missing" bundle/record-removed_fail
vector 1 "records are missing" bundle/tail-cut_fail
vector 1 "a record of its run is missing before it" bundle/run-gap_fail
vector 1 "records are missing" bundle/run-truncated_fail
vector 1 "a run that the manifest does not have" bundle/run-foreign_fail
vector 1 "out of order" bundle/forked_fail
vector 1 "a record of its run is missing before it" bundle/run-forked_fail
vector 1 "signed by a key you did not give" bundle/outsider_fail
vector 1 "it does not follow the record before" bad/wrong-prev_fail
vector 1 "nothing on it" bad/blank-line_fail
vector 1 "a chain or tenant that the manifest does not have" bad/foreign-tenant_fail
vector 3 "NOT SEALED" bundle/open-end_fail
vector 3 "STILL OPEN" bundle/run-open_fail
vector 3 "retired or revoked" control/run-retired-later

# A key that signed nothing here.
openssl genpkey -algorithm ed25519 -out "$work/other.key" 2>/dev/null
openssl pkey -in "$work/other.key" -pubout -out "$work/other.pem" 2>/dev/null
expect 1 "signed by a key you did not give" "$vectors/bundle/six/input.execert" "$work/other.pem"
openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 2>/dev/null | openssl pkey -pubout -out "$work/p256.pem"
expect 2 "not an Ed25519 key" "$vectors/bundle/six/input.execert" "$work/p256.pem"

# Every line in turn changed in one letter of its payload, dropped, and doubled.
while IFS= read -r number; do
    awk -v at="$number" 'NR == at { i = index($0, "\"payload\":\"") + 200; $0 = substr($0, 1, i - 1) (substr($0, i, 1) == "A" ? "B" : "A") substr($0, i + 1) } { print }' \
        "$vectors/bundle/six/input.execert" >"$work/changed"
    expect 1 "[x]" "$work/changed"
    awk -v at="$number" 'NR != at' "$vectors/bundle/six/input.execert" >"$work/dropped"
    expect 1 "[x]" "$work/dropped"
    awk -v at="$number" '{ print } NR == at { print }' "$vectors/bundle/six/input.execert" >"$work/doubled"
    expect 1 "[x]" "$work/doubled"
done < <(awk '/"payload":/ { print NR }' "$vectors/bundle/six/input.execert")

# A line in the middle that is no JSON: jq alone would pass over it.
awk 'NR == 3 { print "{" } { print }' "$vectors/bundle/six/input.execert" >"$work/broken"
expect 1 "cannot be read" "$work/broken"

# What a hostile file says never reaches the shell.
evil='a[$(touch '"$work"'/evil)]'
for member in seq digest chain; do
    jq -c --arg evil "$evil" --arg member "$member" '.[$member] = $evil' <<<'{"execert":"withheld/1","chain":"019cc320-58f8-7e6b-ae50-dc692b9ffc64","seq":6,"digest":"sha256:42f7bfbd19311ec6d4e83e0ef5ae7432f7e720b14cc81a06733d01d4d5591f38"}' |
        cat "$vectors/bundle/six/input.execert" - >"$work/hostile"
    expect 1 "a line cannot be read" "$work/hostile"
done
printf '{"execert":"material/1","type":"\\u001b]0;x\\u0007"}\n' | cat "$vectors/bundle/six/input.execert" - >"$work/hostile"
expect 1 "a line cannot be read" "$work/hostile"
if [ -e "$work/evil" ]; then
    failed=$((failed + 1))
    echo "FAILED: a bundle ran a command"
else
    passed=$((passed + 1))
fi

# Every command of the page, with the output that stands below it.
page=$work/page
mkdir "$page"
cp "$vectors/bundle/six/input.execert" "$page/refund-4471.execert"
cp "$work/acme.pem" "$script" "$page"
command="" wanted="" inside=no
try() {
    [ -n "$command" ] || return 0
    local said
    if said=$(cd "$page" && bash -c "$command" 2>&1) && { [ -z "$wanted" ] || [ "$said" = "${wanted%$'\n'}" ]; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED on the page: %s\n%s\n' "$command" "$said"
    fi
    command="" wanted=""
}
while IFS= read -r line; do
    case $line in
    '```console') inside=yes ;;
    '```') try && inside=no ;;
    '$ '*) if [ $inside = yes ]; then try && command=${line#'$ '}; fi ;;
    *) if [ $inside = yes ]; then wanted+=$line$'\n'; fi ;;
    esac
done <"$top/docs/guide/verify-without-us.md"

echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
