"""The published Python client, unmodified, against `orchestrator serve`: aatp.py BINARY DIRECTORY [SCRIPT].

Both of its kinds: results are not lost, whatever is in a payload verifies, a provider can verify who asks, the client's own
retries run a provider once, and approvals work with and without a key. With a script, beside them the client in JavaScript of
`script.mjs`. About half a minute.
"""

import asyncio
import json
import logging
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

from amorce import (
    AmorceAPIError,
    AmorceClient,
    AmorceNetworkError,
    AsyncAmorceClient,
    IdentityManager,
)

from provider import Providers
from script import Script
from server import Server

logging.disable(logging.CRITICAL)

API_KEY = "sk-atp-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

HARD = {
    "name": "Zoë 😀",
    "del": "a\x7fb",
    "separator": "\u2028",
    "lone": "\ud800x",
    "floats": [1.0, -0.0, 1e-05, 1e-07, 1e16, 0.1, 123456789.123],
    "big": 2**70,
    "nested": {"é": [None, True, {"！": 1, "😀": 2}]},
}

# What each client makes of each failure: the status that it tells of, and how often the provider ran under its own retries;
# the client in JavaScript repeats as often as the synchronous one.
FAILURES = {
    #           exception           status  synchronous  asynchronous
    "fail": (AmorceAPIError, 424, 1, 1),
    "refuse": (AmorceAPIError, 424, 1, 1),
    "cut": (AmorceNetworkError, 502, 1, 1),
    "gone": (AmorceNetworkError, 502, 0, 0),
    "busy": (AmorceNetworkError, 502, 4, 3),
    "throttle": (AmorceNetworkError, 502, 4, 3),
    "none": (AmorceAPIError, 404, 0, 0),
}

# What is no object, or late, and how the client shows it.
ODD = {
    "list": ([1, 2.5], {"value": [1, 2.5]}),
    "text": ("hello", {"value": "hello"}),
    "empty": (None, None),
    "slow": ({"late": True}, {"late": True}),
}


def told(value):
    """Tells 1.0 from 1 and -0.0 from 0.0, as a comparison does not."""
    return json.dumps(value, sort_keys=True)


def status_of(error):
    """What the error says of its status; the synchronous client loses that of what it repeats."""
    if isinstance(error, AmorceAPIError):
        return error.status_code
    return next((code for code in (429, 500, 502, 503, 504) if f" {code}: " in str(error)), None)


def check_sync(providers, make):
    def transact(name, payload):
        return make().transact({"service_id": f"srv-sync-{name}"}, payload)

    def fail(name):
        expected, status, runs, _ = FAILURES[name]
        try:
            transact(name, {"case": name})
        except expected as error:
            assert status_of(error) in (status, None), (name, error)
        else:
            raise AssertionError(f"{name} succeeded")
        assert providers.executions[f"/sync/{name}"] == runs, (name, providers.executions)

    def odd(name):
        answer = transact(name, {})
        assert (answer["result"], answer["data"]) == ODD[name], (name, answer)
        assert providers.executions[f"/sync/{name}"] == 1, (name, providers.executions)

    with ThreadPoolExecutor(len(FAILURES) + len(ODD)) as threads:
        for done in [*(threads.submit(fail, name) for name in FAILURES), *(threads.submit(odd, name) for name in ODD)]:
            done.result()
    answer = transact("echo", HARD)
    assert told(answer["result"]) == told(answer["data"]) == told({"echo": HARD}), answer
    assert answer["status"] == "success" and answer["transaction_id"].startswith("tx_")
    for name in ("context", "signed"):
        assert transact(name, {"intent": "x"})["data"] == {"echo": {"intent": "x"}}, name
    found = make().discover("test-sync")
    assert {service["service_id"] for service in found} >= {"srv-sync-echo", "srv-sync-signed"}, found
    before = providers.executions["/sync/echo"]
    for _ in range(2):
        transact("echo", {"twice": "on purpose"})
    assert providers.executions["/sync/echo"] == before + 2, "what is meant twice is done twice"


async def check_async(providers, identity, url):
    async with AsyncAmorceClient(identity, directory_url=url, orchestrator_url=url) as client:

        async def fail(name):
            expected, status, _, runs = FAILURES[name]
            try:
                await client.transact({"service_id": f"srv-async-{name}"}, {"case": name})
            except expected as error:
                assert status_of(error) == status, (name, error)
            else:
                raise AssertionError(f"{name} succeeded")
            assert providers.executions[f"/async/{name}"] == runs, (name, providers.executions)

        async def odd(name):
            answer = await client.transact({"service_id": f"srv-async-{name}"}, {})
            assert answer.result.data == ODD[name][1], (name, answer)
            assert providers.executions[f"/async/{name}"] == 1, (name, providers.executions)

        await asyncio.gather(*map(fail, FAILURES), *map(odd, ODD))
        # It cannot send half a character.
        payload = {key: value for key, value in HARD.items() if key != "lone"}
        answer = await client.transact({"service_id": "srv-async-echo"}, payload)
        assert told(answer.result.data) == told({"echo": payload}), answer
        assert isinstance(answer.transaction_id, str) and answer.result.status == "success"


