"""Codes by e-mail: a letter of its own, over SMTP on a real socket."""

from collections.abc import AsyncIterator
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from functools import partial

import pytest
from tests.compliance.advisories.test_advisories import Mailbox, mailbox
from tests.verify.place import Place, place

from tidings.runtime.database import Database
from tidings.runtime.mail import send
from tidings.verify.mail import Mail

ANNA = "anna@shop.example"


@pytest.fixture
async def posted(db: Database) -> AsyncIterator[tuple[Place, Mailbox]]:
    async with (
        mailbox() as (box, office),
        place(db, mail=Mail(partial(send, office), sender="codes@home.example")) as verify,
    ):
        yield verify, box


async def test_a_code_goes_by_letter_and_is_good(posted: tuple[Place, Mailbox]) -> None:
    verify, box = posted
    started = await verify.start("Anna@Shop.example", Channel="email", Locale="de")
    assert (started.status, started.body["to"], started.body["channel"]) == (201, ANNA, "email")
    assert started.body["send_code_attempts"][0]["channel"] == "EMAIL"
    letter = last_of(box)
    assert (letter["Subject"], letter["To"], letter["From"]) == ("Shop", ANNA, "Shop <codes@home.example>")
    code = letter.get_content().rpartition("lautet: ")[2].strip()
    assert await verify.rows("select 1 from messages") == []
    assert (await verify.check(code, to=ANNA)).body["valid"]


async def test_a_sender_of_ones_own_is_of_the_operators_domain(posted: tuple[Place, Mailbox]) -> None:
    verify, box = posted
    refused = await verify.start(ANNA, Channel="email", ChannelConfiguration='{"from": "ceo@bank.example"}')
    assert (refused.status, refused.body["code"]) == (400, 60200)
    taken = await verify.start(
        ANNA, Channel="email", ChannelConfiguration='{"from": "shop@home.example", "from_name": "The Shop"}'
    )
    assert taken.status == 201
    assert last_of(box)["From"] == "The Shop <shop@home.example>"
    box.refuse = 1
    away = await verify.start("ben@shop.example", Channel="email")
    assert (away.status, away.body["code"]) == (503, 20503)
    assert (
        await verify.check("123456", to="ben@shop.example")
    ).status == 404  # nothing left, nothing is under way


def last_of(box: Mailbox) -> EmailMessage:
    message = message_from_string(box.letters[-1][1], policy=default)
    assert isinstance(message, EmailMessage)
    return message


async def test_without_a_server_the_channel_is_disabled(db: Database) -> None:
    async with place(db) as verify:
        refused = await verify.start(ANNA, Channel="email")
        assert (refused.status, refused.body["code"]) == (403, 60223)
