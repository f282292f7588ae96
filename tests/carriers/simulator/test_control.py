"""The control API: pages of what was received, personalities, and clear refusals that change nothing."""

import asyncio
import io
import json

import pytest
from tests.carriers.simulator.esme import simulated

from tidings.carriers.simulator.serve import PersonalityError
from tidings.carriers.smpp.pdu import BindMode

ORDINARY = "15005550999"


async def test_received_is_read_page_by_page(world):
    esme = await world.bound()
    for n in range(25):
        await esme.submit(ORDINARY, b"%d" % n)

    seen = []
    while page := await world.call("GET", f"/received?after={len(seen)}&limit=10"):
        seen += page

    assert [row["text"] for row in seen] == [str(n) for n in range(25)]
    assert [row["index"] for row in seen] == list(range(1, 26))
    assert await world.call("GET", "/received?limit=0") == []


async def test_received_can_be_forgotten(world):
    esme = await world.bound()
    await esme.submit(ORDINARY)

    assert await world.call("DELETE", "/received") == {"forgotten": 1}
    assert await world.received() == []
    await esme.submit(ORDINARY, b"new")
    assert [row["text"] for row in await world.call("GET", "/received?after=0")] == ["new"]


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=1.5", "after=²", "since=3"])
async def test_a_bad_page_is_refused(world, query):
    assert "error" in await world.call("GET", f"/received?{query}", status=400)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'"text"',
        json.dumps({"from": "+1415", "to": "55501"}).encode(),
        json.dumps({"from": "+1415", "to": "55501", "body": ""}).encode(),
        json.dumps({"from": "+1415", "to": "55501", "body": "x" * 1601}).encode(),
        json.dumps({"from": "+1415", "to": "55501", "body": 7}).encode(),
        json.dumps({"from": "+1415", "to": "55501", "body": "x", "more": 1}).encode(),
        json.dumps({"from": "not a number!", "to": "55501", "body": "x"}).encode(),
        json.dumps({"from": "+1415", "to": "x" * 21, "body": "x"}).encode(),
        json.dumps({"from": 1415, "to": "55501", "body": "x"}).encode(),
        json.dumps({"from": "+1415", "to": "55501", "body": "x", "order": 1}).encode(),
        json.dumps({"from": "+1415", "to": "55501", "body": "x", "order": [0]}).encode(),
        json.dumps({"from": "+1415", "to": "55501", "body": "x", "order": ["2"]}).encode(),
        rb'{"from": "+1415", "to": "55501", "body": "\ud83d"}',
        b"[" * 100_000,
    ],
)
async def test_a_bad_inbound_is_refused_and_nothing_is_sent(world, body):
    esme = await world.bound(BindMode.RECEIVER)

    assert (await world.call("POST", "/inbound", data=body, status=400))["error"]
    await esme.silence(0.1)


async def test_a_bad_personality_is_refused_and_the_old_one_stays(world):
    await world.behave(mps=7)

    told = await world.call("PUT", "/personality", data=b"mps: fast\nmood: bad", status=400)

    assert told["error"] == "mps: a number is wanted, not str; 'mood' is not a key"
    assert (await world.call("GET", "/personality"))["mps"] == 7


async def test_a_personality_is_replaced_whole_and_may_be_yaml(world):
    await world.behave(mps=7)

    described = await world.call("PUT", "/personality", data=b"receipt_seconds: [0.1, 0.5]")

    assert described["mps"] is None
    assert described["receipt_seconds"] == [0.1, 0.5]
    assert await world.call("PUT", "/personality", json=described) == described


async def test_a_bad_fault_is_refused(world):
    assert "kind" in (await world.call("POST", "/fault", json={"kind": "x"}, status=400))["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PATCH", "/received", 405), ("GET", "/inbound", 405)],
)
async def test_what_does_not_exist_is_refused_in_json(world, method, path, status):
    assert path in (await world.call(method, path, status=status))["error"]


async def test_a_body_of_many_megabytes_is_refused(world):
    await world.call("PUT", "/personality", data=io.BytesIO(b"#" * (5 << 20)), status=413)


async def test_stats_count_what_happened(world):
    esme = await world.bound()
    await esme.submit(ORDINARY)
    await esme.submit("15005550021")
    await esme.next()
    await asyncio.sleep(0.1)

    stats = await world.call("GET", "/stats")

    assert (stats["submits"], stats["parts"], stats["messages"], stats["rejected"]) == (2, 1, 1, 1)
    assert (stats["receipts"]["sent"], stats["receipts"]["acknowledged"]) == (1, 1)
    assert (stats["binds"], stats["sessions"]) == (1, 1)
    assert stats["cpu_seconds"] > 0
    assert await world.call("GET", "/healthz") == {"status": "ok"}


async def test_a_port_that_is_taken_stops_the_start(world):
    with pytest.raises(OSError, match="address already in use"):
        async with simulated(smpp_port=world.addresses.smpp_port):
            pass


async def test_a_personality_comes_from_a_file(tmp_path):
    path = tmp_path / "slow.yaml"
    path.write_text("mps: 3\n")

    async with simulated(personality=path) as world:
        assert (await world.call("GET", "/personality"))["mps"] == 3


async def test_a_faulty_file_stops_the_start_with_every_fault(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("mps: x\nclicks: 2\n")

    with pytest.raises(PersonalityError, match=r"bad.yaml: mps: .*\n.*bad.yaml: clicks: "):
        async with simulated(personality=path):
            pass
    with pytest.raises(PersonalityError, match="No such file"):
        async with simulated(personality=tmp_path / "none.yaml"):
            pass
