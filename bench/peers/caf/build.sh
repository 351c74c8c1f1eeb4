#!/usr/bin/env bash
# Builds the CAF peer into OUTPUT_DIR and leaves OUTPUT_DIR/peer.
set -euo pipefail

if [[ $# -ne 1 ]]; then
  echo "usage: build.sh OUTPUT_DIR" >&2
  exit 2
fi
if ! command -v g++ >/dev/null; then
  echo "CAF peer: g++ is missing; install it (Debian: g++)" >&2
  exit 3
fi
# 0.18 replaced the atoms that the messages of this program are made of.
version='CAF_VERSION / 100 == 17'
if ! printf '#include <caf/config.hpp>\n#if !(%s)\n#error\n#endif\n' "$version" |
  g++ -E -x c++ - >/dev/null 2>&1; then
  echo "CAF peer: CAF 0.17 is missing; install it (Debian: libcaf-dev)" >&2
  exit 3
fi

mkdir -p "$1"
output=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
g++ -std=c++17 -O3 -DNDEBUG -march=native -Wall -Wextra -Werror -pthread \
  src/*.cpp -o "$output/peer" -lcaf_core
