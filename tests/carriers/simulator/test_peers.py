"""The simulator with real clients: our own connector, and smpp34."""

import asyncio

import smpp34
from tests.carriers.smpp.rig import Rig, handover, until

from tidings.carriers.connector import ReceiptState, Rejected, Taken, Throttled
from tidings.carriers.smpp import pdu as wire


class Account(Rig):
    """Our connector with the simulator's credentials."""

    def __init__(self, world, **settings):
        super().__init__(
            world.addresses.smpp_port, **({"system_id": "acme", "password": "secret"} | settings)
        )


async def test_our_connector_reads_every_outcome_as_meant(world):
    account = Account(world)
    await account.connector.open()
    await account.bound()
    wanted = {"0001": 30006, "0003": 30003, "0005": 30005, "0007": 30007, "0008": 30008, "0999": None}

    codes = {}
    for last_four in wanted:
        outcome = await account.submit(handover(destination="+1500555" + last_four))
        assert isinstance(outcome, Taken)
        codes[outcome.provider_ids[0]] = wanted[last_four]
    await until(lambda: len(account.receipts) == len(wanted))

    assert {receipt.provider_id: receipt.code for receipt in account.receipts} == codes
    assert all(
        (receipt.state is ReceiptState.DELIVERED) == (receipt.code is None) for receipt in account.receipts
    )
    assert isinstance(await account.submit(handover(destination="+15005550020")), Throttled)
    assert isinstance(await account.submit(handover(destination="+15005550021")), Rejected)
    await account.connector.close()


async def test_long_texts_of_our_connector_arrive_whole(world):
    for long_text in ("udh", "sar", "payload"):
        account = Account(world, long_text=long_text)
        await account.connector.open()
        await account.bound()
        for text in ("Grüße {€} " * 40, "Привет 🎉 " * 30):
            await account.submit(handover(text, destination="+15005550999"))
        await account.connector.close()

    rows = await world.received()

    assert [row["text"] for row in rows] == ["Grüße {€} " * 40, "Привет 🎉 " * 30] * 3
    assert rows[0]["parts"] == rows[2]["parts"] == rows[4]["parts"]
    assert rows[1]["parts"] == rows[3]["parts"] == rows[5]["parts"]
    assert {row["source"] for row in rows} == {"+15005550006"}


async def test_a_drop_in_the_middle_loses_no_receipt(world):
    await world.behave(answer_seconds=0.02, receipt_seconds=[0, 0.5], doubled_receipts=0.2)
    account = Account(world, window=20)
    await account.connector.open()
    await account.bound()

    outcomes = [account.submit(handover(f"n{n}", destination="+15005550999")) for n in range(100)]
    for _ in range(3):
        await asyncio.sleep(0.05)
        await world.fault("drop")
    taken = {
        outcome.provider_ids[0] for outcome in await asyncio.gather(*outcomes) if isinstance(outcome, Taken)
    }
    await until(lambda: taken <= {receipt.provider_id for receipt in account.receipts})
    rows = await world.received()

    assert taken <= {row["message_id"] for row in rows}
    assert len({row["text"] for row in rows}) == len(rows)
    await account.connector.close()


async def test_smpp34_binds_submits_and_gets_its_receipt(world):
    client = smpp34.Client("127.0.0.1", world.addresses.smpp_port, "acme", "secret", bind_type="TRX")
    session = await client.connect()

    await session.submit_sm("15005550999", b"from smpp34", source_addr="55501", registered_delivery=1)
    event = await asyncio.wait_for(session.next(), 10)
    (row,) = await world.received()

    assert isinstance(event, smpp34.DeliverSmEvent)
    assert (row["text"], row["source"]) == ("from smpp34", "55501")
    await session.unbind()


async def test_a_stray_pdu_does_not_end_the_session(world):
    esme = await world.bound()

    nack = await esme.ask(wire.Unrecognised(0x00000103, 0, 0))

    assert nack.command == wire.GENERIC_NACK
    assert (await esme.submit("15005550999")).status == wire.ESME_ROK
