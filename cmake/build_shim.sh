#!/bin/bash
# build_shim.sh CARGO CRATE TARGET_DIR LIBRARY: compiles the crate, copies its static library to
# LIBRARY and writes LIBRARY.d, by which ninja knows what it was made of.
set -euo pipefail
cargo=$1 crate=$2 target=$3 library=$4

mkdir -p "$target"
# Several builds share the folder: what is copied must be what this one compiled.
exec 9>"$target/.troupe-lock"
flock 9
# Ninja must not see cargo's own jobserver, nor cargo the flags of a surrounding cargo.
env -u MAKEFLAGS -u RUSTFLAGS "$cargo" build --release --locked \
  --manifest-path "$crate/Cargo.toml" --target-dir "$target"
cp "$target/release/libtroupe_engine_shim.a" "$library.tmp"
mv "$library.tmp" "$library"
sed "1s|^[^:]*:|$library:|" "$target/release/libtroupe_engine_shim.d" >"$library.d"
