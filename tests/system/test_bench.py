#!/usr/bin/env python3
"""`troupe bench` as scripts use it. Nothing here judges a time: rows, counts and exit codes."""

import json
import os
import signal
import subprocess

from harness import PATIENCE, SystemTest, environment, main, options

QUICK = ("--samples", "2", "--warmup-ms", "1", "--measure-ms", "2")


class Bench(SystemTest):
    def rows(self, *arguments):
        return [json.loads(line) for line in self.ok("bench", *arguments, "--json").splitlines()]

    def run_and_save(self, name):
        # Of a debug build, or of a smoke run, nothing is kept.
        code, out, err = self.troupe("bench", "run", "floor/atomic/add", "--quick", "--processes",
                                     "2", "--save", name, "--folder", str(self.folder / "runs"))
        self.assertEqual(code, 0, err)
        self.assertRegex(out.decode(), r"floor/atomic/add +[\d.]+ ns")
        return "this is a debug build" not in err

    def test_a_list_of_rows_with_their_goals(self):
        """list names every row once; a filter is a row, its beginning, or a block"""
        rows = self.rows("list")
        ids = [row["id"] for row in rows]
        self.assertEqual(len(ids), len(set(ids)))
        for known in ("W1/wasm", "W6/native", "W10/sdk/1KiB", "W11/life", "W13/fib/troupe",
                      "W7/engine/ahead/bytes", "floor/cache-line"):
            self.assertIn(known, ids)
        self.assertEqual(next(row for row in rows if row["id"] == "W10/sdk/0B")["goal"], 4)
        self.assertEqual({row["id"] for row in self.rows("list", "W1")},
                         {"W1/core", "W1/native", "W1/wasm", "W1/wasm/bindings"})
        self.assertEqual({row["block"] for row in self.rows("list", "call")}, {"call"})
        self.assertIn("WHAT HAPPENS", self.ok("bench", "list").decode())

    def test_every_row_works_and_counts_right(self):
        """run --smoke measures every row there is, once, with the members that scripts read"""
        rows = self.rows("run", "--smoke", "--folder", str(self.folder / "runs"))
        self.assertEqual([row["id"] for row in rows], [row["id"] for row in self.rows("list")])
        for row in rows:
            self.assertNotIn("failed", row)
            self.assertGreater(row["count"], 0, row["id"])
            for member in ("title", "unit", "value", "low", "high", "samples", "processes",
                           "spread", "status", "goal", "better", "peer"):
                self.assertIn(member, row)
        self.assertFalse((self.folder / "runs").exists(), "a smoke run is not kept")

    def test_a_measuring_process_prints_raw_lines(self):
        """measure prints probes, samples, probes"""
        lines = [json.loads(line) for line in
                 self.ok("bench", "measure", "call", "--rows", "W10/sdk/0B", *QUICK).splitlines()]
        self.assertEqual([line.get("probes") for line in lines], ["before", None, "after"])
        self.assertEqual((lines[1]["id"], len(lines[1]["ns"])), ("W10/sdk/0B", 2))
        exact = json.loads(self.ok("bench", "measure", "call", "--rows", "W10/sdk/0B",
                                   "--exactly", "10"))
        self.assertEqual((exact["values"], exact["count"]), ([10.0], 10))

    def test_runs_are_kept_and_compared(self):
        """run --save keeps run and program; cmp and gate compare them; a run is found by name"""
        folder = ("--folder", str(self.folder / "runs"))
        if not self.run_and_save("before"):
            self.assertFalse((self.folder / "runs").exists(), "a debug build keeps nothing")
            self.fails(3, "bench", "gate", "--baseline", "before", *folder, says="no saved run")
            return
        self.run_and_save("after")
        runs = self.folder / "runs"
        self.assertTrue(os.access(runs / "before" / "program", os.X_OK))
        self.assertEqual(len([line for line in (runs / "results.jsonl").read_text().splitlines()
                              if "troupe_bench" in line]), 2)
        contest = json.loads(self.ok("bench", "cmp", "before", "after", *folder, "--json"))
        self.assertEqual(contest["id"], "floor/atomic/add")
        code, out, err = self.troupe("bench", "gate", "--baseline", "before", "floor/atomic/add",
                                     "--pairs", "6", "--max-regress", "1000%", *folder, "--json")
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["pairs"], 6)
        self.fails(3, "bench", "cmp", "before", "afterr", *folder, says="there are after, before")
        self.fails(3, "bench", "gate", "--baseline", "nothing", *folder, says="no saved run")
        (runs / "before" / "rows.jsonl").write_text('{"troupe_bench":2}\n')
        self.fails(8, "bench", "cmp", "before", "after", *folder, says="its format is 2")

    def test_a_gate_with_a_program_that_can_not_measure_stays_closed(self):
        """gate fails where nothing could be compared"""
        if not self.run_and_save("before"):
            return
        program = self.folder / "runs" / "before" / "program"
        program.write_text("#!/bin/sh\nexit 1\n")
        code, out, err = self.troupe("bench", "gate", "--baseline", "before", "floor/atomic/add",
                                     "--pairs", "6", "--folder", str(self.folder / "runs"))
        self.assertEqual(code, 1, err)
        self.assertIn("missing", out.decode())

    def test_an_interrupted_run_keeps_what_is_done(self):
        """Ctrl-C prints what was measured and ends with 130; SIGTERM with 143"""
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = subprocess.Popen(
                [options.troupe, "bench", "run", "floor/atomic/add", "--full", "--processes",
                 "100", "--folder", str(self.folder / "runs")], cwd=self.folder,
                env=environment(self.folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True)
            self.assertRegex(process.stderr.readline(), r"^full: |^this is a debug build")
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE)
            self.assertEqual(process.returncode, code, err)
            self.assertIn("ROW", out)

    def test_what_is_wrong_is_said(self):
        """a row, a block or a peer that is not there; a command that is not understood"""
        self.fails(3, "bench", "run", "W10/skd", says="no row is called 'W10/skd'")
        self.fails(3, "bench", "run", "W1", "--peers", "--smoke", says="there are no peers here")
        self.fails(3, "bench", "measure", "cal", says="did you mean 'call'")
        self.fails(2, "bench", says="bench needs a command")
        self.fails(2, "bench", "run", "--fast", says="unknown option '--fast'")


if __name__ == "__main__":
    main()
