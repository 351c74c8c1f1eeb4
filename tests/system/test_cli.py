#!/usr/bin/env python3
"""The commands of `troupe` on real nodes with real guests: what they print, how they end."""

import base64
import json
import os
import subprocess
import time

from harness import SystemTest, environment, guest, main, options


MANY_ACTORS = """
schema = 1
[app]
name = "shop"
[app.components]
echo = "{echo}"
counter = "{counter}"
[app.actors.till]
component = "counter"
[app.actors.box-2]
component = "echo"
[app.actors.box-1]
component = "echo"
[app.actors.box-3]
component = "echo"
"""


class Commands(SystemTest):
    def test_a_bare_component_is_one_actor_named_after_its_file(self):
        """run x.wasm starts one actor; app, actor and node are named after the file"""
        node = self.run_node(guest("counter.wasm"))
        self.assertRegex(node.lines[0], r"^node counter ready in \d+ ms: 1 actor; "
                                        r"try: troupe ps --node counter$")
        self.assertEqual(list(self.actors()), ["counter/counter"])
        table = self.ok("ps").decode().splitlines()
        self.assertEqual(table[0].split(),
                         ["NAME", "STATE", "LIVES", "AGE", "HANDLED", "QUEUED", "MEMORY", "LAST",
                          "EXIT"])
        cells = table[1].split()
        self.assertEqual(cells[:3] + cells[4:6], ["counter/counter", "ready", "1", "0", "0"])
        self.assertRegex(cells[3], r"^\d+[smhd]$")
        self.assertEqual(len(table), 2)

    def test_ps_lists_those_that_fit(self):
        """ps PATTERN, --state, --component, ages and --limit select; what is left out is counted"""
        path = self.write("app.toml", MANY_ACTORS.format(echo=guest("echo.wasm"),
                                                         counter=guest("counter.wasm")))
        self.run_node(path)
        everyone = ["shop/box-1", "shop/box-2", "shop/box-3", "shop/till"]
        self.assertEqual(list(self.actors()), everyone)
        for arguments, expected in (
                (["box-*"], everyone[:3]), (["shop/*"], everyone), (["*/till"], ["shop/till"]),
                (["other/*"], []), (["box-?", "--limit", "2"], everyone[:2]),
                (["--component", "counter"], ["shop/till"]),
                (["--component", "*echo*"], everyone[:3]),
                (["--state", "ready"], everyone), (["--state", "failed"], []),
                (["--older-than", "24h"], []), (["--younger-than", "24h"], everyone)):
            self.assertEqual(list(self.actors(*arguments)), expected, arguments)
        code, out, err = self.troupe("ps", "--limit", "3")
        self.assertEqual((code, len(out.splitlines())), (0, 4))
        self.assertEqual(err, "1 more; a pattern shows fewer, --limit 4 all of them\n")
        code, out, err = self.troupe("ps", "--limit", "3", "--json")
        self.assertEqual((code, len(json.loads(out)), json.loads(err)), (0, 3, {"more": 1}))
        code, out, err = self.troupe("ps", "box-9")
        self.assertEqual((code, len(out.splitlines()), err), (0, 1, "no actor fits\n"))
        self.assertGreaterEqual(self.actors("till")["shop/till"]["age_ms"], 0)
        self.fails(2, "ps", "--state", "redy", says="did you mean `ready`")
        self.fails(2, "ps", "box-1", "box-2", says="in quotes")

    def test_sends_and_requests_reach_the_actor(self):
        """send and request reach the actor, by short and by full name, in order"""
        self.run_node(guest("counter.wasm"))
        self.assertEqual(self.ok("send", "counter", "add 40"), b"")
        self.assertEqual(self.ok("request", "counter/counter", "add 2"), b"total 42")
        self.assertEqual(self.actors()["counter/counter"]["handled"], 2)

    def test_payloads_are_bytes(self):
        """a payload from standard input comes back byte by byte, NUL and newlines too"""
        self.run_node(guest("echo.wasm"))
        payload = bytes(range(256)) * 3 + b"\0\n\r\n\0"
        self.assertEqual(self.ok("request", "echo", "-", stdin=payload), payload)
        self.assertEqual(self.ok("request", "echo", "-", stdin=b""), b"")
        self.assertEqual(self.ok("request", "echo", ""), b"")
        self.assertEqual(self.ok("request", "echo", "--", "-x"), b"-x")

    def test_json_everywhere(self):
        """--json: results on standard output, errors on standard error, all of it JSON"""
        node = self.run_node(guest("echo.wasm"), "--json")
        ready = json.loads(node.lines[0])
        self.assertEqual((ready["event"], ready["node"], ready["pid"], ready["actors"]),
                         ("ready", "echo", node.pid, 1))
        answer = json.loads(self.ok("request", "echo", "a\nb", "--json"))
        self.assertEqual(base64.b64decode(answer["answer_base64"]), b"a\nb")
        self.assertEqual(json.loads(self.ok("send", "echo", "x", "--json")), {"accepted": True})
        self.assertEqual(json.loads(self.ok("version", "--json"))["api"], "v1")
        code, out, err = self.troupe("request", "nobody", "x", "--json")
        self.assertEqual((code, out), (3, b""))
        error = json.loads(err)["error"]
        self.assertEqual((error["code"], error["exit_code"]), ("not-found", 3))
        self.assertEqual(json.loads(self.ok("stop", "--node", "--json")), {"stopped": "echo"})
        self.assertEqual(node.wait_end(), 0)
        for line in node.lines:
            json.loads(line)

    def test_stop_ends_an_actor_for_good(self):
        """stop NAME: the actor ends, is not restarted, and takes no more messages"""
        self.run_node(guest("echo.wasm"))
        self.ok("stop", "echo")
        self.assertNotIn("ready", [actor["state"] for actor in self.actors().values()])
        code, _, err = self.troupe("request", "echo", "x")
        self.assertIn(code, (3, 6), err)

    def test_errors_of_handlers_are_failures(self):
        """an error that the handler returns is exit code 1, and is what is printed"""
        self.run_node(guest("probe.wasm"))
        self.fails(1, "request", "probe", "error out of money", says="out of money")

    def test_no_answer_in_time(self):
        """a request whose answer does not come in time is exit code 5"""
        self.run_node(guest("probe.wasm"))
        self.fails(5, "request", "probe", "responder-later", "--timeout", "50ms", says="help: ")

    def test_an_answer_that_is_let_go_of(self):
        """a request that the actor drops is exit code 6 at once"""
        self.run_node(guest("probe.wasm"))
        self.fails(6, "request", "probe", "none", "--timeout", "60s")

    def test_unknown_actors(self):
        """an unknown actor is exit code 3, with the name that was perhaps meant"""
        self.run_node(guest("counter.wasm"))
        err = self.fails(3, "request", "conter", "add 1")
        self.assertRegex(err, r"help: did you mean '(counter/)?counter'\?")
        self.fails(3, "send", "nobody", "x", says="help: `troupe ps`")
        self.fails(3, "stop", "nobody")

    def test_no_node(self):
        """without a node every command that needs one is exit code 6 and says how to start one"""
        for arguments in (["ps"], ["send", "a", "b"], ["request", "a", "b"], ["stop", "a"],
                          ["stop", "--node"], ["ps", "--node", "bank"]):
            self.fails(6, *arguments, says="help: start one: troupe run")

    def test_several_nodes(self):
        """with several nodes --node is needed; the error lists them"""
        self.run_node(guest("echo.wasm"), "--name", "one")
        self.run_node(guest("counter.wasm"), "--name", "two")
        self.fails(2, "ps", says="one, two")
        self.assertEqual(list(self.actors("--node", "one")), ["echo/echo"])
        self.assertEqual(self.ok("request", "counter", "add 1", "--node", "two"), b"total 1")
        self.fails(6, "ps", "--node", "three", says="running: one, two")
        self.ok("stop", "--node", "one")
        self.assertEqual(list(self.actors()), ["counter/counter"])

    def test_usage(self):
        """a wrong command line is exit code 2, with what was perhaps meant"""
        self.fails(2, says="no command")
        self.fails(2, "pss", says="did you mean `ps`")
        self.fails(2, "ps", "--jsn", says="did you mean `--json`")
        self.fails(2, "stop", says="troupe stop --node")
        self.fails(2, "run", says="no file is given")
        self.fails(2, "request", "a", "b", "--timeout", "1", says="250ms")

    def test_help(self):
        """help of each command: on standard output, exit code 0, begins with examples"""
        for arguments in (["-h"], ["help"], ["run", "-h"], ["help", "stop"], ["check", "-h"]):
            out = self.ok(*arguments).decode().splitlines()
            self.assertTrue(out[2].startswith("  troupe "), out)
            self.assertLessEqual(len(out), 24)

    def test_colours(self):
        """colours only where asked for when the output is no terminal"""
        self.run_node(guest("echo.wasm"))
        self.assertNotIn(b"\x1b", self.ok("ps"))
        self.assertIn(b"\x1b[1m", self.ok("ps", "--color", "always"))

    def test_a_reader_that_goes_away(self):
        """a reader that closes its end is no error"""
        self.run_node(guest("echo.wasm"))
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([options.troupe, "ps"], stdout=writer, stderr=subprocess.PIPE,
                              env=environment(self.folder), timeout=60)
        os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_version(self):
        """version prints one line; its time is shown, not judged"""
        times = []
        for _ in range(20):
            before = time.perf_counter()
            out = self.ok("version")
            times.append(time.perf_counter() - before)
        self.assertRegex(out.decode(), r"^troupe \d+\.\d+\.\d+\n$")
        print(f"\n    troupe version: {sorted(times)[10] * 1000:.1f} ms (median of 20)", end=" ")


if __name__ == "__main__":
    main()
