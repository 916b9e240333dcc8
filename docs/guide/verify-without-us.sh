#!/usr/bin/env bash
# Checks an execert bundle without execert: openssl, jq, base64, sha256sum, xxd.
#
#   verify-without-us.sh BUNDLE KEY.pem [KEY.pem …]
#
# KEY.pem: the signer's public key, got by another route than the bundle. What this checks and what it does not is
# explained, step by step, in verify-without-us.md and printed at the end.
#
# Exit: 0 every check held · 1 one did not · 2 usage · 3 what was checked held, and the rest only a full checker can judge
set -euo pipefail
export LC_ALL=C

if [ $# -lt 2 ]; then
    echo "usage: verify-without-us.sh BUNDLE KEY.pem [KEY.pem …]" >&2
    exit 2
fi
bundle=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

wrong() { echo "[x] $*"; echo "    do not rely on this copy; ask the sender for the original"; exit 1; }
unjudged() { echo "[?] $*"; echo "    this script cannot judge it; use a full checker"; exit 3; }

# Whatever comes out of the file is held to its form before the shell sees it, so that it can do no more than be wrong.
forms='
  def form(name; re): if type == "string" and test("^(" + re + ")$") then . else error(name) end;
  def id: form("uuid"; "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  def digest: form("digest"; "sha256:[0-9a-f]{64}");
  def word: form("ident"; "[A-Za-z0-9_][A-Za-z0-9_.:/@+#=-]{0,199}");
  def b64: form("base64"; "[A-Za-z0-9+/]+={0,2}");
  def int: if type == "number" and . >= 0 and . == floor and . <= 9007199254740991 then . else error("int") end;
  def or_none(f): if . == null then "-" else f end;
'
# A file through such a filter into rows, or the end.
rows() { # $1 filter, $2 from, $3 to, $4 what to call it, and options
    # jq's exit code is that of its last input, so what it says counts too.
    if ! jq -r "${@:5}" "$forms $1 | map(tostring) | @tsv" "$2" >"$3" 2>"$work/why" || [ -s "$work/why" ]; then
        wrong "$4 cannot be read: $(head -n 1 "$work/why" | tr -cd '[:print:]' | cut -c1-160)"
    fi
}

hash_hex() { xxd -r -p | sha256sum | cut -c1-64; } # hex in, hex out
leaf() { printf '00%s' "$1" | hash_hex; }
node() { printf '01%s%s' "$1" "$2" | hash_hex; }

# --- the keys: keyid = base64(SHA-256(SPKI DER)) ------------------------------------------------------------------
declare -A key_file
for pem in "$@"; do
    openssl pkey -pubin -in "$pem" -outform DER -out "$work/spki" 2>/dev/null || { echo "$pem: no public key" >&2; exit 2; }
    [ "$(head -c 12 "$work/spki" | xxd -p)" = 302a300506032b6570032100 ] || { echo "$pem: not an Ed25519 key" >&2; exit 2; }
    keyid=$(openssl dgst -sha256 -binary "$work/spki" | base64 -w0)
    key_file[$keyid]=$pem
    echo "key   $keyid  ($pem)"
done

# --- the lines: one JSON object each ------------------------------------------------------------------------------
# One row per line: what it is, payload, signatures, and for a withheld record its place and digest.
rows '
  if test("^\\s*$") then error("nothing on it") else fromjson end
  | if type != "object" then error("no object") else . end
  | if has("payload") then
      if .payloadType != "application/vnd.in-toto+json" then error("payloadType") else . end
      | ["envelope", (.payload | b64), ([.signatures[] | (.keyid | b64) + "," + (.sig | b64)] | join(";") | if . == "" then "-" else . end),
         "-", "-", "-", "-", "-"]
    elif .execert == "withheld/1" then
      ["withheld", "-", "-", (.chain | id), (.seq | or_none(int)), (.digest | digest), (.run.id | or_none(id)), (.run.seq | or_none(int))]
    elif .execert == "material/1" then ["material", (.type | word), "-", "-", "-", "-", "-", "-"]
    else error("unknown line") end' "$bundle" "$work/rows" "a line" -R

# --- one envelope: signature over DSSE's PAE, digest of the payload -----------------------------------------------
# Sets: digest, and $work/payload. $1 payload, $2 signatures, $3 what to call it
open_envelope() {
    printf '%s' "$1" | base64 -d >"$work/payload" 2>/dev/null || wrong "$3: the payload is not base64"
    digest=$(sha256sum <"$work/payload" | cut -c1-64)
    # PAE: "DSSEv1" SP length(type) SP type SP length(payload) SP payload
    { printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c <"$work/payload" | tr -d ' ')"; cat "$work/payload"; } >"$work/pae"
    local signer own=no pair keyid
    rows '[.predicate.key | b64]' "$work/payload" "$work/signer" "$3"
    signer=$(cat "$work/signer")
    [ -n "${key_file[$signer]:-}" ] || wrong "$3: signed by a key you did not give ($signer)"
    local pairs=()
    [ "$2" = - ] || IFS=';' read -ra pairs <<<"$2"
    for pair in "${pairs[@]}"; do
        keyid=${pair%%,*}
        if [ -z "${key_file[$keyid]:-}" ]; then
            other_signatures=$((other_signatures + 1))
            continue
        fi
        printf '%s' "${pair#*,}" | base64 -d >"$work/sig" 2>/dev/null || wrong "$3: a signature is not base64"
        openssl pkeyutl -verify -rawin -pubin -inkey "${key_file[$keyid]}" -in "$work/pae" -sigfile "$work/sig" \
            >/dev/null 2>&1 || wrong "$3: the signature does not fit"
        [ "$keyid" = "$signer" ] && own=yes
    done
    [ $own = yes ] || wrong "$3: no signature by the key it names"
}

# --- the manifest -------------------------------------------------------------------------------------------------
other_signatures=0
IFS=$'\t' read -r what payload signatures _ <"$work/rows" || true
[ "${what:-}" = envelope ] || wrong "line 1 is no manifest"
open_envelope "$payload" "$signatures" "the manifest"
[ "$(jq -r '.predicateType' "$work/payload")" = https://execert.dev/bundle/v1 ] || wrong "line 1 is no manifest"
cp "$work/payload" "$work/manifest"
bundle_hash=$digest
rows '[.predicate.scope | word], [.predicate.records.count | int], [.predicate.records.root | "sha256:" + . | digest],
      [.subject[0].digest.sha256 | "sha256:" + . | digest], [.predicate.revocations // [] | length]' "$work/manifest" "$work/totals" "the manifest"
{ read -r scope; read -r want_count; read -r want_root; read -r subject; read -r revocations; } <"$work/totals"
[ "$revocations" = 0 ] || unjudged "keys of this chain were retired or revoked"

# What has to be here: of each chain (scope chain) or run (scope runs) its first and last number, its head, its end.
declare -A chain_tenant first_seq
rows '.predicate.chains[] | [(.id | id), (.tenant | word), (.first | or_none(int))]' "$work/manifest" "$work/chains" "the manifest"
while IFS=$'\t' read -r id tenant first; do chain_tenant[$id]=$tenant first_seq[$id]=$first; done <"$work/chains"
if [ "$scope" = runs ]; then
    rows '.predicate.runs[] | [(.id | id), 0, (.records | int - 1), (.head | digest), .closed == true]' "$work/manifest" "$work/ends" "the manifest"
else
    rows '.predicate.chains[] | [(.id | id), (.first | int), (.last | int), (.head | digest), .sealed == true]' "$work/manifest" "$work/ends" "the manifest"
fi
[ -s "$work/ends" ] || wrong "the manifest names no chain and no run"

# --- the records --------------------------------------------------------------------------------------------------
declare -A chain_seq chain_digest chain_kind run_seq run_digest run_kind skipped
count=0 withheld=0 stack=()
line=1
while IFS=$'\t' read -r what payload signatures chain seq named run rseq; do
    line=$((line + 1))
    prev=- rprev=- kind=-
    case $what in
    material)
        skipped[$payload]=$((${skipped[$payload]:-0} + 1))
        continue
        ;;
    withheld)
        digest=${named#sha256:} kind=withheld
        withheld=$((withheld + 1))
        ;;
    envelope)
        printf '%s' "$payload" | base64 -d >"$work/payload" 2>/dev/null || wrong "line $line: the payload is not base64"
        rows '[.predicateType | word]' "$work/payload" "$work/type" "line $line"
        type=$(cat "$work/type")
        [ "$type" != https://execert.dev/bundle/v1 ] || wrong "line $line: a second manifest"
        if [ "$type" != https://execert.dev/record/v1 ]; then
            skipped[document]=$((${skipped[document]:-0} + 1))
            continue
        fi
        open_envelope "$payload" "$signatures" "line $line"
        rows '.predicate | [(.chain.id | id), (.chain.seq | int), (.chain.prev | or_none(digest)), (.run.id | or_none(id)),
              (.run.seq | or_none(int)), (.run.prev | or_none(digest)), (.kind | word), (.tenant | word)]' "$work/payload" "$work/row" "line $line"
        IFS=$'\t' read -r chain seq prev run rseq rprev kind tenant <"$work/row"
        case $kind in key.*) unjudged "line $line: $kind: keys change in this chain" ;; esac
        [ "${chain_tenant[$chain]:-}" = "$tenant" ] || wrong "line $line: a record of a chain or tenant that the manifest does not have"
        ;;
    esac
    where="line $line, record $seq"
    [ -n "${chain_tenant[$chain]:-}" ] || wrong "$where: the manifest does not have its chain"

    # Order: seq grows; without a hole prev is the digest of the record before; so in each run.
    if [ "$seq" != - ]; then
        last=${chain_seq[$chain]:-}
        if [ -n "$last" ] && [ "$seq" -le "$last" ]; then wrong "$where: out of order"; fi
        if [ "$scope" = chain ]; then
            [ "$seq" = "$((${last:-${first_seq[$chain]} - 1} + 1))" ] || wrong "$where: a record before it is missing"
        fi
        if [ "$kind" != withheld ] && [ -n "$last" ] && [ "$seq" = $((last + 1)) ] && [ -n "${chain_digest[$chain]}" ]; then
            [ "$prev" = "sha256:${chain_digest[$chain]}" ] || wrong "$where: it does not follow the record before (chain.prev)"
        fi
        chain_seq[$chain]=$seq chain_digest[$chain]=$digest chain_kind[$chain]=$kind
    else
        chain_digest[$chain]="" # a withheld record of a run says no seq
    fi
    if [ "$run" != - ]; then
        last=${run_seq[$run]:-}
        if [ "$scope" = runs ] || [ -n "$last" ]; then
            [ "$rseq" = "$((${last:--1} + 1))" ] || wrong "$where: a record of its run is missing before it"
            if [ "$kind" != withheld ] && [ -n "$last" ]; then
                [ "$rprev" = "sha256:${run_digest[$run]}" ] || wrong "$where: it does not follow the record before in its run (run.prev)"
            fi
        fi
        run_seq[$run]=$rseq run_digest[$run]=$digest run_kind[$run]=$kind
    elif [ "$scope" = runs ]; then
        wrong "$where: it belongs to no run"
    fi

    # The tree, as the records come: two of one size are joined at once.
    hash=$(leaf "$digest") size=1
    while [ ${#stack[@]} -gt 0 ] && [ "${stack[-1]%%:*}" = $size ]; do
        hash=$(node "${stack[-1]#*:}" "$hash") size=$((size * 2))
        unset 'stack[-1]'
    done
    stack+=("$size:$hash")
    count=$((count + 1))
done < <(tail -n +2 "$work/rows")

[ $count -gt 0 ] || wrong "the file holds no records"
root=${stack[-1]#*:}
for ((at = ${#stack[@]} - 2; at >= 0; at--)); do root=$(node "${stack[at]#*:}" "$root"); done

# --- what the manifest says ---------------------------------------------------------------------------------------
[ "$want_count" = $count ] || wrong "the manifest counts $want_count records; here are $count: records are missing or were added"
[ "$want_root" = "sha256:$root" ] || wrong "the records do not give the root that the manifest states"
[ "$subject" = "sha256:$root" ] || wrong "the manifest's subject is not its root"
state="" ends=0 open_end=no
while IFS=$'\t' read -r id first last head closed; do
    ends=$((ends + 1))
    if [ "$scope" = runs ]; then
        [ "${run_seq[$id]:-}" = "$last" ] || wrong "run $id: not all of its records are here"
        [ "sha256:${run_digest[$id]}" = "$head" ] || wrong "run $id: its last record is not the one the manifest names"
        if [ "$closed" = true ]; then
            [ "${run_kind[$id]}" = run.end ] || wrong "run $id: it is said to be closed and does not end in run.end"
            state+="run $id: all $((last + 1)) records, closed"$'\n'
        else
            open_end=yes state+="run $id: $((last + 1)) records, STILL OPEN: later ones may exist"$'\n'
        fi
    else
        [ "${chain_seq[$id]:-}" = "$last" ] || wrong "chain $id: records up to $last should be here"
        [ "sha256:${chain_digest[$id]}" = "$head" ] || wrong "chain $id: its last record is not the one the manifest names"
        [ "$first" = 0 ] || open_end=yes state+="chain $id: its beginning, before record $first, is not in this file"$'\n'
        if [ "$closed" = true ]; then
            [ "${chain_kind[$id]}" = chain.seal ] || wrong "chain $id: it is said to be sealed and does not end in chain.seal"
            state+="chain $id: records $first to $last, sealed"$'\n'
        else
            open_end=yes state+="chain $id: records $first to $last, NOT SEALED: later ones may exist"$'\n'
        fi
    fi
done <"$work/ends"
[ "$scope" != runs ] || [ ${#run_seq[@]} = $ends ] || wrong "here are records of a run that the manifest does not have"

echo "[ok] $count records: each signed by a key you gave, in unbroken order, and exactly those the manifest names"
printf '     %s\n' "${state%$'\n'}"
echo "     bundle sha256:$bundle_hash"
[ $withheld = 0 ] || echo "[!] $withheld of them withheld: only their digests are here"
echo "NOT CHECKED by this script:"
echo "  - the content beside the records: whether it is what was committed to"
echo "  - witnesses, timestamps, revocation lists: whether anyone else saw this, and when"
echo "  - rules of the format: canonical JSON, names used twice, members, kinds, pairs of intent and outcome, totals of run.end"
for name in "${!skipped[@]}"; do echo "  - ${skipped[$name]} line(s) of $name"; done
[ $other_signatures = 0 ] || echo "  - $other_signatures signature(s) by keys you did not give"
echo "NOT SHOWN by any checker: that outputs are right, that inputs are true, that nothing else ran, who holds the key"
[ $open_end = no ] || unjudged "the beginning or the end is not in this file; witnesses may show where it ends"
