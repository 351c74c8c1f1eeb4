#!/usr/bin/env python3
"""Counts the instructions of benchmark rows and compares them with a baseline.

A count does not depend on what else a machine does, so a change of 1 % is seen where time says
nothing. Each row runs twice under callgrind, with N and with 2 N operations; an operation has the
difference divided by N, so that what the program does once drops out.

callgrind shows every program the same CPU with AVX2 and without AVX-512, whatever the machine has;
the tunables below take from libc what would still differ. Counts of another compiler, of another
libc, or of a CPU without AVX2 are not compared. Rows of several threads have no steady counts.

  instructions.py PROGRAM                      compare with bench/instructions.json
  instructions.py PROGRAM --update             make what is counted now the baseline
  instructions.py PROGRAM --update --add call W10/sdk/0B 2000     with a new row of a block

Exit: 0 all is well or nothing could be compared (with --require that is 1 too); 1 a row has more
instructions than it may, or can't be counted; 2 wrong usage or files; 3 there is no valgrind.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import io
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BASELINE = pathlib.Path(__file__).resolve().parent.parent / "bench" / "instructions.json"
AT_ONCE = 2
RUN_SECONDS = 600
OPERATIONS_MAX = 10**9
# What callgrind's CPU has and others have not, or the other way round: libc's functions for memory
# and text must be the same everywhere.
TUNABLES = ("glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX512CD,-ERMS,-RTM:"
            "glibc.cpu.x86_non_temporal_threshold=0x200000")
# The program's path, its arguments and its environment stand on top of the stack: their length
# decides how what lies below is aligned. They are filled up to this.
STACK_TEXT_BYTES = 8192
IDENTITY = ("compiler", "libc")  # What must be the same for counts to be compared.

OK, WORSE, USAGE, NO_VALGRIND = range(4)


class Wrong(Exception):
    """What stands in the way, for people to read."""


@dataclasses.dataclass(frozen=True)
class Row:
    block: str
    id: str
    operations: int


# --- The baseline ----------------------------------------------------------------------------

def is_count(value):
    return (isinstance(value, (int, float)) and not isinstance(value, bool) and
            math.isfinite(value) and value > 0)


def row_of(block, row_id, operations):
    if not isinstance(block, str) or not block or not row_id:
        raise Wrong(f"row '{row_id}': it needs the name of its block")
    if not isinstance(operations, int) or isinstance(operations, bool) or \
            not 1 <= operations <= OPERATIONS_MAX:
        raise Wrong(f"row '{row_id}': from 1 to {OPERATIONS_MAX} operations can be counted")
    return Row(block, row_id, operations)


def parse_baseline(text):
    """{"compiler": ..., "libc": ..., "wasmtime": ..., "rows": {ID: {"block", "n",
    "instructions"}}}"""
    try:
        baseline = json.loads(text)
    except ValueError as error:
        raise Wrong(f"the baseline is no JSON: {error}") from error
    if not isinstance(baseline, dict) or not isinstance(baseline.get("rows"), dict):
        raise Wrong("the baseline has no 'rows'")
    for name in (*IDENTITY, "wasmtime"):
        if not isinstance(baseline.get(name), str):
            raise Wrong(f"the baseline has no '{name}'")
    for row_id, row in baseline["rows"].items():
        if not isinstance(row, dict) or not is_count(row.get("instructions")):
            raise Wrong(f"the baseline's row '{row_id}' has no instructions")
        row_of(row.get("block"), row_id, row.get("n"))
    return baseline


def rows_of(baseline, wanted):
    """The rows of the baseline with these ids, or all."""
    unknown = [row_id for row_id in wanted if row_id not in baseline["rows"]]
    if unknown:
        raise Wrong(f"the baseline has no row {', '.join(unknown)}")
    return [row_of(row["block"], row_id, row["n"]) for row_id, row in baseline["rows"].items()
            if not wanted or row_id in wanted]


def differences(baseline, identity):
    """Why counts of the two can't be compared; empty: they can."""
    return [f"{name}: the baseline is of '{baseline[name]}', this is '{identity[name]}'"
            for name in IDENTITY if baseline[name] != identity[name]]


