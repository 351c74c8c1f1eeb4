#!/bin/bash
# check.sh CARGO TARGET_DIR: is wit/core-names.txt what wit/actor.wit says?
set -euo pipefail
cargo=$1 target=$2
root=$(cd "$(dirname "$0")/../.." && pwd)

# Not the flags of a surrounding build: other flags would compile everything again.
env -u MAKEFLAGS -u RUSTFLAGS "$cargo" build --quiet --release --locked \
  --manifest-path "$root/tools/witabi/Cargo.toml" --target-dir "$target"
if ! "$target/release/witabi" "$root/wit/actor.wit" full-actor |
  diff -u "$root/wit/core-names.txt" -; then
  echo "wit/core-names.txt is out of date. Write it anew:"
  echo "  witabi wit/actor.wit full-actor > wit/core-names.txt"
  exit 1
fi
