#!/usr/bin/env python3
"""The files of tests/scenarios with the real program and a real guest: the same traces as under
simulated time. Where that passes time, here the node takes the time it needs."""

import json
import pathlib
import re
import sys
import time

import harness
from harness import SystemTest, guest, main

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
QUIET = 0.5  # Seconds without an event, after which a trace that is written has all of a step.
EVENTS = re.compile(
    r"(started|stopped|crashed|restarted|escalated|limit|health|hook|refused|ending)\b")


def parts(text):
    """What stands under each head."""
    pieces = re.split(r"(?m)^--- (\w+)\n", text)
    return dict(zip(pieces[1::2], pieces[2::2]))


def steps(expected):
    """The lines of the trace, by step: its text, what is said, and the events."""
    for piece in re.split(r"(?m)^> ", expected)[1:]:
        step, *lines = piece.splitlines()
        said = [line for line in lines if not EVENTS.match(line)]
        yield step, said, [line for line in lines if EVENTS.match(line)]


def steps_of(text):
    return [line for line in text["steps"].splitlines() if line]


def span_of(step):
    """The seconds that a step lets pass; the real program takes what it needs."""
    found = re.match(r"(?:within|advance) (\d+)(ms|s|m)\b", step)
    return int(found[1]) * {"ms": 0.001, "s": 1, "m": 60}[found[2]] if found else 0


def without_delays(line):
    """Each node delays restarts by chance, give or take a tenth."""
    return re.sub(r"restarted([a-z ]*) in [0-9.]+[a-z]+", r"restarted\1 in ...", line)


def line_of(event):
    line = event["kind"]
    if event["actor"]:
        line += " " + event["actor"]
    if event["life"]:
        line += f" {event['life']}"
    if event["text"]:
        line += ": " + re.sub(r"in the last [^;]*;", "in the last ...;", event["text"])
    return without_delays(line)


def ends_told(node):
    """How lives have ended, as a node with --json tells it: also those after its last answer."""
    told = [json.loads(line) for line in node.lines]
    return [line_of({"kind": "stopped" if one["exit"] == "normal" else "crashed",
                     "actor": one["actor"], "life": one["life"],
                     "text": f"{one['exit']}; {one['decision']}"})
            for one in told if one.get("event") == "exit"]


def ends(trace):
    return [line for line in trace if re.match("(stopped|crashed) ", line)]


def without_reason(said):
    return [re.sub("^error.*", "error", line) for line in said]


class Scenarios(SystemTest):
    def events(self, count):
        """All events, once there are so many."""
        found = harness.look_until(
            lambda: json.loads(self.ok("events", "--json", "--limit", "1000")),
            lambda found: len(found) >= count)
        return [line_of(event) for event in found]

    def act(self, step):
        """What the program says to it, as in the trace."""
        step = re.sub(r"^within \S+ ", "", step)
        if step.startswith("advance "):
            return []
        if step == "stop-node":
            self.ok("stop", "--node")
            return []
        verb, actor, *text = step.split(" ", 2)
        code, out, err = self.troupe(verb, actor, *text)
        if code != 0:
            return err.splitlines()[:1]
        return ("answer: " + out.decode()).splitlines() if verb == "request" else []

    def play(self, path):
        text = parts(path.read_text())
        app = self.write("app.toml", text["manifest"].replace("@guest@", guest("probe.wasm")))
        trace = list(steps(text["expected"]))
        if trace[0][1]:
            node = self.start(app)
            self.assertNotEqual(node.wait_end(), 0)
            reason = trace[0][1][0].removeprefix("error: ")
            self.assertIn(reason, "\n".join(node.lines))
            return
        self.assertEqual([step for step, _, _ in trace], ["start", *steps_of(text)])
        node = self.run_node(app, "--json")
        seen = []
        for step, said, expected in trace:
            if step != "start":
                self.assertEqual(without_reason(self.act(step)), without_reason(said), step)
            expected = [without_delays(line) for line in expected]
            if any(line.startswith("ending") for line in expected):
                self.assertEqual(node.wait_end() == 0, step.endswith("stop-node"), step)
                # There is nobody to ask for events any more.
                self.assertEqual(ends_told(node), ends(seen + expected), step)
                return
            events = self.events(len(seen) + len(expected))
            self.assertEqual(events[len(seen):], expected, step)
            seen = events

    def settled(self, node, seen):
        """All events, once none has come for a while, or those before the end and the ends."""
        quiet_from = time.monotonic()
        while time.monotonic() < quiet_from + QUIET:
            code, out, _ = self.troupe("events", "--json", "--limit", "1000")
            if code != 0:
                node.wait_end()
                return [*seen, "ending", *ends_told(node)[len(ends(seen)):]]
            found = [line_of(event) for event in json.loads(out)]
            if found != seen:
                seen, quiet_from = found, time.monotonic()
            time.sleep(QUIET / 10)
        return seen

    def record(self, text):
        """The trace of what the program does."""
        node = self.start(self.write(
            "app.toml", text["manifest"].replace("@guest@", guest("probe.wasm"))), "--json")
        first = json.loads(node.wait_line(r'^{"(event":"ready|error)".*').group(0))
        if "error" in first:
            return ["> start", "error: " + first["error"]["message"]]
        trace = []
        seen = []
        for step in ["start", *steps_of(text)]:
            trace.append("> " + step)
            if step != "start":
                trace += self.act(step)
            time.sleep(span_of(step))
            events = self.settled(node, seen)
            trace += events[len(seen):]
            seen = events
            if node.process.poll() is not None:
                break
        return trace

    def rewrite(self, path):
        content = path.read_text()
        trace = "".join(line + "\n" for line in self.record(parts(content)))
        rewritten = content.partition("--- expected\n")[0] + "--- expected\n" + trace
        if rewritten != content:
            path.write_text(rewritten)
            print(f"{path}: rewritten", file=sys.stderr)


def add(path):
    content = path.read_text()

    def test(self):
        if not harness.options.rewrite:
            self.play(path)
        elif "# real program only" in content:
            self.rewrite(path)
        else:
            self.skipTest("play_scenarios --rewrite does it")
    test.__doc__ = content.splitlines()[0].lstrip("# ")
    setattr(Scenarios, "test_" + path.stem, test)


for file in sorted(SCENARIOS.glob("*.txt")):
    if file.name != "CMakeLists.txt" and "# simulation only" not in file.read_text():
        add(file)

if __name__ == "__main__":
    main(rewrite="write the traces of those that only the real program plays anew")
