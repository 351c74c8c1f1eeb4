#!/usr/bin/env python3
"""The files of tests/scenarios with the real program and a real guest: the same traces as under
simulated time. Where that passes time, here the node takes the time it needs."""

import json
import pathlib
import re

import harness
from harness import SystemTest, guest, main

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
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


class Scenarios(SystemTest):
    def events(self, count):
        """All events, once there are so many."""
        return harness.look_until(
            lambda: json.loads(self.ok("events", "--json", "--limit", "1000")),
            lambda found: len(found) >= count)

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
            return ["error"]
        return ("answer: " + out.decode()).splitlines() if verb == "request" else []

    def play(self, path):
        text = parts(path.read_text())
        manifest = text["manifest"].replace("@guest@", guest("probe.wasm"))
        trace = list(steps(text["expected"]))
        if trace[0][1]:
            node = self.start(self.write("app.toml", manifest))
            self.assertNotEqual(node.wait_end(), 0)
            reason = trace[0][1][0].removeprefix("error: ")
            self.assertIn(reason, "\n".join(node.lines))
            return
        node = self.run_node(self.write("app.toml", manifest))
        seen = 0
        for step, said, expected in trace:
            if step != "start":
                self.assertEqual(self.act(step), [re.sub("^error.*", "error", one) for one in said],
                                 step)
            if any(line.startswith("ending") for line in expected):
                self.assertEqual(node.wait_end() == 0, step.endswith("stop-node"), step)
                return
            expected = [without_delays(line) for line in expected]
            events = [line_of(event) for event in self.events(seen + len(expected))]
            self.assertEqual(events[seen:], expected, step)
            seen = len(events)


def add(path):
    def test(self):
        self.play(path)
    test.__doc__ = path.read_text().splitlines()[0].lstrip("# ")
    setattr(Scenarios, "test_" + path.stem, test)


for file in sorted(SCENARIOS.glob("*.txt")):
    if file.name != "CMakeLists.txt" and "# simulation only" not in file.read_text():
        add(file)

if __name__ == "__main__":
    main()
