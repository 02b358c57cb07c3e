"""`orchestrator serve` for clients: the registry files of the reference server in, a URL out."""

import json
import re
import subprocess
import threading


class Server:
    def __init__(self, binary, home, agents, services, config=""):
        home.mkdir(parents=True, exist_ok=True)
        self.command = [binary, "--db", f"sqlite://{home / 'aatp.db'}"]
        files = {"agents": agents, "services": services}
        for name, records in files.items():
            (home / f"{name}.json").write_text(json.dumps(records))
        imports = [part for name in files for part in (f"--{name}", str(home / f"{name}.json"))]
        subprocess.run([*self.command, "a2a", "import", *imports], check=True, stdout=subprocess.DEVNULL)
        (home / "serve.toml").write_text(config)
        serve = [*self.command, "serve", "--listen", "127.0.0.1:0", "--config", str(home / "serve.toml")]
        self.process = subprocess.Popen(serve, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.match(r"listening on (\S+)", line):
                self.url = found[1]
                # Whatever it says from now on must not fill the pipe.
                threading.Thread(target=self.process.stderr.read, daemon=True).start()
                return
        raise SystemExit("the server does not listen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(30) == 0, "the server ends well"