def parse_share(text):
    """'1%' or '0.01'."""
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no share; say 1% or 0.01") from error
    if not 0 <= share < 1:  # Also for what is no number.
        raise argparse.ArgumentTypeError(f"'{text}' is not from 0% to below 100%")
    return share


# --- Judging ---------------------------------------------------------------------------------

def judge(baseline, counted, share):
    """Lines to show, and whether a row is worse. `counted`: by id, a number or why there is none.
    """
    lines, is_worse = [], False
    for row_id, now in counted.items():
        if not is_count(now):
            lines.append(f"FAILED  {row_id}: {now}")
            is_worse = True
            continue
        before = baseline["rows"][row_id]["instructions"]
        # Counts are exact: what stands at the limit in decimals must not fall beside it in binary.
        change = round(now / before - 1, 9)
        figures = f"{row_id}: {before:,.1f} -> {now:,.1f} instructions ({change:+.2%})"
        if change > share:
            lines.append(f"WORSE   {figures}, more than {share:.2%} over")
            is_worse = True
        elif change < -share:
            lines.append(f"better  {figures}; --update makes it the baseline")
        else:
            lines.append(f"same    {figures}")
    return lines, is_worse


def verdict(baseline, identity, counted, share, require):
    """The exit code, having shown why."""
    obstacles = differences(baseline, identity)
    if obstacles:
        for obstacle in obstacles:
            print(f"not compared: {obstacle}")
        print("`--update` with this compiler and libc makes a baseline that can be")
        return WORSE if require else OK
    if baseline["wasmtime"] != identity["wasmtime"]:
        print(f"note: the baseline is of {baseline['wasmtime']}, this is {identity['wasmtime']}")
    lines, is_worse = judge(baseline, counted, share)
    if not lines:
        print("not compared: there is no row")
        return WORSE if require else OK
    print("\n".join(lines))
    return WORSE if is_worse else OK


# --- Counting --------------------------------------------------------------------------------

def identity_of(text):
    """Of what `PROGRAM version --json` says."""
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Wrong(f"`version --json` says no JSON: {error}") from error
    if not isinstance(said, dict):
        raise Wrong("`version --json` says no object")
    missing = [name for name in IDENTITY if not isinstance(said.get(name), str)]
    if missing:
        raise Wrong(f"`version --json` does not say its {', '.join(missing)}")
    identity = {name: said[name] for name in IDENTITY}
    engine = said.get("wasmtime", said.get("engine"))
    return identity | {"wasmtime": engine if isinstance(engine, str) else "unknown"}


def collected(stderr):
    """The instructions that callgrind counted."""
    found = re.search(r"^==\d+== Collected : ([\d,]+)", stderr, re.MULTILINE) or \
        re.search(r"^==\d+== I\s+refs:\s+([\d,]+)", stderr, re.MULTILINE)
    if not found:
        last = stderr.strip().splitlines()[-1:] or ["nothing"]
        raise Wrong(f"callgrind tells no count; the last that it says: {last[0]}")
    return int(found[1].replace(",", ""))


def check_counts(stdout, row_id, operations):
    """The row itself must say that it did what was asked, and that nothing else ran."""
    said = {}
    for line in stdout.splitlines():
        try:
            report = json.loads(line)
        except ValueError:
            continue
        if isinstance(report, dict) and isinstance(report.get("id"), str):
            said[report["id"]] = report
    if row_id not in said:
        raise Wrong("the program says nothing of this row")
    others = [other for other in said if other != row_id]
    if others:
        raise Wrong(f"{', '.join(others)} ran too, so the instructions are not of this row alone")
    if said[row_id].get("failed"):
        raise Wrong(said[row_id]["failed"])
    if said[row_id].get("count") != operations:
        raise Wrong(f"{operations} operations were asked for, {said[row_id].get('count')} done")


def environment(command):
    """The same for every run, and long enough to fill up what the command is short of."""
    text = len(command[0]) + sum(len(word) + 1 for word in command)
    if text > STACK_TEXT_BYTES:
        raise Wrong(f"the program's path and arguments are longer than {STACK_TEXT_BYTES}")
    # One thread compiles guests: several share the work differently each time.
    return {"LC_ALL": "C", "GLIBC_TUNABLES": TUNABLES, "RAYON_NUM_THREADS": "1",
            "TROUPE_FILLING": "x" * (STACK_TEXT_BYTES - text)}


