#!/usr/bin/env bash
# The tests of the npm package; without Node they count as one that was skipped.
cd "$(dirname "$0")/../.."
if [ ! -d build/node/node_modules/execert ]; then
  echo "Node 20 is not installed here, so the npm package was not built"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
exec node bindings-node/test/run.mjs
