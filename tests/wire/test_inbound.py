"""A conversation as code for Twilio has it: the number's URL, the signed webhook, TwiML, and the list of messages."""

import asyncio
import secrets
import time
from uuid import UUID

from tests.api_home import SEALER, ApiHome, api_home, now
from tests.messages.test_receive import ANNA, SHOP, inbound, take
from tests.webhooks.endpoint import Endpoint
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from tidings.accounts import Opened, tokens
from tidings.lanes.gauge import Gauges
from tidings.messages.accept import Acceptance
from tidings.messages.reply import replies
from tidings.runtime.database import Database
from tidings.senders import Directory
from tidings.senders.services import Services
from tidings.webhooks import tell


async def test_a_conversation_with_twilios_own_package(db: Database) -> None:
    endpoint = await Endpoint().listen()
    async with api_home(db) as home:
        shop = await home.open_account()
        await home.give_sender(shop, SHOP)
        client = Client(shop.sid, shop.auth_token)
        client.api.base_url = home.base_url
        (number,) = await asyncio.to_thread(lambda: client.incoming_phone_numbers.list(phone_number=SHOP))
        await asyncio.to_thread(lambda: number.update(sms_url=f"{endpoint.base}/sms", sms_method="POST"))
        answer = MessagingResponse()
        answer.message("We are open until six.")
        endpoint.answers["/sms"] = ("text/xml", str(answer).encode())
        await take(db, inbound("Are you open?"))
        await tell_and_reply(home, endpoint)
        (call,) = endpoint.calls
        assert call.is_signed_with(shop.auth_token)
        theirs, ours = sorted(
            await asyncio.to_thread(lambda: client.messages.list()), key=lambda one: one.direction or ""
        )
        assert call.form["MessageSid"] == theirs.sid
        assert (theirs.direction, theirs.status, theirs.from_, theirs.to) == (
            "inbound",
            "received",
            ANNA,
            SHOP,
        )
        assert (ours.direction, ours.from_, ours.to) == ("outbound-reply", SHOP, ANNA)
        assert (theirs.body, ours.body) == ("Are you open?", "We are open until six.")
        assert theirs.date_sent == theirs.date_created
        assert theirs.num_segments == "1"
        await number_forgets(client, shop)
    await endpoint.close()


async def number_forgets(client: Client, shop: Opened) -> None:
    """A number without a URL tells nobody."""
    (number,) = await asyncio.to_thread(lambda: client.incoming_phone_numbers.list(phone_number=SHOP))
    emptied = await asyncio.to_thread(lambda: number.update(sms_url=""))
    assert not emptied.sms_url


async def tell_and_reply(home: ApiHome, endpoint: Endpoint) -> None:
    """What the work role does, until the first webhook is answered and its replies are accepted."""

    async def token_of(account: UUID) -> str | None:
        async with home.db.connection() as connection:
            return (await tokens(connection, account, sealer=SEALER)).get("primary")

    stopping = asyncio.Event()
    teller = asyncio.create_task(tell.run(home.db, token_of, allow_private=True, stopping=stopping))
    await endpoint.heard(1)
    stopping.set()
    await teller
    services = Services(home.db, monotonic=time.monotonic)
    gauges = Gauges(home.db, default_limit_seconds=36_000, clock=time.time)
    acceptance = Acceptance(home.db, gauges, services=services)
    reader = replies(
        home.db,
        accept=acceptance.accept,
        find_sender=Directory(home.db, monotonic=time.monotonic).find,
        find_pool=services.find,
        clock=now,
        entropy=secrets.token_bytes,
    )
    await reader.read_to_the_end()
    await acceptance.close()
