#!/usr/bin/env bash
# Starts the Erlang peer: the number of schedulers is the start of CONFIG, and can only be given
# to the virtual machine before it runs.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

case "${2:-}" in
  2 | 2-*) schedulers=2 ;;
  *) schedulers=1 ;;
esac
# A crash dump in the current folder would help nobody.
export ERL_CRASH_DUMP_BYTES=0

# +P: the default of 262,144 processes is not enough for a million actors.
# logger_level: reports of the crashes that a row asks for would be part of its time.
exec erl +P 3000000 +S "$schedulers:$schedulers" -noshell -noinput -kernel logger_level none \
  -pa "$here/ebin" -s bench main -extra "$@"