def run_once(valgrind, program, row, operations):
    command = [str(program), "bench", "measure", row.block, "--rows", row.id, "--exactly",
               str(operations)]
    try:
        done = subprocess.run(
            [valgrind, "--command-line-only=yes", "--tool=callgrind",
             "--callgrind-out-file=/dev/null", *command],
            env=environment(command), stdin=subprocess.DEVNULL, capture_output=True,
            timeout=RUN_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Wrong(f"it ran for more than {RUN_SECONDS} s; count fewer operations") from error
    stderr = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        said = [line for line in stderr.splitlines() if not line.startswith("==")][-3:]
        raise Wrong(f"the program ended with {done.returncode}: {' / '.join(said)}")
    check_counts(done.stdout.decode(errors="replace"), row.id, operations)
    return collected(stderr)


def per_operation(once, twice, operations):
    if twice <= once:
        raise Wrong(f"{operations} more operations took no more instructions ({once:,} and "
                    f"{twice:,})")
    return round((twice - once) / operations, 3)


def count(valgrind, program, row):
    """Instructions for each operation, or why they can't be counted."""
    try:
        once = run_once(valgrind, program, row, row.operations)
        twice = run_once(valgrind, program, row, 2 * row.operations)
        return per_operation(once, twice, row.operations)
    except Wrong as wrong:
        return str(wrong)


def count_all(valgrind, program, rows):
    with concurrent.futures.ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        counts = pool.map(lambda row: count(valgrind, program, row), rows)
        return {row.id: value for row, value in zip(rows, counts)}


def has_avx2():
    try:
        cpuinfo = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return re.search(r"^flags\s*:.*\bavx2\b", cpuinfo, re.MULTILINE) is not None


# --- Running ---------------------------------------------------------------------------------

def added_rows(additions):
    rows = []
    for block, row_id, operations in additions:
        if not re.fullmatch(r"[0-9]{1,10}", operations):
            raise Wrong(f"row '{row_id}': '{operations}' is no number of operations")
        rows.append(row_of(block, row_id, int(operations)))
    return rows


def update(path, baseline, identity, rows, counted):
    """Writes what was counted; rows that were not counted now keep what they have, as long as it
    is of the same compiler and libc."""
    failed = {row_id: why for row_id, why in counted.items() if not is_count(why)}
    for row_id, why in failed.items():
        print(f"FAILED  {row_id}: {why}")
    if failed:
        print("the baseline stays as it is")
        return WORSE
    kept = {} if differences(baseline, identity) else baseline["rows"]
    lost = [row_id for row_id in baseline["rows"] if row_id not in kept | counted]
    if lost:
        raise Wrong(f"the baseline is of another compiler or libc; count all rows, also "
                    f"{', '.join(lost)}")
    new = {row.id: {"block": row.block, "n": row.operations, "instructions": counted[row.id]}
           for row in rows}
    written = identity | {"rows": dict(sorted((kept | new).items()))}
    # Beside it first: an end in between leaves the old one.
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    os.replace(beside, path)
    print(f"{path}: {len(new)} rows counted, {len(written['rows'])} in all")
    return OK


def read_baseline(arguments):
    if arguments.baseline.exists():
        return parse_baseline(arguments.baseline.read_text(encoding="utf-8"))
    if arguments.update:
        return {name: "" for name in (*IDENTITY, "wasmtime")} | {"rows": {}}
    return None


def run(arguments):
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        print("instructions: there is no valgrind; on Debian `apt-get install valgrind` brings it",
              file=sys.stderr)
        return NO_VALGRIND
    program = pathlib.Path(arguments.program).resolve()
    if not os.access(program, os.X_OK) or not program.is_file():
        raise Wrong(f"{program} is no program; build it first")
    additions = added_rows(arguments.add)
    if additions and not arguments.update:
        raise Wrong("--add goes with --update")
    baseline = read_baseline(arguments)
    if baseline is None:
        print(f"not compared: there is no {arguments.baseline}")
        return WORSE if arguments.require else OK
    said = subprocess.run([program, "version", "--json"], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)
    if said.returncode != 0:
        raise Wrong(f"`{program} version --json` ended with {said.returncode}")
    identity = identity_of(said.stdout.decode(errors="replace"))
    # Nothing but the new rows is counted again when rows are added and none is named.
    chosen = [] if additions and not arguments.rows else rows_of(baseline, arguments.rows)
    rows = list({row.id: row for row in chosen + additions}.values())
    if not has_avx2():
        print("not compared: callgrind shows programs another CPU where this has no AVX2")
        return WORSE if arguments.require or arguments.update else OK
    if arguments.update:
        return update(arguments.baseline, baseline, identity, rows,
                      count_all(valgrind, program, rows))
    counted = {} if differences(baseline, identity) else count_all(valgrind, program, rows)
    return verdict(baseline, identity, counted, arguments.max_regress, arguments.require)


# --- Self-test -------------------------------------------------------------------------------

def self_test():
    with contextlib.redirect_stdout(io.StringIO()):  # What the tried functions show.
        failures = tried()
    for failure in failures:
        print(f"self-test: expected that {failure}", file=sys.stderr)
    print(f"instructions self-test: {len(failures)} failures")
    return 1 if failures else 0


def tried():
    """What is not as it should be."""
    failures = []

    def expect(condition, what):
        if not condition:
            failures.append(what)

    def refuses(what, call, *values):
        try:
            call(*values)
        except (Wrong, argparse.ArgumentTypeError):
            return
        failures.append(f"{what} is refused")

    same = {"compiler": "GNU 12.2.0", "libc": "glibc 2.36", "wasmtime": "48"}
    baseline = same | {"rows": {"W1": {"block": "call", "n": 100, "instructions": 1000.0}}}

    def ends_with(now, identity=None, require=False, share=0.01):
        return verdict(baseline, identity or same, now, share, require)

    expect(ends_with({"W1": 1011.0}) == WORSE, "+1.1 % fails")
    expect(ends_with({"W1": 1010.0}) == OK, "+1 % passes")
    expect(ends_with({"W1": 1009.0}) == OK, "+0.9 % passes")
    expect(ends_with({"W1": 1011.0}, share=0.02) == OK, "another limit counts")
    expect(ends_with({"W1": 500.0}) == OK, "fewer instructions pass")
    expect("--update" in judge(baseline, {"W1": 989.0}, 0.01)[0][0], "-1.1 % hints at --update")
    expect("--update" not in judge(baseline, {"W1": 991.0}, 0.01)[0][0], "-0.9 % hints at nothing")
    shown = judge(baseline, {"W1": 1011.0}, 0.01)[0][0]
    expect(all(text in shown for text in ("W1", "1,000.0", "1,011.0")), "name, old and new show")
    expect(ends_with({"W1": "the sum is off"}) == WORSE, "a row that can't be counted fails")
    for name in IDENTITY:
        other = same | {name: "other"}
        expect(ends_with({}, other) == OK, f"another {name} is only reported")
        expect(ends_with({}, other, require=True) == WORSE, f"another {name} fails if required")
    expect(ends_with({"W1": 1000.0}, same | {"wasmtime": "49"}, require=True) == OK,
           "another wasmtime is compared")
    expect(ends_with({}) == OK, "no rows are only reported")
    expect(ends_with({}, require=True) == WORSE, "no rows fail if required")
    expect(ends_with({"W1": 1000.0}, require=True) == OK, "what is required and the same passes")

    expect(per_operation(5000, 9000, 4) == 1000, "what is done once drops out")
    refuses("a count that does not grow", per_operation, 5000, 5000, 4)
    expect(collected("==7== \n==7== Collected : 1234567\n==7== \n") == 1234567, "a count is read")
    expect(collected("==7== I   refs:      1,234,567\n") == 1234567, "the other form is read")
    refuses("no count", collected, "==7== Collected : \n")
    refuses("silence", collected, "")

    line = '{"id":"W1","unit":"count","values":[5],"count":5,"sum":9}'
    check_counts(f"a word\n[1]\n{line}\n", "W1", 5)
    refuses("another count", check_counts, line, "W1", 6)
    refuses("no line of the row", check_counts, line, "W10", 5)
    refuses("a second row", check_counts, line + "\n" + line.replace("W1", "W2"), "W1", 5)
    refuses("a failed row", check_counts, '{"id":"W1","failed":"off"}', "W1", 5)
    refuses("a line that is cut off", check_counts, line[:-3], "W1", 5)

    expect(identity_of(json.dumps(same)) == same, "who a program is")
    expect(identity_of('{"compiler":"a","libc":"b","engine":"c"}')["wasmtime"] == "c",
           "an engine is a wasmtime")
    for text in ("", "[]", "{}", '{"compiler":"a"}', '{"compiler":"a","libc":5}'):
        refuses(f"`version --json` of {text!r}", identity_of, text)

    whole = json.dumps(baseline)
    expect(parse_baseline(whole) == baseline, "a baseline is read")
    for end in range(len(whole)):
        refuses(f"a baseline of {end} bytes", parse_baseline, whole[:end])
    for wrong in (0, -1, "x", None, True, float("nan"), float("inf")):
        row = baseline["rows"]["W1"] | {"instructions": wrong}
        refuses(f"{wrong} instructions", parse_baseline,
                json.dumps(baseline | {"rows": {"a": row}}))
    for operations in (0, -1, 1.5, "5", OPERATIONS_MAX + 1, True):
        refuses(f"{operations} operations", row_of, "call", "W1", operations)
    expect(row_of("call", "W1", OPERATIONS_MAX).operations == OPERATIONS_MAX, "the most is allowed")
    refuses("an unknown row", rows_of, baseline, ["W2"])
    expect([row.id for row in rows_of(baseline, [])] == ["W1"], "no choice is all rows")
    refuses("words for a number", added_rows, [("call", "W1", "many")])

    expect(parse_share("1%") == 0.01 and parse_share("0.02") == 0.02, "shares are read")
    for text in ("", "%", "x", "100%", "-1%", "nan"):
        refuses(f"a share of {text!r}", parse_share, text)

    lengths = {len(command[0]) + sum(len(word) + 1 for word in command) +
               sum(len(name) + len(value) for name, value in environment(command).items())
               for command in (["/a", "1"], ["/a/long/path", "100000"])}
    expect(len(lengths) == 1, "what stands on the stack is equally long")
    refuses("a path without end", environment, ["/" * STACK_TEXT_BYTES])

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "instructions.json"
        row = Row("call", "W2", 7)
        expect(update(path, baseline, same, [row], {"W2": 5.5}) == OK, "an update succeeds")
        stored = parse_baseline(path.read_text(encoding="utf-8"))
        expect(stored["rows"] == baseline["rows"] |
               {"W2": {"block": "call", "n": 7, "instructions": 5.5}}, "an update keeps other rows")
        before = path.read_text(encoding="utf-8")
        expect(update(path, baseline, same, [row], {"W2": "off"}) == WORSE, "a failed row fails it")
        refuses("a part of the rows of another compiler", update, path, baseline,
                same | {"compiler": "other"}, [row], {"W2": 5.5})
        expect(path.read_text(encoding="utf-8") == before, "what fails changes nothing")

    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", help="the program `troupe`")
    parser.add_argument("--baseline", type=pathlib.Path, default=BASELINE, metavar="FILE",
                        help="default: bench/instructions.json")
    parser.add_argument("--rows", nargs="+", default=[], metavar="ID",
                        help="only these rows of the baseline")
    parser.add_argument("--max-regress", type=parse_share, default="1%", metavar="SHARE",
                        help="how many more instructions a row may have (default: 1%%)")
    parser.add_argument("--require", action="store_true",
                        help="fail also when nothing could be compared")
    parser.add_argument("--update", action="store_true", help="write the baseline")
    parser.add_argument("--add", nargs=3, action="append", default=[],
                        metavar=("BLOCK", "ID", "N"), help="with --update: a row it has not yet")
    parser.add_argument("--self-test", action="store_true", help="try the rules, without valgrind")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.program is None:
        parser.error("which program is to be counted?")
    try:
        return run(arguments)
    except Wrong as wrong:
        print(f"instructions: {wrong}", file=sys.stderr)
        return USAGE


if __name__ == "__main__":
    sys.exit(main())
