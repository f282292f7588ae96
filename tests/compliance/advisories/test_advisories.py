"""Subscribers hear, once, of changes of rules that touch their account, by a real SMTP server."""

import asyncio
import json
import smtplib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_string, policy
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.compliance.conftest import ANNA, SHOP, Shop
from tests.compliance.packs.builders import BY, edited, manifest
from tests.compliance.packs.test_command_line import tidings

from tidings.compliance.advisories.advisory import due_advisories, of_days, of_packs, reaches
from tidings.compliance.advisories.letter import letter
from tidings.compliance.advisories.outlook import advisories, flows, touching
from tidings.compliance.advisories.round import subscribe, tell
from tidings.compliance.packs.pack import Pack, assemble, shipped
from tidings.compliance.packs.shelf import Use, install, keep_shipped, use
from tidings.compliance.quiet_hours import place_of
from tidings.compliance.verdict import Traffic
from tidings.runtime.mail import PostOffice, send

NOW = datetime.now(UTC)
SOON = NOW + timedelta(days=2)
ROW = "US-TX,marketing"
KIM = "kim@example.com"


def stricter(version: str = "ours") -> tuple[str, Pack]:
    """A pack that shuts Texas' marketing an hour earlier on some day."""
    row = next(one for one in shipped().tables["quiet_hours.csv"].split("\n") if f",{ROW}," in one)
    fields = row.split(",")
    table = edited("quiet_hours.csv", (row, row.replace(f",{fields[4]},", ",19:30,", 1)))
    return manifest(version), assemble(manifest(version), {"quiet_hours.csv": table})


async def put_to_use(shop: Shop, at: datetime = SOON) -> None:
    text, pack = stricter()
    async with shop.home.db.transaction() as connection:
        await keep_shipped(connection, now=NOW)
        await install(connection, text, pack, by=BY, now=NOW)
        await use(connection, "ours", from_at=at, by=BY, now=NOW)


async def schedule(shop: Shop, to: str, *, after: timedelta, intent: str = "marketing") -> None:
    async with shop.home.db.connection() as connection:
        await connection.execute(
            "insert into service_senders (service, sender, account, added_at) "
            "select $1, id, account, now() from senders where address = $2 on conflict do nothing",
            shop.service_id,
            SHOP,
        )
    form = {
        "To": to,
        "Body": "Sale",
        "MessagingServiceSid": shop.service,
        "ScheduleType": "fixed",
        "SendAt": (NOW + after).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "MessageIntent": intent,
    }
    path = f"/2010-04-01/Accounts/{shop.opened.sid}/Messages.json"
    reply = await shop.ask("POST", path, form=form)
    assert reply.status == 201, reply.text


class Mailbox:
    """An SMTP server's end: what was handed to it, and how many connections it refuses first."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.ciphers: list[str] = []
        self.letters: list[tuple[list[str], str]] = []
        self.refuse = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuse:
            self.refuse -= 1
            writer.write(b"421 away\r\n")
            writer.close()
            return
        recipients: list[str] = []
        writer.write(b"220 mail.example ESMTP\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                break
            if verb == "STAR" and self._tls is not None:
                writer.write(b"220 go on\r\n")
                await writer.start_tls(self._tls)
                self.ciphers.append(writer.get_extra_info("cipher")[1])
                continue
            if verb == "EHLO":
                writer.write(b"250-mail.example\r\n250 STARTTLS\r\n" if self._tls else b"250 well\r\n")
                continue
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                self.letters.append((recipients, text.removesuffix("\r\n.\r\n").replace("\r\n..", "\r\n.")))
                recipients = []
            elif verb == "RCPT":
                recipients.append(line)
            writer.write(b"250 well\r\n")
        writer.write(b"221 bye\r\n")
        writer.close()


@asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[Mailbox, PostOffice]]:
    box = Mailbox()
    server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield box, PostOffice.parse(f"smtp://127.0.0.1:{port}?starttls=no")


async def test_a_subscriber_is_told_once_of_what_touches_their_messages(shop: Shop) -> None:
    await schedule(shop, "+12145550123", after=timedelta(days=3))  # Dallas
    await put_to_use(shop)
    db, account = shop.home.db, shop.opened.account.id
    async with db.transaction() as connection:
        assert await subscribe(connection, account, KIM, by="lee", now=NOW)
        assert not await subscribe(connection, account, KIM, by="lee", now=NOW)
    async with mailbox() as (box, office):
        box.refuse = 1
        deliver = partial(send, office)
        with pytest.raises(Exception, match="away"):
            await tell(db, deliver, sender="tidings@example.com", now=NOW)
        assert await tell(db, deliver, sender="tidings@example.com", now=NOW) == 1
        assert await tell(db, deliver, sender="tidings@example.com", now=NOW) == 0
    ((recipients, text),) = box.letters
    read = message_from_string(text, policy=policy.default)
    said = read.get_content()
    assert KIM in recipients[0]
    assert shop.opened.sid in read["Subject"]
    assert "US-TX, marketing" in said
    assert "-> 19:30" in said
    assert f"touches {shop.service}" in said
    assert "1 scheduled messages" in said


async def test_letters_go_by_tls_that_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = certificate_for("localhost", tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    box = Mailbox(context)
    message = letter([], account="AC1", sender="tidings@example.com", recipient=KIM)
    async with await asyncio.start_server(box.serve, "127.0.0.1", 0) as server:
        office = PostOffice.parse(f"smtp://localhost:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(ssl.SSLCertVerificationError):
            await send(office, [message])
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))  # as an operator makes a private authority known
        await send(office, [message])
    assert (len(box.letters), box.ciphers) == (1, ["TLSv1.3"])
    clear = Mailbox()
    async with await asyncio.start_server(clear.serve, "127.0.0.1", 0) as server:
        office = PostOffice.parse(f"smtp://localhost:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(smtplib.SMTPNotSupportedError):
            await send(office, [message])
    assert clear.letters == [], "nothing goes in clear unless the URL says so"


def certificate_for(host: str, folder: Path) -> Path:
    """A key and the certificate that it signs for itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "mail.pem"
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path


