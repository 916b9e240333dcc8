#!/usr/bin/env bash
# Builds both libraries and lays them out under FOLDER as they are installed: include, lib, share.
#   bindings-c/package/build.sh PROFILE LEVEL FOLDER    LEVEL is `base`, or `test` for the hooks of the tests
set -euo pipefail
cd "$(dirname "$0")/../.."
profile="$1" level="$2" folder="$3"
target="${CARGO_TARGET_DIR:-$PWD/target}"
here=bindings-c/package
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)"
abi="$(sed -n 's/^#define EXECERT_ABI_VERSION //p' bindings-c/include/execert.h)"
stop() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2; exit 74; }
[ "$(uname -s)" = Linux ] || stop "the C library is packed on Linux only" "elsewhere: cargo build --release -p execert-c"
for tool in ld objcopy ar; do
  command -v "$tool" >/dev/null || stop "$tool is not installed" "install binutils, then run this again"
done

made="$folder.new"
rm -rf "$made"
mkdir -p "$made"/{include,lib/pkgconfig,lib/cmake/execert,share/man/man3,share/licenses/execert}

# Both builds leave files of the same names: each is taken away before the other begins.
features=(); [ "$level" != test ] || features=(--features testing)
cargo rustc --quiet --locked --profile "$profile" -p execert-c "${features[@]}" --lib --crate-type cdylib
objcopy --strip-unneeded "$target/$profile/libexecert_c.so" "$made/lib/libexecert.so.$version"
ln -s "libexecert.so.$version" "$made/lib/libexecert.so.$abi"
ln -s "libexecert.so.$abi" "$made/lib/libexecert.so"

# The static library is one object that shows the functions of the header and nothing else: a program can link it beside
# other Rust libraries, which bring the same runtime.
log="$made/native"
cargo rustc --quiet --locked --profile "$profile" -p execert-c --no-default-features --lib --crate-type staticlib \
  -- --print "native-static-libs=$log" 2> "$made/said" || { cat "$made/said" >&2; exit 1; }
rm "$made/said"
system="$(tr '\n' ' ' < "$log" | sed 's/ *$//')"
rm "$log"
sed -n 's/^\(.*[ *]\)\?\(execert_[a-z_]*\)(.*/\2/p' bindings-c/include/execert.h | sort -u > "$made/shown"
undefined=(); while read -r name; do undefined+=(-u "$name"); done < "$made/shown"
ld -r --gc-sections "${undefined[@]}" -o "$made/whole.o" "$target/$profile/libexecert_c.a"
objcopy --strip-debug --keep-global-symbols="$made/shown" -R .llvmbc -R .llvmcmd "$made/whole.o" "$made/execert.o"
ar crsD "$made/lib/libexecert.a" "$made/execert.o"
rm "$made/whole.o" "$made/execert.o" "$made/shown"

fill() { sed -e "s|@VERSION@|$version|g" -e "s|@ABI@|$abi|g" -e "s|@SYSTEM@|$system|g" "$1"; }
cp bindings-c/include/execert.h "$made/include/"
fill $here/execert.pc.in > "$made/lib/pkgconfig/execert.pc"
fill $here/execert-static.pc.in > "$made/lib/pkgconfig/execert-static.pc"
fill $here/execertConfig.cmake.in > "$made/lib/cmake/execert/execertConfig.cmake"
fill $here/execertConfigVersion.cmake.in > "$made/lib/cmake/execert/execertConfigVersion.cmake"
# The functions as the interface is frozen, without their arguments' names.
awk '$1 == "function" { sub(/^function /, ""); at = index($0, ": "); name = substr($0, 1, at - 1)
  rest = substr($0, at + 2); open = index(rest, "("); answer = substr(rest, 1, open - 1)
  if (answer !~ /[*]$/) answer = answer " "
  print ".BI \"" answer name substr(rest, open) ";\"" }' "bindings-c/abi/$abi.txt" > "$made/functions"
fill $here/execert.3.in | sed -e "/@FUNCTIONS@/{r $made/functions" -e 'd}' > "$made/share/man/man3/execert.3"
rm "$made/functions"
cp LICENSE-APACHE LICENSE-MIT "$made/share/licenses/execert/"
rm -rf "$folder"
mv "$made" "$folder"
