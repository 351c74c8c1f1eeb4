#!/usr/bin/env python3
"""The API as other programs see it: curl, raw bytes, clients that misbehave."""

import http.client
import json
import random
import shutil
import socket
import subprocess

from harness import SystemTest, guest, main


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(str(self.path))


class Api(SystemTest):
    def setUp(self):
        super().setUp()
        self.node = self.run_node(guest("echo.wasm"))
        self.path = self.sockets / "echo.sock"

    def call(self, method, target, body=None):
        connection = UnixConnection(self.path)
        connection.request(method, target, body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def test_the_endpoints(self):
        """every endpoint answers as documented"""
        answer, content = self.call("GET", "/v1/node")
        node = json.loads(content)
        self.assertEqual((answer.status, node["name"], node["pid"]), (200, "echo", self.node.pid))
        answer, content = self.call("GET", "/v1/supervisors")
        self.assertEqual([one["name"] for one in json.loads(content)], ["root"])
        answer, content = self.call("GET", "/v1/actors")
        self.assertEqual([actor["name"] for actor in json.loads(content)], ["echo/echo"])
        for target in ("/v1/actors/echo", "/v1/actors/echo/echo", "/v1/actors/echo%2Fecho"):
            answer, content = self.call("GET", target)
            self.assertEqual((answer.status, json.loads(content)["state"]), (200, "ready"))
        address = json.loads(content)["address"].replace("#", "%23")
        payload = bytes(range(256))
        for name in ("echo", "echo/echo", address):
            answer, content = self.call("POST", f"/v1/actors/{name}/request?timeout_ms=5000",
                                        payload)
            self.assertEqual((answer.status, content), (200, payload))
            self.assertEqual(answer.getheader("Content-Type"), "application/octet-stream")
        answer, content = self.call("POST", "/v1/actors/echo/send", b"x")
        self.assertEqual((answer.status, content), (202, b""))
        answer, content = self.call("POST", "/v1/actors/echo/stop?budget_ms=1000")
        self.assertEqual((answer.status, content), (204, b""))
        answer, content = self.call("POST", "/v1/node/stop")
        self.assertEqual(answer.status, 202)
        self.assertEqual(self.node.wait_end(), 0)

    def test_errors(self):
        """errors are problem+json with status and code"""
        for method, target, status, code in (
                ("GET", "/v1/actors/nobody", 404, "not-found"),
                ("GET", "/v2/actors", 404, "not-found"),
                ("POST", "/v1/actors/nobody/send", 404, "not-found"),
                ("DELETE", "/v1/actors/echo", 405, "unsupported"),
                ("POST", "/v1/actors/echo/request?timeout_ms=0", 400, "invalid-argument")):
            answer, content = self.call(method, target)
            problem = json.loads(content)
            self.assertEqual((answer.status, problem["status"], problem["code"]),
                             (status, status, code), target)
            self.assertEqual(answer.getheader("Content-Type"), "application/problem+json")

    def test_payloads_that_are_too_large(self):
        """a payload beyond 64 MiB is 413 before it is read; one beyond the actor's memory 503"""
        connection = UnixConnection(self.path)
        connection.putrequest("POST", "/v1/actors/echo/send")
        connection.putheader("Content-Length", str((64 << 20) + 1))
        connection.endheaders()
        answer = connection.getresponse()
        self.assertEqual((answer.status, json.loads(answer.read())["code"]),
                         (413, "invalid-argument"))
        connection.close()
        answer, content = self.call("POST", "/v1/actors/echo/request", bytes(1 << 20))
        self.assertEqual(answer.status, 503, content[:200])
        self.assertEqual(self.ok("request", "echo", "still here"), b"still here")

    def test_curl(self):
        """the lines of docs/api.md work with curl"""
        if shutil.which("curl") is None:
            self.skipTest("there is no curl")
        base = ["curl", "--silent", "--show-error", "--fail", "--unix-socket", str(self.path)]
        answer = subprocess.run([*base, "--data-binary", "a b\nc",
                                 "http://localhost/v1/actors/echo/request"],
                                capture_output=True, timeout=60, check=True)
        self.assertEqual(answer.stdout, b"a b\nc")
        large = self.write("large", bytes(1 << 19))
        answer = subprocess.run([*base, "--data-binary", f"@{large}", "--expect100-timeout", "30",
                                 "-H", "Expect: 100-continue",
                                 "http://localhost/v1/actors/echo/send"],
                                capture_output=True, timeout=60, check=True)
        answer = subprocess.run([*base, "http://localhost/v1/actors"], capture_output=True,
                                timeout=60, check=True)
        self.assertEqual(len(json.loads(answer.stdout)), 1)
        subprocess.run([*base, "-X", "POST", "http://localhost/v1/node/stop"], timeout=60, check=True,
                       capture_output=True)
        self.assertEqual(self.node.wait_end(), 0)

    def test_noise(self):
        """random bytes, half requests and clients that leave do not disturb the node"""
        randomness = random.Random(1)
        request = b"POST /v1/actors/echo/request HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
        for round_number in range(300):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(60)
            connection.connect(str(self.path))
            try:
                if round_number % 3 == 0:
                    connection.sendall(randomness.randbytes(randomness.randrange(1, 10_000)))
                else:
                    connection.sendall(request[:randomness.randrange(len(request) + 1)])
                if round_number % 2 == 0:
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(4096):
                        pass
            except (BrokenPipeError, ConnectionResetError):
                pass  # It was refused before it had said all.
            connection.close()
        self.assertEqual(self.ok("request", "echo", "still here"), b"still here")

    def test_more_connections_than_fit(self):
        """beyond 64 connections the next is told so; when one closes there is room again"""
        connections = []
        for _ in range(64):
            connection = UnixConnection(self.path)
            connection.request("GET", "/v1/node")
            connection.getresponse().read()
            connections.append(connection)
        self.fails(6, "ps", says="64 connections")
        for connection in connections:
            connection.close()
        self.ok("ps")


if __name__ == "__main__":
    main()
