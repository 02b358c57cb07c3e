"""The published Python client, unmodified, against `orchestrator serve`: aatp.py BINARY DIRECTORY.

Results are not lost, whatever is in a payload verifies, a provider can verify who asks, and the client's own retries run a
provider once. About twenty seconds.
"""

import asyncio
import collections
import http.server
import json
import logging
import pathlib
import re
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from amorce import (
    AmorceAPIError,
    AmorceClient,
    AmorceNetworkError,
    AsyncAmorceClient,
    IdentityManager,
    verify_request,
)

logging.disable(logging.CRITICAL)
binary, home = sys.argv[1], pathlib.Path(sys.argv[2])
executions, lock = collections.Counter(), threading.Lock()
server_url = ""
verified = []

ANSWERS = {
    "/list": (201, b"[1, 2.50]"),
    "/text": (200, b"hello"),
    "/empty": (204, b""),
    "/fail": (500, b'{"reason": "oops"}'),
    "/refuse": (422, b'{"reason": "fully booked"}'),
    "/busy": (503, b"{}"),
    "/throttle": (429, b"{}"),
}


class Provider(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            executions[self.path] += 1
        if self.path == "/cut":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if self.path in ("/echo", "/context", "/signed"):
            request = verify_request(dict(self.headers), body, directory_url=server_url)
            verified.append((self.path, request.agent_id))
            received = json.loads(body)
            status, answer = 200, json.dumps({"echo": received.get("data", received.get("payload"))}).encode()
        else:
            status, answer = ANSWERS[self.path]
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if status != 204 else b"")

    def log_message(self, *_):
        pass


def serve_provider():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def write_files(consumer, provider, provider_url):
    def agent(name, key, url):
        return {"agent_id": name, "public_key": key, "metadata": {"name": name, "api_endpoint": url}}

    agents = [
        agent(consumer.agent_id, consumer.public_key_pem, "http://localhost:1"),
        agent("agent-provider", provider.public_key_pem, provider_url),
        # One that fails again and again is left alone for a while, which is none of the others' business.
        agent("agent-busy", provider.public_key_pem, provider_url),
        agent("agent-throttle", provider.public_key_pem, provider_url),
        agent("agent-gone", provider.public_key_pem, f"http://127.0.0.1:{closed_port()}"),
    ]

    def service(name, owner="agent-provider", **more):
        metadata = {"name": name, "service_path_template": f"/{name}", **more}
        return {"service_id": f"srv-{name}", "provider_agent_id": owner, "service_type": "test", "metadata": metadata}

    owners = {"/busy": "agent-busy", "/throttle": "agent-throttle"}
    paths = [*ANSWERS, "/echo", "/cut"]
    services = [service(path.strip("/"), owners.get(path, "agent-provider")) for path in paths]
    services += [service("context", forward="context"), service("signed", forward="signed"), service("gone", "agent-gone")]
    (home / "agents.json").write_text(json.dumps({agent["agent_id"]: agent for agent in agents}))
    (home / "services.json").write_text(json.dumps({service["service_id"]: service for service in services}))


def command(*arguments):
    return [binary, "--db", f"sqlite://{home / 'aatp.db'}", *arguments]


def start_server():
    files = ["--agents", str(home / "agents.json"), "--services", str(home / "services.json")]
    subprocess.run(command("a2a", "import", *files), check=True)
    server = subprocess.Popen(command("serve", "--listen", "127.0.0.1:0"), stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if found := re.match(r"listening on (\S+)", line):
            # Whatever it says from now on must not fill the pipe.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return server, found[1]
    raise SystemExit("the server does not listen")


HARD = {
    "name": "Zoë 😀",
    "del": "a\x7fb",
    "separator": "\u2028",
    "lone": "\ud800x",
    "floats": [1.0, -0.0, 1e-05, 1e-07, 1e16, 0.1, 123456789.123],
    "big": 2**70,
    "nested": {"é": [None, True, {"！": 1, "😀": 2}]},
}


def check_sync(client):
    answer = client.transact({"service_id": "srv-echo"}, HARD)
    assert answer["result"] == answer["data"] == {"echo": HARD}, answer
    assert answer["status"] == "success" and answer["transaction_id"].startswith("tx_")
    for path, result, data in [
        ("list", [1, 2.5], {"value": [1, 2.5]}),
        ("text", "hello", {"value": "hello"}),
        ("empty", None, None),
        ("context", {"echo": {"intent": "x"}}, {"echo": {"intent": "x"}}),
        ("signed", {"echo": {"intent": "x"}}, {"echo": {"intent": "x"}}),
    ]:
        answer = client.transact({"service_id": f"srv-{path}"}, {"intent": "x"})
        assert (answer["result"], answer["data"]) == (result, data), (path, answer)
    found = client.discover("test")
    assert {service["service_id"] for service in found} >= {"srv-echo", "srv-signed"}, found
    before = executions["/echo"]
    for _ in range(2):
        client.transact({"service_id": "srv-echo"}, {"twice": "on purpose"})
    assert executions["/echo"] == before + 2, "what is meant twice is done twice"


def check_failures(make):
    """What the client makes of each failure, and how often the provider ran."""

    def fail(case):
        path, expected, status, most = case
        try:
            make().transact({"service_id": f"srv-{path}"}, {"case": path})
        except expected as error:
            assert status is None or error.status_code == status, (path, error)
        else:
            raise AssertionError(f"{path} succeeded")
        assert executions[f"/{path}"] == most, (path, executions)

    cases = [
        ("fail", AmorceAPIError, 424, 1),
        ("refuse", AmorceAPIError, 424, 1),
        ("cut", AmorceNetworkError, None, 1),
        ("gone", AmorceNetworkError, None, 0),
        ("busy", AmorceNetworkError, None, 4),
        ("throttle", AmorceNetworkError, None, 4),
        ("none", AmorceAPIError, 404, 0),
    ]
    with ThreadPoolExecutor(len(cases)) as threads:
        list(threads.map(fail, cases))


async def check_async(identity, url):
    async with AsyncAmorceClient(identity, directory_url=url, orchestrator_url=url) as client:
        payload = {key: value for key, value in HARD.items() if key != "lone"}
        answer = await client.transact({"service_id": "srv-echo"}, payload)
        assert answer.result.data == {"echo": payload}, answer
        answer = await client.transact({"service_id": "srv-list"}, {})
        assert answer.result.data == {"value": [1, 2.5]}, answer
        before = executions["/cut"]
        try:
            await client.transact({"service_id": "srv-cut"}, {"by": "the asynchronous one"})
        except AmorceNetworkError:
            pass
        assert executions["/cut"] == before + 1, executions


def main():
    global server_url
    consumer, provider = IdentityManager.generate_ephemeral(), IdentityManager.generate_ephemeral()
    write_files(consumer, provider, serve_provider())
    server, server_url = start_server()
    try:
        make = lambda: AmorceClient(consumer, directory_url=server_url, orchestrator_url=server_url)
        check_sync(make())
        check_failures(make)
        asyncio.run(check_async(consumer, server_url))
        by_the_consumer = {agent for path, agent in verified if path == "/signed"}
        by_the_server = {agent for path, agent in verified if path != "/signed"}
        assert by_the_consumer == {consumer.agent_id} and len(by_the_server) == 1, verified
    finally:
        server.terminate()
        assert server.wait(30) == 0, "the server ends well"
    print(f"{sum(executions.values())} executions, all as they should be")


main()