async def test_what_touches_nothing_of_an_account_is_not_told(shop: Shop) -> None:
    await schedule(shop, "+12145550123", after=timedelta(days=1))  # it has left before the pack holds
    await schedule(shop, "+12145550124", after=timedelta(days=3), intent="otp")
    await schedule(shop, ANNA, after=timedelta(days=3))  # California
    await put_to_use(shop)
    async with shop.home.db.connection() as connection:
        found = await advisories(connection, now=NOW, days=30)
        of = await flows(connection, shop.opened.account.id, now=NOW)
    assert [one.change.place for one in found if one.key.startswith("use:")] == ["US-TX"]
    told = touching([one for one in found if one.key.startswith("use:")], of)
    assert told == []


async def test_advisories_on_the_command_line(shop: Shop, db_url: str) -> None:
    await schedule(shop, "+12145550123", after=timedelta(days=3))
    await put_to_use(shop)
    about = ("--account", shop.opened.sid, "--json")
    code, output, errors = await tidings(db_url, "advisories", "list", *about)
    assert code == 0, errors
    (told,) = [one for one in json.loads(output) if one["change"]["place"] == "US-TX"]
    assert (told["touches"]["services"], told["touches"]["scheduled_messages"]) == ([shop.service], 1)
    assert (await tidings(db_url, "advisories", "subscribe", KIM, *about))[0] == 0
    assert json.loads((await tidings(db_url, "advisories", "subscribers", *about))[1]) == [KIM]
    assert (await tidings(db_url, "advisories", "subscribe", "kim", *about))[0] == 2
    assert (await tidings(db_url, "advisories", "unsubscribe", KIM, *about))[0] == 0
    assert (await tidings(db_url, "advisories", "unsubscribe", KIM, *about))[0] == 4


def test_a_rule_reaches_whom_it_may_bind() -> None:
    _, pack = stricter()
    (one,) = of_packs(shipped(), pack, key="k", from_at=SOON)
    dallas, california, paris = (place_of(number) for number in ("+12145550123", ANNA, "+33612345678"))
    assert [reaches(one.change, place, Traffic.MARKETING) for place in (dallas, california, paris)] == [
        True,
        False,
        False,
    ]
    assert not reaches(one.change, dallas, Traffic.ESSENTIAL)


def test_a_rule_of_all_other_countries_reaches_none_that_has_its_own() -> None:
    text = edited("consent.csv", ("\n*,opt_in,", "\n*,double_opt_in,"))
    (one,) = of_packs(shipped(), assemble(manifest(), {"consent.csv": text}), key="k", from_at=SOON)
    paris, suva = place_of("+33612345678"), place_of("+6797012345")
    assert not reaches(one.change, paris, Traffic.MARKETING)
    assert reaches(one.change, suva, Traffic.MARKETING)


def test_a_rule_of_a_network_of_no_country_reaches_its_numbers() -> None:
    text = edited("destinations.csv", ("\n+881,", "\nCU,"))
    found = of_packs(shipped(), assemble(manifest(), {"destinations.csv": text}), key="k", from_at=SOON)
    (gone,) = [one for one in found if one.change.place == "+881"]
    at_sea, ashore = "+881612345678", ANNA
    assert reaches(gone.change, place_of(at_sea), Traffic.MARKETING, at_sea)
    assert not reaches(gone.change, place_of(ashore), Traffic.MARKETING, ashore)


def test_words_that_change_no_message_are_no_advisory() -> None:
    text = edited("countries.csv", ("\nAD,Andorra,", "\nAD,Andorre,"))
    assert of_packs(shipped(), assemble(manifest(), {"countries.csv": text}), key="k", from_at=SOON) == []


def test_rules_begin_and_end_by_their_own_days() -> None:
    table = shipped().tables["quiet_hours.csv"]
    assert ",2023-10-01," in table
    pack = assemble(manifest(), {"quiet_hours.csv": table.replace(",2023-10-01,", ",2027-02-01,", 1)})
    (one,) = of_days(pack, after=date(2027, 1, 15), until=date(2027, 2, 1))
    assert (one.from_at, one.change.kind) == (datetime(2027, 2, 1, tzinfo=UTC), "added")
    assert of_days(pack, after=date(2027, 2, 1), until=date(2027, 3, 1)) == []


def test_packs_that_follow_each_other_are_each_compared_with_the_one_before() -> None:
    _, pack = stricter()
    said = [Use(1, "ours", SOON, NOW, BY), Use(2, None, SOON + timedelta(days=1), NOW, BY)]
    found = due_advisories(said, {None: shipped(), "ours": pack}, now=NOW, days=30)
    there_and_back = [one for one in found if one.key.startswith("use:")]
    assert [one.key for one in there_and_back] == ["use:1", "use:2"]
    assert there_and_back[0].change.was == there_and_back[1].change.becomes
