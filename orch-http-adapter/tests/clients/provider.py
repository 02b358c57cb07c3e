"""Providers that misbehave in every published way, and how often each was executed."""

import collections
import http.server
import json
import socket
import threading
import time

from amorce import verify_request

# Longer than the server waits for an answer, so that a client meets its own retries.
SLOW_SECONDS = 11.0

ANSWERS = {
    "list": (201, b"[1, 2.50]"),
    "text": (200, b"hello"),
    "empty": (204, b""),
    "fail": (500, b'{"reason": "oops"}'),
    "refuse": (422, b'{"reason": "fully booked"}'),
    "busy": (503, b"{}"),
    "throttle": (429, b"{}"),
    "slow": (200, b'{"late": true}'),
}
ECHOES = ["echo", "context", "signed"]
NAMES = [*ANSWERS, *ECHOES, "cut", "gone"]


class Providers:
    """Serves `/CLIENT/NAME`, and remembers executions and who was verified to ask."""

    def __init__(self):
        self.executions, self.verified, self.lock = collections.Counter(), [], threading.Lock()
        self.directory_url = ""
        providers = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                providers.answer(self)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"

    def answer(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        name = request.path.rpartition("/")[2]
        with self.lock:
            self.executions[request.path] += 1
        if name == "cut":
            request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
            return
        if name in ECHOES:
            asked = verify_request(dict(request.headers), body, directory_url=self.directory_url)
            self.verified.append((name, asked.agent_id))
            received = json.loads(body)
            status, answer = 200, json.dumps({"echo": received.get("data", received.get("payload"))}).encode()
        else:
            status, answer = ANSWERS[name]
        if name == "slow":
            time.sleep(SLOW_SECONDS)
        request.send_response(status)
        if status != 204:
            request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def records(self, clients, echoes):
        """The agents and services of these clients, some of which have an address of their own for what echoes. One that
        fails again and again is left alone for a while, which is none of the others' business, so that each service has an
        agent of its own."""
        agents, services = {}, {}
        for client in clients:
            for name in NAMES:
                provider, path = f"agent-{client}-{name}", f"/{client}/{name}"
                url = echoes.get(client, self.url) if name in ECHOES else self.url
                url = f"http://127.0.0.1:{closed_port()}" if name == "gone" else url
                agents[provider] = {"name": provider, "api_endpoint": url}
                metadata = {"name": name, "service_path_template": path}
                if name in ("context", "signed"):
                    metadata["forward"] = name
                services[f"srv-{client}-{name}"] = {
                    "service_id": f"srv-{client}-{name}",
                    "provider_agent_id": provider,
                    "service_type": f"test-{client}",
                    "metadata": metadata,
                }
        return agents, services


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
