#!/usr/bin/env bash
# Builds the tokio peer into OUTPUT_DIR and leaves OUTPUT_DIR/peer.
set -euo pipefail

if [[ $# -ne 1 ]]; then
  echo "usage: build.sh OUTPUT_DIR" >&2
  exit 2
fi
if ! command -v cargo >/dev/null; then
  echo "tokio peer: cargo is missing; install Rust 1.85 or newer (Debian: cargo-web)" >&2
  exit 3
fi
version=$(cargo --version | cut -d' ' -f2)
if [[ $(printf '%s\n' 1.85.0 "$version" | sort -V | head -n 1) != 1.85.0 ]]; then
  echo "tokio peer: cargo $version is too old; install Rust 1.85 or newer (Debian: cargo-web)" >&2
  exit 3
fi

mkdir -p "$1"
output=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
cargo build --quiet --release --locked --target-dir "$output/target"
cp "$output/target/release/peer" "$output/peer"
