"""Client and server under uvloop, the event loop of the product's processes."""

import asyncio

import uvloop

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.client import Link
from tidings.carriers.smpp.pdu import BindMode, SubmitSm
from tidings.carriers.smpp.server import SmppServer
from tidings.carriers.smpp.settings import SmppSettings


class AwaitedReply:
    """A reply as a future of the message id."""

    def __init__(self):
        self.id = asyncio.get_running_loop().create_future()

    def answered(self, answer):
        self.id.set_result(answer.text)

    def unanswered(self, reason):
        self.id.set_exception(ConnectionError(reason))

    never_left = unanswered


async def submit_once():
    server = SmppServer(
        on_bind=lambda session, bind: wire.ESME_ROK,
        on_submit=lambda session, submit: session.answer(submit, message_id="id-1"),
    )
    port = await server.listen("127.0.0.1", 0)
    room = asyncio.Event()
    link = Link(
        SmppSettings(host="127.0.0.1", port=port, system_id="me", password="pw"),
        BindMode.TRANSCEIVER,
        name="test",
        ssl_context=None,
        random=lambda: 0.0,
        on_deliver=lambda connection, pdu: None,
        on_room=room.set,
    )
    living = asyncio.create_task(link.run())
    await asyncio.wait_for(room.wait(), 10)
    reply = AwaitedReply()
    link.submit(SubmitSm("1", "2", b"hi"), reply)
    taken = await asyncio.wait_for(reply.id, 10)
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    await server.close()
    return taken


def test_a_submit_is_answered_under_uvloop():
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(submit_once()) == "id-1"
