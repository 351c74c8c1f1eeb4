#!/usr/bin/env bash
# Builds the Erlang peer into OUTPUT_DIR and leaves OUTPUT_DIR/peer.
set -euo pipefail

if [[ $# -ne 1 ]]; then
  echo "usage: build.sh OUTPUT_DIR" >&2
  exit 2
fi
if ! command -v erl >/dev/null || ! command -v erlc >/dev/null; then
  echo "Erlang peer: erlc is missing; install Erlang/OTP 25 or newer (Debian: erlang-base)" >&2
  exit 3
fi

mkdir -p "$1/ebin"
output=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
erlc -Werror -o "$output/ebin" src/*.erl
install -m 755 launcher.sh "$output/peer"
