#!/usr/bin/env bash
# Builds the Go peer into OUTPUT_DIR and leaves OUTPUT_DIR/peer.
set -euo pipefail

if [[ $# -ne 1 ]]; then
  echo "usage: build.sh OUTPUT_DIR" >&2
  exit 2
fi
if ! command -v go >/dev/null; then
  echo "Go peer: go is missing; install Go 1.19 or newer (Debian: golang-go)" >&2
  exit 3
fi

mkdir -p "$1"
output=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
# No version stamp: it would ask git, which need not be there.
go build -buildvcs=false -o "$output/peer" .
