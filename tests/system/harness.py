"""What the system tests share: the real program in a folder of its own, never slept for."""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PATIENCE = 60  # Seconds until a test that waits gives up; nothing is measured against it.

options = argparse.Namespace(troupe="", guests="")


def guest(name):
    return str(pathlib.Path(options.guests) / name)


class Node:
    """A `troupe run` in the background. Its lines on standard error are kept."""

    def __init__(self, folder, arguments, **popen):
        self.lines = []
        self._grown = threading.Condition()
        self._closed = False
        self.process = subprocess.Popen(
            [options.troupe, "run", *arguments], cwd=folder, env=environment(folder),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", **popen)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._grown:
                self.lines.append(line.rstrip("\n"))
                self._grown.notify_all()
        with self._grown:
            self._closed = True
            self._grown.notify_all()

    @property
    def pid(self):
        return self.process.pid

    def wait_line(self, pattern):
        """The match of the first line that has the pattern."""
        def found():
            return next(filter(None, (re.search(pattern, line) for line in self.lines)), None)
        with self._grown:
            self._grown.wait_for(lambda: found() or self._closed, PATIENCE)
            match = found()
        assert match, f"no line like {pattern!r} in:\n" + "\n".join(self.lines)
        return match

    def wait_end(self):
        """The exit code; negative for a signal."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()


def environment(folder):
    env = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    env["XDG_RUNTIME_DIR"] = str(folder)
    return env


def look_until(look, is_enough):
    """What look() finds, again and again, until that is enough or PATIENCE is over."""
    end = time.monotonic() + PATIENCE
    while True:
        found = look()
        if is_enough(found) or time.monotonic() > end:
            return found
        time.sleep(0.01)


class SystemTest(unittest.TestCase):
    """Each test has a folder, which is also where its nodes have their sockets."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="troupe-"))
        self.sockets = self.folder / "troupe"
        self.nodes = []
        self.addCleanup(self._clean)

    def _clean(self):
        for node in self.nodes:
            node.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *arguments, **popen):
        """A node that may not get ready."""
        node = Node(self.folder, arguments, **popen)
        self.nodes.append(node)
        return node

    def run_node(self, *arguments):
        """A node that is ready."""
        node = self.start(*arguments)
        node.wait_line(r'ready')
        return node

    def troupe(self, *arguments, stdin=b"", **popen):
        """Runs a command to its end: exit code, standard output, standard error (text)."""
        done = subprocess.run([options.troupe, *arguments], input=stdin, cwd=self.folder,
                              env=environment(self.folder), capture_output=True,
                              timeout=PATIENCE, **popen)
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def start_troupe(self, *arguments):
        """A command that goes on; its standard output is a stream of lines."""
        process = subprocess.Popen([options.troupe, *arguments], cwd=self.folder,
                                   env=environment(self.folder), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()
        self.addCleanup(end)
        return process

    def ok(self, *arguments, stdin=b""):
        """Runs a command that must succeed: its standard output."""
        code, out, err = self.troupe(*arguments, stdin=stdin)
        self.assertEqual(code, 0, err)
        return out

    def fails(self, code, *arguments, says=".", **popen):
        """Runs a command that must fail so: its standard error."""
        got, out, err = self.troupe(*arguments, **popen)
        self.assertEqual(got, code, err)
        self.assertEqual(out, b"", "errors are on standard error")
        self.assertRegex(err, r"(?m)^error: ")
        self.assertRegex(err, says)
        return err

    def actors(self, *arguments):
        """The actors by name."""
        return {actor["name"]: actor for actor in json.loads(self.ok("ps", "--json", *arguments))}

    def crashes(self, count):
        """The reports of crashes, once there are so many; askers hear a little earlier."""
        reports = look_until(lambda: json.loads(self.ok("crashes", "--json")),
                             lambda found: len(found) >= count)
        self.assertEqual(len(reports), count)
        return reports

    def wait_gone(self, name):
        """Until the node has forgotten an actor; its end is told a little earlier."""
        self.assertNotIn(name, look_until(self.actors, lambda found: name not in found))

    def run_probes(self, app, actors):
        """A node with an app whose actors, as in its manifest, are of the component `probe`."""
        return self.run_node(self.write("app.toml", f"""schema = 1
[app]
name = "{app}"
components = {{ probe = "{guest("probe.wasm")}" }}
{actors}"""))

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)


def main(**flags):
    """Runs the tests of a file. `flags` are its own, each with what it does."""
    # In the background it would be ignored, also by the programs that are started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser()
    parser.add_argument("--troupe", required=True, help="the program")
    parser.add_argument("--guests", required=True, help="the folder of the test guests")
    for flag, does in flags.items():
        parser.add_argument(f"--{flag}", action="store_true", help=does)
    _, rest = parser.parse_known_args(namespace=options)
    options.troupe = os.path.abspath(options.troupe)
    options.guests = os.path.abspath(options.guests)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
