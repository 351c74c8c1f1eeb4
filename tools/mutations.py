#!/usr/bin/env python3
"""Shows that the simulation notices mistakes: runs a build with -DTROUPE_MUTATIONS=ON as it is,
which has to pass, then with each MUTATED(...) of src/ in turn, which has to fail.

usage: mutations.py PROGRAM [--seeds COUNT] [NAME...]
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIMEOUT_S = 120


def mutations() -> dict[str, str]:
    """Each name, with the file it stands in."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "src").rglob("*.[ch]pp")):
        if path.name == "mutation.hpp":
            continue
        for name in re.findall(r"\bMUTATED\(\s*(\w+)", path.read_text()):
            if name in found:
                sys.exit(f"mutations: {name} is in {found[name]} and in {path}")
            found[name] = str(path.relative_to(ROOT))
    return found


def run(program: str, seeds: int, name: str | None) -> tuple[bool, str]:
    """Whether all seeds pass, and what noticed the first that does not."""
    command = [program, "--seeds", str(seeds)] + (["--mutation", name] if name else [])
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return False, f"no end within {TIMEOUT_S} s"
    if done.returncode == 0:
        return True, ""
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return False, next((line for line in lines if line.startswith(("seed", "CHECK"))), lines[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", type=int, default=600)
    options = parser.parse_args()
    known = mutations()
    chosen = options.names or list(known)
    for name in chosen:
        if name not in known:
            parser.error(f"there is no MUTATED({name}, ...) in src/")

    began = time.monotonic()
    passes, why = run(options.program, options.seeds, None)
    if not passes:
        print(f"unmutated: fails: {why}")
        return 1
    print(f"unmutated: passes {options.seeds} seeds", flush=True)

    survivors = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda name: run(options.program, options.seeds, name), chosen)
        for name, (survives, why) in zip(chosen, results):
            if survives:
                survivors.append(name)
            print(f"{name:26} {known[name]:30} {'SURVIVES' if survives else why[:110]}", flush=True)
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} noticed, in "
          f"{time.monotonic() - began:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
