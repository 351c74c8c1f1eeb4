#!/usr/bin/env python3
"""Smoke test of a built peer: check.py BUILD_DIR_OF_PEER.

Runs every combination that the peer lists, briefly and with few actors, and checks the JSON and
the exit codes. It says nothing about times.
"""

import json
import pathlib
import subprocess
import sys

SECONDS_PER_ROW = 120
# Small enough for seconds, large enough for a tree of three levels.
BRIEFLY = ["--warmup-ms", "1", "--measure-ms", "5", "--samples", "2", "--actors", "1000"]
TIMED_KEYS = {"id", "peer", "unit", "iterations", "ns", "count", "sum"}
VALUE_KEYS = {"id", "peer", "unit", "values"}


def run(peer, *arguments):
    return subprocess.run([peer, *arguments], capture_output=True, text=True,
                          timeout=SECONDS_PER_ROW, check=False)


def parsed(text):
    """The JSON object in the text, or None."""
    try:
        line = json.loads(text)
    except json.JSONDecodeError:
        return None
    return line if isinstance(line, dict) else None


def positive_integers(values):
    return all(isinstance(value, int) and value > 0 for value in values)


def timed_problem(line):
    iterations, times = line["iterations"], line["ns"]
    if line["unit"] != "ns":
        return "the unit is not ns"
    if not iterations or len(iterations) != len(times):
        return "iterations and ns differ in length or are empty"
    if not positive_integers(iterations + times):
        return "iterations and ns are not all positive integers"
    if line["count"] <= 0 or line["count"] != sum(iterations):
        return f"the count {line['count']} is not the sum of the iterations"
    if not isinstance(line["sum"], int) or line["sum"] < 0:
        return "the sum is not a whole number"
    return None


def value_problem(line):
    values = line["values"]
    if line["unit"] != "bytes":
        return "the unit is not bytes"
    if not values or not all(isinstance(value, (int, float)) and value >= 0 for value in values):
        return "the values are not all numbers of bytes"
    return None


def row_problem(peer, row, config):
    """What is wrong with the row, or None."""
    try:
        ran = run(peer, row, config, *BRIEFLY)
    except subprocess.TimeoutExpired:
        return f"not done after {SECONDS_PER_ROW} s"
    if ran.returncode != 0:
        return f"exit code {ran.returncode}: {ran.stdout.strip()} {ran.stderr.strip()}"
    if ran.stdout.count("\n") != 1:
        return "not one line of output"
    line = parsed(ran.stdout)
    if line is None:
        return f"no JSON object: {ran.stdout.strip()}"
    if line.get("id") != row:
        return f"the id is {line.get('id')}"
    language, _, answered = line.get("peer", "").partition("/")
    if not language or answered != config:
        return f"the peer is {line.get('peer')}"
    if line.keys() == TIMED_KEYS:
        return timed_problem(line)
    if line.keys() == VALUE_KEYS:
        return value_problem(line)
    return f"the keys are {sorted(line)}"


def refusal_problems(peer, row, config):
    """Command lines that have to end with usage and exit code 2."""
    wrong = [["no-such-row", config], [row, "no-such-config"], [row], [],
             [row, config, "--no-such-option", "1"], [row, config, "--samples", "0"],
             [row, config, "--samples", "many"], [row, config, "--samples"]]
    for arguments in wrong:
        ran = run(peer, *arguments)
        if ran.returncode != 2 or "usage" not in ran.stderr or ran.stdout:
            yield f"{' '.join(arguments)!r} is not refused: exit code {ran.returncode}"


def failure_problems(peer, config):
    """A tree of 999 leaves has not ten equal branches, so its sum is off and the row must fail."""
    ran = run(peer, "W9", config, *BRIEFLY, "--actors", "999")
    if ran.returncode != 1:
        yield f"W9 with a wrong sum: exit code {ran.returncode}"
        return
    line = parsed(ran.stdout)
    if line is None or line.keys() != {"id", "peer", "failed"} or not line["failed"]:
        yield f"W9 with a wrong sum: {ran.stdout.strip()}"


def main():
    if len(sys.argv) != 2:
        print("usage: check.py BUILD_DIR_OF_PEER", file=sys.stderr)
        return 2
    peer = str(pathlib.Path(sys.argv[1]).resolve() / "peer")
    listed = [line.split() for line in run(peer, "--list").stdout.splitlines()]
    if not listed or any(len(entry) != 2 for entry in listed):
        print(f"{peer} --list: no lines of row and configuration")
        return 1
    problems = [f"{row} {config}: {problem}" for row, config in listed
                if (problem := row_problem(peer, row, config))]
    problems += refusal_problems(peer, *listed[0])
    problems += failure_problems(peer, dict(listed)["W9"])
    for problem in problems:
        print(problem)
    print(f"{peer}: {len(listed)} rows, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
