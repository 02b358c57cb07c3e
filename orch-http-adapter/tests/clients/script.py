"""The client in JavaScript: `node script.mjs`, talked to line by line."""

import json
import subprocess

from amorce import IdentityManager
from cryptography.hazmat.primitives.asymmetric import ed25519


class Seed:
    """The key of the published vectors, which the script has as well."""

    def get_private_key(self):
        return ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


class Script:
    def __init__(self, path):
        self.identity = IdentityManager(Seed())
        self.node = subprocess.Popen(["node", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.provider = self.hear()["provider"]

    def hear(self):
        line = self.node.stdout.readline()
        assert line, "the script has failed"
        return json.loads(line)

    def run(self, client, approval):
        """Everything that the script checks, with this approval of the client; what it found."""
        told = {"server": client.orchestrator_url, "agent": client.agent_id, "theirs": approval}
        self.node.stdin.write(json.dumps(told) + "\n")
        self.node.stdin.flush()
        found = self.hear()
        assert self.node.wait(30) == 0, "the script ends well"
        return found
