"""Each magic destination over a real socket, and an ordinary one beside it."""

import asyncio
import re
import time

import pytest
from aiohttp import web

from tidings.carriers.connector import ReceiptState
from tidings.carriers.simulator.repartee import Repartee
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.receipt import read_receipt
from tidings.carriers.smpp.statuses import verdict
from tidings.carriers.smpp.text import read
from tidings.kernel.carrier_codes import ReceiptScheme

ORDINARY = "15005550999"


@pytest.mark.parametrize(
    ("last_four", "code"),
    [("0001", 30006), ("0003", 30003), ("0005", 30005), ("0007", 30007), ("0008", 30008)],
)
@pytest.mark.parametrize("form", ["text_and_tlvs", "text", "tlvs"])
async def test_a_magic_number_is_undelivered_with_its_code(world, last_four, code, form):
    await world.behave(receipt_seconds=0, receipt_form=form)
    esme = await world.bound()

    answer = await esme.submit("1500555" + last_four)
    report = read_receipt(await esme.next())

    assert answer.status == wire.ESME_ROK
    assert report.provider_id == answer.text
    assert verdict(report, ReceiptScheme.GSM) == (ReceiptState.UNDELIVERED, code)


async def test_an_ordinary_number_is_delivered_with_a_whole_receipt(world):
    esme = await world.bound()

    answer = await esme.submit(ORDINARY, b"Your table is ready at eight")
    receipt = await esme.next()

    assert (receipt.source, receipt.destination) == (ORDINARY, "55501")
    assert (receipt.source_ton, receipt.destination_ton) == (1, 3)
    assert receipt.esm_class == 0x04
    assert re.fullmatch(
        rb"id:%b sub:001 dlvrd:001 submit date:\d{10} done date:\d{10} stat:DELIVRD err:000 "
        rb"text:Your table is ready " % answer.text.encode(),
        receipt.short_message,
    )
    assert receipt.tlvs[wire.TLV_RECEIPTED_MESSAGE_ID] == answer.text.encode() + b"\0"
    assert receipt.tlvs[wire.TLV_MESSAGE_STATE] == b"\x02"


async def test_a_receipt_comes_only_when_it_is_asked_for(world):
    await world.behave(receipt_seconds=0)
    esme = await world.bound()

    await esme.submit(ORDINARY, registered_delivery=0)
    await esme.submit(ORDINARY, registered_delivery=2)
    await esme.submit("15005550003", registered_delivery=3)
    on_failure = await esme.submit("15005550003", registered_delivery=2)

    assert read_receipt(await esme.next()).provider_id == on_failure.text
    await esme.silence(0.2)


async def test_0010_never_has_a_receipt_and_0011_a_late_one(world):
    await world.behave(receipt_seconds=0)
    esme = await world.bound()

    await esme.submit("15005550010")
    await esme.submit("15005550011")
    await esme.silence(0.5)

    assert len(await world.received()) == 2
    stats = await world.call("GET", "/stats")
    assert stats["receipts_lost"] == 1
    assert stats["waiting"]["due_later"] == 1


async def test_0020_is_throttled_once_and_then_accepted(world):
    esme = await world.bound()

    statuses = [(await esme.submit("15005550020", text)).status for text in (b"a", b"a", b"b", b"b", b"a")]

    throttled = wire.ESME_RTHROTTLED
    assert statuses == [throttled, wire.ESME_ROK, throttled, wire.ESME_ROK, throttled]
    assert [row["text"] for row in await world.received()] == ["a", "b"]


async def test_0021_is_rejected_as_bad_destination(world):
    esme = await world.bound()

    assert (await esme.submit("15005550021")).status == wire.ESME_RINVDSTADR
    assert await world.received() == []


@pytest.mark.parametrize(
    ("last_four", "reply"),
    [("0030", "STOP"), ("0031", "START"), ("0032", "HELP"), ("0033", "Please take me off your list")],
)
async def test_a_person_replies_one_second_after_delivery(world, last_four, reply):
    await world.behave(receipt_seconds=0.2)
    esme = await world.bound()

    began = time.monotonic()
    await esme.submit("1500555" + last_four)
    assert (await esme.next()).esm_class == 0x04
    inbound = await esme.next()

    assert time.monotonic() - began >= 1.2
    assert inbound.esm_class == 0
    assert (inbound.source, inbound.destination) == ("1500555" + last_four, "55501")
    assert read(inbound) == (reply, None)


async def test_a_person_answers_the_same_sender_once_a_minute_at_most(world):
    await world.behave(receipt_seconds=0)
    esme = await world.bound()

    await esme.submit("15005550032")
    await esme.submit("15005550032")
    came = [await esme.next() for _ in range(3)]

    assert [pdu.esm_class for pdu in came].count(0) == 1
    repartee = Repartee()
    answers = [repartee.may_answer("a", "b", now=now) for now in (0.0, 59.0, 60.0)]
    assert answers == [True, False, True]


@pytest.fixture
async def site():
    """A web site on loopback that notes who asks for what, and sends /hop elsewhere."""
    asked = []

    async def page(request):
        asked.append((request.path, request.headers["User-Agent"]))
        if request.path == "/hop":
            raise web.HTTPFound("http://elsewhere.invalid/")
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}", asked
    await runner.cleanup()


async def clicks(world, *, settled):
    """The click counts, when as many as `settled` links have been looked at."""
    for _ in range(100):
        counts = (await world.call("GET", "/stats"))["clicks"]
        if sum(counts.values()) >= settled:
            break
        await asyncio.sleep(0.1)
    return counts


@pytest.mark.parametrize(("last_four", "agent"), [("0040", "iPhone"), ("0041", "facebookexternalhit")])
async def test_links_are_opened_by_a_person_or_a_preview_bot(world, site, last_four, agent):
    url, asked = site
    await world.behave(receipt_seconds=0)
    esme = await world.bound()

    text = f"Look: {url}/a, or {url}/hop. Not http://elsewhere.invalid/x"
    began = time.monotonic()
    await esme.submit("1500555" + last_four, text.encode())
    counts = await clicks(world, settled=3)

    assert time.monotonic() - began >= 1.0
    assert counts == {"opened": 2, "failed": 0, "barred": 1, "overflowed": 0}
    assert sorted(path for path, _ in asked) == ["/a", "/hop"]
    assert all(agent in by for _, by in asked)


async def test_magic_holds_whatever_the_personality(world):
    await world.behave(
        receipt_seconds=0, undelivered={"30005": 1.0}, lost_receipts=1.0, landlines=1.0, doubled_receipts=1.0
    )
    esme = await world.bound()

    answer = await esme.submit("15005550003")

    report = read_receipt(await esme.next())
    assert report.provider_id == answer.text
    assert verdict(report, ReceiptScheme.GSM) == (ReceiptState.UNDELIVERED, 30003)
    await esme.silence(0.2)
