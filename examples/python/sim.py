"""kubeedge-sim for a Python suite: the server, and worlds of it. Standard library only."""

import json
import os
import shlex
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """The control API said no; `code` is stable, the text is for people."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem['code']}: {problem['detail']}")
        self.status = status
        self.code = problem["code"]


class Sim:
    """A `kubeedge-sim serve` of its own; use it in a `with`."""

    def __enter__(self):
        command = shlex.split(os.environ.get("KUBEEDGE_SIM", "npx kubeedge-sim"))
        # A session of its own, because npx stands before the server.
        self._process = subprocess.Popen(
            [*command, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        for line in self._process.stdout:
            name, _, value = line.partition(" ")
            if name == "control":
                self.url = value.strip()
                return self
        raise RuntimeError(f"{command} ended with {self._process.wait()} before it served")

    def __exit__(self, *_):
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        self._process.stdout.close()

    def ask(self, method, path, body=None):
        """Returns the JSON of an answer, None where it has none. Raises Refused."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"content-type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.code, json.load(error)) from None
        return json.loads(text) if text else None

    def trace(self, path, **query):
        """The events of a world, oldest first, page by page."""
        since = 0
        while True:
            parameters = urllib.parse.urlencode({**query, "since": since, "limit": 10_000})
            with urllib.request.urlopen(f"{self.url}{path}/trace?{parameters}") as answer:
                events = [json.loads(line) for line in answer]
            if not events:
                return
            yield from events
            since = events[-1]["id"]

    def world(self, **options):
        """A new world; use it in a `with`."""
        return World(self, options)


class World:
    def __init__(self, sim, options):
        self._sim = sim
        self._options = options

    def __enter__(self):
        self.about = self._sim.ask("POST", "/v1/worlds", self._options)
        self.path = f"/v1/worlds/{self.about['id']}"
        return self

    def __exit__(self, *_):
        self._sim.ask("DELETE", self.path)

    def act(self, action):
        return self._sim.ask("POST", f"{self.path}/act", {"action": action})["done"]

    def advance(self, seconds):
        return self._sim.ask("POST", f"{self.path}/advance", {"ms": seconds * 1000})

    def settle(self):
        self._sim.ask("POST", f"{self.path}/settle")

    def kubectl(self, *args):
        return self._sim.ask("POST", f"{self.path}/kubectl", {"args": args})

    def diagnose(self):
        return self._sim.ask("POST", f"{self.path}/diagnose")

    def trace(self, **query):
        return self._sim.trace(self.path, **query)
