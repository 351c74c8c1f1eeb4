#!/bin/bash
# build_bare.sh CARGO CRATE TARGET_DIR LIBRARY: compiles the crate and copies its shared library to
# LIBRARY.
set -euo pipefail
cargo=$1 crate=$2 target=$3 library=$4

mkdir -p "$target"
# As cmake/build_shim.sh, with which it shares the folder.
exec 9>"$target/.troupe-lock"
flock 9
env -u MAKEFLAGS -u RUSTFLAGS "$cargo" build --release --locked \
  --manifest-path "$crate/Cargo.toml" --target-dir "$target"
cp "$target/release/libtroupe_bench_bare_wasmtime.so" "$library.tmp"
mv "$library.tmp" "$library"