def check_approvals(client):
    """Asked for, looked at, decided, and not decided twice."""
    approval = client.request_approval("tx_hitl", "Book a table", {"guests": 4}, [{"time": "19:00"}, {"time": "20:00"}], 300)
    assert client.check_approval(approval)["status"] == "pending"
    assert client.submit_approval(approval, "approve", "user@example.com", selected_alternative=1, comments="the later one")
    decided = client.check_approval(approval)
    told_of = [decided[name] for name in ("status", "approved_by", "selected_alternative", "comments", "transaction_id")]
    assert told_of == ["approved", "user@example.com", 1, "the later one", "tx_hitl"], decided
    try:
        client.submit_approval(approval, "reject", "user@example.com")
    except AmorceAPIError as error:
        assert error.status_code == 409, error
    else:
        raise AssertionError("what is decided was decided again")
    rejected = client.request_approval("tx_other", "Book another")
    assert client.submit_approval(rejected, "reject", "user@example.com")
    assert client.check_approval(rejected)["status"] == "rejected"


def check_key(server, identity):
    """Where a key is configured, nothing goes without."""
    urls = {"directory_url": server.url, "orchestrator_url": server.url}
    keyed = AmorceClient(identity, api_key=API_KEY, **urls)
    check_approvals(keyed)
    assert keyed.transact({"service_id": "srv-sync-list"}, {})["result"] == [1, 2.5]
    without = AmorceClient(identity, **urls)
    for attempt in (
        lambda: without.request_approval("tx_1", "Book"),
        lambda: without.transact({"service_id": "srv-sync-list"}, {}),
    ):
        try:
            attempt()
        except AmorceAPIError as error:
            assert error.status_code == 401, error
        else:
            raise AssertionError("nobody asked for the key")


def check_script(providers, script, client):
    """What it found, and the approval that it asked for, decided here."""
    found = script.run(client, client.request_approval("tx_crosswise", "Book a table"))
    assert found["statuses"] == {name: status for name, (_, status, _, _) in FAILURES.items()}, found
    for name, (_, _, runs, _) in FAILURES.items():
        assert providers.executions[f"/script/{name}"] == runs, (name, providers.executions)
    for name in ODD:
        assert providers.executions[f"/script/{name}"] == 1, (name, providers.executions)
    providers.verified += found["verified"]
    assert client.check_approval(found["ours"])["summary"] == "A table for four at the café"
    assert client.submit_approval(found["ours"], "reject", "user@example.com")
    assert client.check_approval(found["ours"])["status"] == "rejected"


def check_verified(providers, consumers):
    """Providers that are shown what was signed know the consumer, all others this server."""
    by_consumers = {agent for name, agent in providers.verified if name == "signed"}
    by_the_server = {agent for name, agent in providers.verified if name != "signed"}
    assert by_consumers == consumers and len(by_the_server) == 1, providers.verified


def main():
    binary, home = sys.argv[1], pathlib.Path(sys.argv[2])
    script = Script(sys.argv[3]) if len(sys.argv) > 3 else None
    consumer, owner = IdentityManager.generate_ephemeral(), IdentityManager.generate_ephemeral()
    identities = {consumer.agent_id: consumer} | ({script.identity.agent_id: script.identity} if script else {})
    providers = Providers()
    clients = ["sync", "async", *(["script"] if script else [])]
    owned, services = providers.records(clients, {"script": script.provider} if script else {})
    owned |= {agent: {"name": "consumer", "api_endpoint": "http://localhost:1"} for agent in identities}
    agents = {
        name: {"agent_id": name, "public_key": identities.get(name, owner).public_key_pem, "metadata": metadata}
        for name, metadata in owned.items()
    }
    with Server(binary, home / "open", agents, services) as server:
        providers.directory_url = url = server.url
        make = lambda identity=consumer: AmorceClient(identity, directory_url=url, orchestrator_url=url)
        with ThreadPoolExecutor(3) as threads:
            checks = [
                threads.submit(check_sync, providers, make),
                threads.submit(asyncio.run, check_async(providers, consumer, url)),
            ]
            if script:
                checks.append(threads.submit(check_script, providers, script, make(script.identity)))
            for done in checks:
                done.result()
        check_approvals(make())
        check_verified(providers, set(identities))
    with Server(binary, home / "keyed", agents, services, f'[a2a]\napi_key = "{API_KEY}"\n') as server:
        check_key(server, consumer)
    print(f"{sum(providers.executions.values())} executions for {', '.join(clients)}, all as they should be")


main()
