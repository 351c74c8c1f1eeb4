#!/usr/bin/env python3
"""The life of a node: its name and socket, how it starts, fails to start, and ends."""

import json
import os
import pathlib
import random
import re
import shutil
import signal
import stat
import unittest

from harness import SystemTest, guest, look_until, main

NOBODY = 65534

TWO_ACTORS = """
schema = 1
[app]
name = "bank"
[app.components]
echo = "{echo}"
counter = "{counter}"
[app.actors.first]
component = "echo"
[app.actors.second]
component = "counter"
"""

A_TREE = """
schema = 1
[app]
name = "shop"
[app.components]
echo = "{echo}"
probe = "{probe}"
[app.supervisors.floor]
strategy = "rest-for-one"
[app.supervisors.tills]
supervisor = "floor"
intensity = 1
backoff = "immediate"
[app.actors.stock]
component = "echo"
supervisor = "floor"
[app.actors.till-1]
component = "probe"
supervisor = "tills"
[app.actors.till-2]
component = "probe"
supervisor = "tills"
[app.actors.door]
component = "echo"
supervisor = "floor"
"""


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


class Nodes(SystemTest):
    def two_actors(self):
        return self.write("app.toml", TWO_ACTORS.format(echo=guest("echo.wasm"),
                                                        counter=guest("counter.wasm")))

    def test_an_app(self):
        """run app.toml starts the actors of the manifest; short names are those of its app"""
        node = self.run_node(self.two_actors())
        self.assertRegex(node.lines[0], r"^node bank ready in \d+ ms: 2 actors;")
        self.assertEqual(list(self.actors()), ["bank/first", "bank/second"])
        self.assertEqual(self.ok("request", "first", "hello"), b"hello")

    def test_an_app_of_the_current_folder(self):
        """run without a file takes app.toml of the current folder; --name is the node's alone"""
        self.two_actors()
        self.run_node("--name", "test")
        self.assertEqual(self.ok("request", "second", "add 1", "--node", "test"), b"total 1")

    def test_the_socket_is_private(self):
        """the socket has mode 0600, its folder 0700, and both are ours"""
        self.run_node(guest("echo.wasm"))
        socket = os.stat(self.sockets / "echo.sock")
        self.assertTrue(stat.S_ISSOCK(socket.st_mode))
        self.assertEqual(stat.S_IMODE(socket.st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.sockets).st_mode), 0o700)
        self.assertEqual(socket.st_uid, os.geteuid())

    def test_a_second_node_of_the_name(self):
        """a second node of that name is refused with the first one's process id"""
        first = self.run_node(guest("echo.wasm"))
        self.fails(7, "run", guest("echo.wasm"), says=f"process {first.pid}")
        self.assertEqual(self.ok("request", "echo", "x"), b"x")

    def test_a_node_that_was_killed(self):
        """what a killed node left is cleared away by ps, and by the next node of that name"""
        first = self.run_node(guest("echo.wasm"))
        first.process.kill()
        first.wait_end()
        self.assertTrue((self.sockets / "echo.sock").exists())
        second = self.run_node(guest("echo.wasm"))
        self.assertEqual(self.ok("request", "echo", "x"), b"x")
        second.process.kill()
        second.wait_end()
        self.fails(6, "ps", says="no node is running")
        self.assertEqual(os.listdir(self.sockets), [])

    def test_stop_node(self):
        """stop --node: the process has ended with exit code 0 and left nothing when it returns"""
        node = self.run_node(self.two_actors())
        self.ok("stop", "--node")
        self.assertEqual(node.wait_end(), 0)
        self.assertEqual(os.listdir(self.sockets), [])
        self.assertRegex(node.lines[-1], r"^node bank ended after ")

    def test_signals_stop_it_gracefully(self):
        """SIGTERM, SIGINT and SIGHUP: the actors are stopped, exit code 0, nothing is left"""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            node = self.run_node(guest("probe.wasm"))
            node.process.send_signal(number)
            self.assertEqual(node.wait_end(), 0, node.lines)
            node.wait_line(r"^stopping 1 actor \(.*at once\)$")
            self.assertEqual(os.listdir(self.sockets), [])

    def test_a_second_signal_ends_it_at_once(self):
        """a second signal ends the node while an actor still takes its time: 130, or 143"""
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            node = self.run_node(guest("probe.wasm"))
            self.ok("request", "probe", "on stop loop")
            node.process.send_signal(number)
            node.wait_line(r"^stopping")
            node.process.send_signal(number)
            self.assertEqual(node.wait_end(), code, node.lines)
            self.assertEqual(os.listdir(self.sockets), [])

    def test_a_crash_is_told_and_survived(self):
        """a crash: its asker learns it, the log shows it, the actor lives again"""
        node = self.run_node(guest("probe.wasm"))
        self.fails(6, "request", "probe", "trap unreachable")
        node.wait_line(r'\[probe/probe\] exit  life 1: crashed\("unreachable"\); restarted')
        self.assertEqual(self.ok("request", "probe", "echo back"), b"back")
        actor = self.actors()["probe/probe"]
        self.assertEqual((actor["lives"], actor["last_exit"]["kind"]), (2, "crashed"))

    def test_why_an_actor_keeps_restarting(self):
        """crashes, inspect and why tell what happened, over what, and what was decided"""
        self.run_node(guest("probe.wasm"))
        self.assertEqual(self.ok("crashes"), b"")
        self.ok("request", "probe", "log 3 this is odd")
        for _ in range(2):
            self.fails(6, "request", "probe", "trap unreachable", "--timeout", "5s")
        crashes = self.crashes(2)
        self.assertEqual([one["number"] for one in crashes], [1, 2])
        self.assertEqual(crashes[0]["log"][0]["text"], "this is odd")
        self.assertEqual(crashes[1]["log"], [])
        self.assertEqual(crashes[1]["window"]["restarts"], 2)
        table = self.ok("crashes", "probe").decode().splitlines()
        self.assertEqual(len(table), 3)
        self.assertRegex(table[1], r'1 .* probe/probe +1 .*crashed\("unreachable"\)')
        self.assertEqual(self.ok("crashes", "other"), b"")
        report = self.ok("crashes", "--full", "--limit", "1").decode()
        self.assertIn('"trap unreachable"', report)
        self.assertIn("at bad_trap", report)
        why = self.ok("why", "probe").decode()
        self.assertRegex(why, r"^probe/probe (ready for|failed, its life 2 began) ")
        self.assertIn("its last 2 lives ended in the same way, at ", why)
        self.assertIn("(2 of 3 within 1m)", why)
        events = json.loads(self.ok("events", "--json"))
        self.assertEqual([(one["kind"], one["life"], one["crash"]) for one in events[:4]],
                         [("started", 1, 0), ("crashed", 1, 1), ("restarted", 2, 0),
                          ("crashed", 2, 2)])
        self.assertRegex(self.ok("events", "probe").decode(), r"crashed +probe/probe life 2: ")
        known = json.loads(self.ok("inspect", "probe", "--json"))
        self.assertEqual(known["actor"]["limits"]["mailbox_messages"], 1000)
        self.assertEqual(len(known["crashes"]), 2)
        self.assertIn("crash 2: probe/probe, life 2", self.ok("inspect", "probe").decode())
        self.fails(3, "why", "nobody")
        self.fails(3, "inspect", "nobody")

    def test_why_an_actor_is_gone(self):
        """why and inspect tell how and when one ended that did so well, crashes before or not"""
        node = self.run_probes("shop", """[app.actors.desk]
component = "probe"
[app.actors.job]
component = "probe"
restart = "transient"
[app.actors.other]
component = "probe"
restart = "transient"
""")
        self.fails(6, "request", "other", "trap unreachable")
        node.wait_line(r"\[shop/other\] exit  life 1: ")
        for name, life in (("job", 1), ("other", 2)):
            self.ok("send", name, "exit ok")
            self.wait_gone(f"shop/{name}")
            why = self.ok("why", name).decode()
            self.assertRegex(why, rf"^shop/{name} it is gone: its life {life} ended at "
                                  r"\d\d:\d\d:\d\d \(normal; "
                                  r"ended: transient, and it ended well\)\n")
            self.assertIn("nothing is wrong", why)
            self.assertEqual("history " in why, name == "other")
            known = json.loads(self.ok("inspect", name, "--json"))
            self.assertIsNone(known["actor"])
            self.assertEqual(known["good_end"]["life"], life)
            self.assertRegex(self.ok("inspect", name).decode(), rf"^shop/{name} it is gone: ")
        self.assertIsNone(json.loads(self.ok("inspect", "desk", "--json"))["good_end"])

    def test_why_an_actor_ends_well_again_and_again(self):
        """why: who ends well again and again, by itself or for others, has a history and advice"""
        self.run_probes("shop", """[app.supervisors.root]
intensity = 9
backoff = "immediate"
[app.supervisors.pair]
strategy = "one-for-all"
[app.actors.desk]
component = "probe"
[app.actors.left]
component = "probe"
supervisor = "pair"
[app.actors.right]
component = "probe"
supervisor = "pair"
""")

        def why_in_life(name, life):
            return look_until(lambda: json.loads(self.ok("why", name, "--json")),
                              lambda found: any(f" life {life} restarted" in line
                                                for line in found["ends"][-1:]))
        for life in (2, 3, 4):
            self.ok("send", "desk", "exit ok")
            why = why_in_life("desk", life)
        self.assertEqual(
            [re.sub(r"^\d\d:\d\d:\d\d shop/desk ", "", line) for line in why["ends"]],
            ["life 2 restarted: after normal", "life 2 stopped: normal; restarted",
             "life 3 restarted: after normal", "life 3 stopped: normal; restarted",
             "life 4 restarted: after normal"])
        self.assertIn('say restart = "transient"', why["advice"])
        self.assertRegex(self.ok("why", "desk").decode(),
                         r"(?m)^  history +\S+ shop/desk life 2 restarted: after normal$")
        self.fails(6, "request", "left", "trap unreachable", "--timeout", "5s")
        right = why_in_life("right", 2)
        self.assertIn("life 1 stopped: normal; restarted in its turn", right["ends"][0])
        self.assertIn("for the sake of another", right["advice"])
        left = why_in_life("left", 2)
        self.assertEqual(len(left["ends"]), 2, left["ends"])
        self.assertIn('crashed("unreachable") over a request', left["ends"][0])

    def test_an_unhealthy_actor_begins_anew(self):
        """health: it is asked how it is, and ends; inspect, events, why and ps --json show it"""
        node = self.run_probes("clinic", """[app.actors.patient]
component = "probe"
health = { interval = "10ms", threshold = 2 }
""")
        # It may have been asked by now.
        self.assertIn(self.actors()["clinic/patient"]["health"]["status"], ("unknown", "healthy"))
        self.assertRegex(self.ok("inspect", "patient").decode(), r"health +(unknown|healthy)")
        self.ok("request", "patient", "health 2 no disk")
        node.wait_line(r'\[clinic/patient\] exit  life 1: crashed\("unhealthy: no disk"\)')
        events = json.loads(self.ok("events", "--json"))
        self.assertIn(("health", "unhealthy: no disk (1 of 2 in a row)"),
                      [(one["kind"], one["text"]) for one in events])
        self.assertEqual(self.crashes(1)[0]["in_hand"]["what"], "health")
        self.assertIn("its health check ended it", self.ok("why", "patient").decode())

    def test_kill_ends_a_life(self):
        """kill: the life ends as killed, and the next begins; crashes -f shows it"""
        self.run_node(guest("counter.wasm"))
        self.assertEqual(self.ok("request", "counter", "add 1"), b"total 1")
        self.assertEqual(json.loads(self.ok("kill", "counter", "--json")), {"killed": "counter"})
        self.assertEqual(self.ok("request", "counter", "add 1", "--timeout", "5s"), b"total 1")
        crashes = self.crashes(1)
        self.assertEqual((crashes[0]["exit"]["kind"], crashes[0]["in_hand"]), ("killed", None))
        self.fails(3, "kill", "nobody")

    def test_restart_begins_anew(self):
        """restart: the life ends well, the next begins, and the supervisor does not count it"""
        self.run_node(guest("counter.wasm"))
        self.assertEqual(self.ok("request", "counter", "add 1"), b"total 1")
        for _ in range(5):  # More often than its supervisor would.
            self.assertEqual(json.loads(self.ok("restart", "counter", "--json")),
                             {"restarted": "counter"})
        self.assertEqual(self.ok("request", "counter", "add 1"), b"total 1")
        self.assertEqual(self.actors()["counter/counter"]["lives"], 6)
        self.assertEqual(json.loads(self.ok("crashes", "--json")), [])
        self.fails(3, "restart", "nobody")

    def test_crashes_follow(self):
        """crashes -f prints those that come, until the node ends"""
        node = self.run_node(guest("probe.wasm"))
        follower = self.start_troupe("crashes", "-f", "--json")
        self.fails(6, "request", "probe", "trap unreachable")
        self.assertEqual(json.loads(follower.stdout.readline())["number"], 1)
        self.fails(6, "request", "probe", "trap unreachable", "--timeout", "5s")
        self.assertEqual(json.loads(follower.stdout.readline())["number"], 2)
        self.ok("stop", "--node")
        node.wait_end()
        self.assertEqual(follower.wait(timeout=30), 0)

    def test_events_follow(self):
        """events -f prints those that come, as lines or as objects, until Ctrl-C"""
        self.run_node(guest("probe.wasm"))
        lines = self.start_troupe("events", "-f")
        objects = self.start_troupe("events", "-f", "--json")

        def expect(kind, life, text):
            """The next event; `text` is a pattern of what follows its life."""
            self.assertRegex(lines.stdout.readline().decode().rstrip("\n"),
                             rf"^\d\d:\d\d:\d\d\S* {kind} +probe/probe life {life}{text}$")
            event = json.loads(objects.stdout.readline())
            self.assertEqual((event["kind"], event["actor"], event["life"]),
                             (kind, "probe/probe", life))
            self.assertRegex(": " + event["text"], rf"^{text or ': '}$")

        expect("started", 1, "")
        self.fails(6, "request", "probe", "trap unreachable")
        expect("crashed", 1, r': crashed\("unreachable"\); restarted')
        expect("restarted", 2, r': after crashed\("unreachable"\)')
        for follower in (lines, objects):
            self.assertIsNone(follower.poll())
            follower.send_signal(signal.SIGINT)
            self.assertEqual(follower.wait(timeout=30), -signal.SIGINT, "130 for a shell")
            self.assertEqual(follower.stdout.read(), b"")
        self.assertEqual(self.ok("request", "probe", "count"), b"ok 1")

    def test_a_supervisor_that_gives_up(self):
        """beyond the intensity the node ends with exit code 1 and the reason"""
        node = self.run_node(guest("probe.wasm"))
        for _ in range(20):  # Restarts wait longer each time, and requests with them.
            if self.troupe("request", "probe", "trap unreachable", "--timeout", "5s")[0] == 6 \
                    and node.process.poll() is not None:
                break
        self.assertEqual(node.wait_end(), 1)
        node.wait_line(r"^error: ")

    def test_an_app_has_no_more_actors_than_it_may(self):
        """actors_max: who would be one too many is refused to its spawner, until another is gone"""
        self.run_probes("shop", """actors_max = 2
[app.templates.kid]
component = "probe"
restart = "temporary"
[app.actors.desk]
component = "probe"
grants = { spawn = ["kid"] }
""")
        self.assertEqual(self.ok("request", "desk", "spawn kid one -;spawn kid two -"),
                         b"ok #1;refused over-quota")
        self.ok("stop", "one")
        self.assertEqual(self.ok("request", "desk", "spawn kid two -"), b"ok #2")

    def test_a_tree_of_supervisors(self):
        """one that gives up is restarted from above, with those after it; tree and events tell"""
        self.run_node(self.write("app.toml", A_TREE.format(echo=guest("echo.wasm"),
                                                           probe=guest("probe.wasm"))))
        for _ in range(2):
            self.fails(6, "request", "till-2", "trap unreachable", "--timeout", "5s")
        for name in ("stock", "door"):
            self.assertEqual(self.ok("request", name, "hello", "--timeout", "5s"), b"hello")
        self.assertEqual(self.ok("request", "till-1", "count", "--timeout", "5s"), b"ok 1")
        self.assertEqual(self.ok("request", "till-2", "count", "--timeout", "5s"), b"ok 1")
        actors = self.actors()
        self.assertEqual({name: actor["lives"] for name, actor in actors.items()},
                         {"shop/stock": 1, "shop/till-1": 2, "shop/till-2": 3, "shop/door": 2})
        supervisors = {one["name"]: one for one in
                       json.loads(self.ok("tree", "--json"))["supervisors"]}
        self.assertEqual([(one["parent"], one["state"], one["life"], one["restarts"])
                          for one in supervisors.values()],
                         [("", "running", 1, 0), ("root", "running", 1, 1),
                          ("floor", "running", 2, 0)])
        self.assertRegex(self.ok("tree", "--history").decode(),
                         r'(?m)^tills +\S+ +shop/till-2 +crashed\("unreachable"\) +give-up$')
        self.assertEqual([(one["child"], one["text"]) for one in supervisors["floor"]["history"]],
                         [("tills", "gave up")])
        tree = self.ok("tree").decode()
        self.assertRegex(tree, r"(?m)^   └─ tills +running +2  one-for-one, 0 of 1 restart ")
        self.assertRegex(tree, r"(?m)^      └─ shop/till-2 +ready +3  last: crashed")
        events = [one for one in json.loads(self.ok("events", "--limit", "100", "--json"))
                  if one["actor"] == "tills"]
        self.assertEqual([(one["kind"], one["life"]) for one in events],
                         [("escalated", 1), ("restarted", 2)])
        self.assertIn("gave up: 'shop/till-2' ended: ", events[0]["text"])
        self.assertIn("restarted with those started after it", events[0]["text"])
        node = json.loads(self.ok("node", "--json"))
        self.assertEqual((node["counters"]["actors_made"], node["counters"]["lives_crashed"]),
                         (4, 2))
        self.assertIn("4 ended, 2 of these crashed", self.ok("node").decode())

    def test_logs_are_harmless(self):
        """an actor's log goes to standard error, with its control characters made visible"""
        node = self.run_node(guest("probe.wasm"))
        self.ok("request", "probe", "log 3 \x1b[31mred\a")
        node.wait_line(r"^\[probe/probe\] warn  \\x1b\[31mred\\x07$")

    def test_a_manifest_with_errors(self):
        """an invalid manifest is exit code 8, with line, key and suggestion"""
        path = self.write("app.toml",
                          TWO_ACTORS.replace('component = "echo"', 'componnet = "echo"'))
        err = self.fails(8, "run", path)
        self.assertRegex(err, r"app\.toml:\d+:\d+")
        self.assertIn("componnet", err)
        self.assertEqual(os.listdir(self.folder), ["app.toml"])

    def test_check_shows_an_app_and_starts_nothing(self):
        """check: who would be started, and below whom, then ok; there is no node and no socket"""
        path = self.write("app.toml", A_TREE.format(echo=guest("echo.wasm"),
                                                    probe=guest("probe.wasm")))
        out = self.ok("check", path).decode()
        self.assertEqual(out.splitlines()[0], f"{path}: app shop, 4 actors, 3 supervisors")
        self.assertRegex(out, r"(?m)^   ├─ shop/door +permanent +/\S+echo\.wasm$")
        self.assertRegex(out, r"(?m)^   └─ tills +permanent +one-for-one, 1 restart within 1m$")
        self.assertRegex(out, r"(?m)^      └─ shop/till-2 +permanent +/\S+probe\.wasm$")
        self.assertEqual(out.splitlines()[-1], "ok")
        self.assertTrue(self.ok("check").startswith(b"app.toml: app shop, "))
        found = [json.loads(line) for line in
                 self.ok("check", path, guest("counter.wasm"), "--json").splitlines()]
        self.assertEqual([(one["app"], one["kind"], one["ok"]) for one in found],
                         [("shop", "app", True), ("counter", "component", True)])
        self.assertEqual([one["name"] for one in found[0]["actors"]],
                         ["shop/stock", "shop/till-1", "shop/till-2", "shop/door"])
        self.assertEqual(os.listdir(self.folder), ["app.toml"])

    def test_check_refuses_what_run_refuses(self):
        """check: of each file that run refuses the same errors and exit code, the first file's"""
        app = TWO_ACTORS.format(echo=guest("echo.wasm"), counter=guest("counter.wasm"))
        good = self.write("good.toml", app)
        circle = self.write("circle.toml", app + """[app.supervisors.a]
supervisor = "b"
[app.supervisors.b]
supervisor = "a"
""")
        for code, path in (
                (8, circle),
                (8, self.write("key.toml", app.replace('component =', 'componnet ='))),
                (8, self.write("state.toml", app + 'snapshot_interval = "1s"\n')),
                (8, self.write("text.toml", app.replace(guest("echo.wasm"), good))),
                (3, self.write("gone.toml", app.replace(guest("echo.wasm"), "gone.wasm"))),
                (8, self.write("x.wasm", b"\0asm\x01\0\0\0" + random.Random(1).randbytes(99))),
                (8, self.write("y.wasm", b"hello")), (3, "missing.wasm"), (3, "missing.toml")):
            self.assertEqual(self.fails(code, "check", path), self.fails(code, "run", path), path)
        self.fails(8, "check", circle, says=r"circle\.toml:\d+:\d+")
        self.fails(8, "check", circle, says="in a circle: a below b below a")
        code, out, err = self.troupe("check", "missing.wasm", good, circle, "--json")
        self.assertEqual((code, json.loads(out)["app"]), (3, "bank"))
        self.assertEqual([json.loads(line)["error"]["exit_code"] for line in err.splitlines()],
                         [3, 8])

    def test_files_that_are_no_components(self):
        """random bytes, an empty file and a text are exit code 8; a missing file 3; a folder 8"""
        noise = random.Random(1).randbytes(65537)
        for content in (b"", b"hello", noise, b"\0asm" + noise, b"\0asm\x01\0\0\0" + noise):
            self.fails(8, "run", self.write("x.wasm", content))
        self.fails(3, "run", "missing.wasm", says="missing.wasm")
        self.fails(3, "run", "missing.toml", says="missing.toml")
        (self.folder / "folder.wasm").mkdir()
        self.fails(8, "run", "folder.wasm")
        self.assertEqual([name for name in os.listdir(self.sockets)], [])

    def test_an_unreadable_file(self):
        """a file that may not be read is exit code 4"""
        path = self.write("x.wasm", b"")
        os.chmod(path, 0)
        if os.geteuid() != 0:
            self.fails(4, "run", path)
            return
        if shutil.which("setpriv") is None:
            self.skipTest("runs as root, and there is no setpriv to become somebody else")
        os.chmod(self.folder, 0o700)
        os.chown(self.folder, NOBODY, NOBODY)
        for command in (["run", path], ["run", self.write("app.toml", "")]):
            os.chmod(command[1], 0)
            try:
                self.fails(4, *command, preexec_fn=as_nobody)
            except PermissionError:
                self.skipTest("the program is where only root may run it")

    def test_an_actor_that_cannot_start(self):
        """an actor whose start fails: exit code 1 with its reason, and no socket is left"""
        path = self.write("app.toml", TWO_ACTORS.format(echo=guest("echo.wasm"),
                                                        counter=guest("probe.wasm"))
                          + 'config = "do error no money"\n')
        self.fails(1, "run", path, says="no money")
        self.assertEqual(os.listdir(self.sockets), [])

    def test_json_log(self):
        """with --json every line of the node is an object with an event"""
        node = self.run_node(guest("probe.wasm"), "--json")
        self.ok("request", "probe", "log 2 hello")
        self.troupe("request", "probe", "trap unreachable")
        node.wait_line(r'"event":"exit"')
        self.ok("stop", "--node")
        self.assertEqual(node.wait_end(), 0)
        events = [json.loads(line)["event"] for line in node.lines]
        self.assertEqual(events[0], "ready")
        self.assertEqual(events[-1], "ended")
        self.assertIn("log", events)
        self.assertIn("stopping", events)


if __name__ == "__main__":
    main()
