"""Sending letters by SMTP. The connection is made for each round of letters; there are few."""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class PostOffice:
    """An SMTP server. `sealed`: TLS from the first byte; `starttls`: clear at first, then TLS."""

    host: str
    port: int
    sealed: bool
    starttls: bool
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> Self:
        """`smtp://user:password@host:587?starttls=no` or `smtps://...`. STARTTLS is used unless it says no."""
        parts = urlsplit(url)
        sealed = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if sealed else 587),
            sealed=sealed,
            starttls=not sealed and parse_qs(parts.query).get("starttls") != ["no"],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


async def send(office: PostOffice, letters: Sequence[EmailMessage]) -> None:
    """Hands all letters over. Raises OSError or smtplib.SMTPException where one was not taken."""
    await asyncio.to_thread(_send, office, letters)


def _send(office: PostOffice, letters: Sequence[EmailMessage]) -> None:
    context = ssl.create_default_context()
    if office.sealed:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(office.host, office.port, timeout=_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(office.host, office.port, timeout=_SECONDS)
    with smtp:
        if office.starttls:
            smtp.starttls(context=context)
        if office.user is not None:
            smtp.login(office.user, office.password or "")
        for one in letters:
            smtp.send_message(one)
