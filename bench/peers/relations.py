#!/usr/bin/env python3
"""Are these ports the programs they are meant to be? relations.py BUILDS [ROUNDS].

BUILDS holds what build.sh left of each peer, by its name: tokio, go, caf, erlang. Runs every row
that the first programs had, on one worker, in turns, and prints how the peers stand to one another
beside how the first programs stood. Times say nothing about another machine, relations little: so
the figures of the first programs are of the machine and the day that README.md names. What lies
within 15 % is as it was; what does not needs an explanation, which README.md has.
"""

import json
import pathlib
import subprocess
import sys

SECONDS_PER_RUN = 300
TOLERANCE = 1.15
BRIEFLY = ["--warmup-ms", "100", "--measure-ms", "400", "--samples", "10"]
# A tree of a million takes seconds, and its first touch of memory is not what is compared.
WHOLE_RUNS = ["--warmup-ms", "1", "--measure-ms", "1", "--samples", "2"]

# Row, peer, configuration; least and most that the first program took: ns, bytes, ns per tree.
FIRST = [
    ("W1", "tokio", "1", 90, 94),
    ("W1", "go", "1", 234, 277),
    ("W1", "caf", "1", 709, 740),
    ("W1", "erlang", "1", 378, 381),
    ("W3", "tokio", "1-unbounded", 21.4, 22.2),
    ("W3", "go", "1", 26.8, 28.9),
    ("W3", "caf", "1", 167, 232),
    ("W3", "erlang", "1-off-heap", 54.7, 55.1),
    ("W4", "tokio", "1-unbounded", 21.7, 29.9),
    ("W4", "go", "1", 24.5, 26.7),
    ("W4", "caf", "1", 137, 173),
    ("W4", "erlang", "1", 112, 135),
    ("W5/100", "tokio", "1-unbounded", 46.3, 47.6),
    ("W5/100", "go", "1", 28.1, 29.6),
    ("W5/100", "caf", "1", 206, 534),
    ("W5/100", "erlang", "1", 72.1, 81),
    ("W5/10000", "tokio", "1-unbounded", 34.2, 46.3),
    ("W5/10000", "go", "1", 76.6, 131),
    ("W5/10000", "caf", "1", 1032, 1679),
    ("W5/10000", "erlang", "1", 271, 413),
    ("W6", "tokio", "1", 83.4, 94.7),
    ("W6", "caf", "1", 736, 810),
    ("W6", "erlang", "1", 477, 563),
    ("W7", "tokio", "1", 1171, 1267),
    ("W7", "go", "1", 2584, 2659),
    ("W7", "caf", "1-lazy", 752, 752),
    ("W7", "erlang", "1", 2220, 2365),
    ("W7/bytes", "tokio", "1", 1221, 1221),
    ("W7/bytes", "go", "1", 2595, 2604),
    ("W7/bytes", "caf", "1-lazy", 1153, 1153),
    ("W7/bytes", "erlang", "1", 2635, 2684),
    ("W8/ordered", "go", "1", 348, 454),
    ("W8/ordered", "caf", "1", 347, 543),
    ("W8/ordered", "erlang", "1", 212, 335),
    ("W9", "tokio", "1", 690e6, 853e6),
    ("W9", "go", "1", 792e6, 1257e6),
    ("W9", "caf", "1", 3414e6, 3844e6),
    ("W9", "erlang", "1", 3675e6, 4348e6),
]


def figure(builds, row, peer, config):
    """The median of a run, or None where the peer does not have the row."""
    options = WHOLE_RUNS if row == "W9" else BRIEFLY
    ran = subprocess.run([builds / peer / "peer", row, config, *options], capture_output=True,
                         text=True, timeout=SECONDS_PER_RUN, check=False)
    if ran.returncode != 0:
        print(f"{row} by {peer}/{config}: {ran.stdout}{ran.stderr}", file=sys.stderr)
        return None
    line = json.loads(ran.stdout)
    values = line.get("values") or [ns / count for ns, count in zip(line["ns"], line["iterations"])]
    return sorted(values)[len(values) // 2]


def measure(builds, rounds):
    """The least of the rounds' medians: what else the machine does only ever adds."""
    best = {}
    for number in range(rounds):
        for row, peer, config, *_ in FIRST:
            # Two passages of a million are enough.
            if number > 1 and row in ("W7", "W7/bytes", "W9"):
                continue
            value = figure(builds, row, peer, config)
            if value is not None:
                best[row, peer] = min(value, best.get((row, peer), value))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return best


def main():
    if not 2 <= len(sys.argv) <= 3:
        print("usage: relations.py BUILDS [ROUNDS]", file=sys.stderr)
        return 2
    rounds = int(sys.argv[2]) if len(sys.argv) == 3 else 5
    best = measure(pathlib.Path(sys.argv[1]).resolve(), rounds)
    by_row = {}
    for row, peer, _, least, most in FIRST:
        if (row, peer) in best:
            by_row.setdefault(row, []).append((peer, least, most, best[row, peer]))
    outside = 0
    print("| Row | Relation | First programs | Ports | |")
    print("|---|---|---|---|---|")
    for row, peers in by_row.items():
        base, base_least, base_most, base_port = peers[0]
        for peer, least, most, port in peers[1:]:
            low, high, now = least / base_most, most / base_least, port / base_port
            is_same = low / TOLERANCE <= now <= high * TOLERANCE
            outside += not is_same
            print(f"| {row} | {peer} {port:.4g} / {base} {base_port:.4g} | {low:.2f}-{high:.2f} | "
                  f"{now:.2f} | {'' if is_same else 'differs'} |")
    print(f"\n{outside} relations differ by more than 15 %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
