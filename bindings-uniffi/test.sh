#!/usr/bin/env bash
# The tests of the JVM library, against the jar as it was built; without Java and Maven they count as one that was skipped.
#   bindings-uniffi/test.sh [PATTERN]    only classes whose name matches
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -f build/jvm/classpath ] || ! command -v java >/dev/null; then
  echo "Java 17 and Maven are not installed here, so the JVM library was not built"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
jar="$(echo build/jvm/target/execert-*[0-9].jar)"
exec java -Xss512k -Dexecert.root="$PWD" -cp "$jar:build/jvm/target/test-classes:$(cat build/jvm/classpath)" \
  dev.execert.RunnerKt "$@"
