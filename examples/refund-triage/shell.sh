#!/usr/bin/env bash
# The refund case as shell commands: each is gated by a policy, recorded before it runs, and joined into one run.
#   examples/refund-triage/shell.sh [FOLDER]      needs the `execert` command on the path
set -euo pipefail
folder="${1:-$(mktemp -d)}"
mkdir -p "$folder"
cd "$folder"
export XDG_CONFIG_HOME="$PWD/config"

# A ledger made with a policy enforces it.
execert init --example refunds
cat > policy.json <<'POLICY'
{
  "policy": 1,
  "default": "deny",
  "rules": [
    {"id": "lookups", "tool": "crm-lookup", "verdict": "allow"},
    {"id": "refunds", "tool": "payments-refund", "verdict": "allow"},
    {"id": "no-deletion", "tool": "account-delete", "verdict": "deny", "reason": "destructive"}
  ]
}
POLICY

# Three small tools.
mkdir -p bin
printf '#!/bin/sh\necho "customer $1: gold"\n' > bin/crm-lookup
printf '#!/bin/sh\necho "refunded $2 for $1" | tee -a refunds.txt\n' > bin/payments-refund
printf '#!/bin/sh\necho "deleted $1" >> deleted.txt\n' > bin/account-delete
chmod +x bin/*

EXECERT_RUN="$(execert run open refund-triage)"
export EXECERT_RUN
execert run --policy policy.json -- bin/crm-lookup c-17
execert run --policy policy.json -- bin/payments-refund o-9 40
# The policy refuses this one: it does not run, the refusal is a record, and the exit code is 9.
code=0
execert run --policy policy.json -- bin/account-delete c-17 || code=$?
[ "$code" = 9 ] && [ ! -e deleted.txt ]
execert run close -o refund-triage.execert
unset EXECERT_RUN

execert show refund-triage.execert
execert verify refund-triage.execert
