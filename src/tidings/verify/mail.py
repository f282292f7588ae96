"""The road of a code by e-mail: a letter by SMTP, handed over before the request is answered, so that its code is kept
nowhere on the way."""

import smtplib
from collections.abc import Awaitable, Callable, Sequence
from email.message import EmailMessage
from email.utils import formataddr

import structlog

from tidings.kernel.codes import SERVICE_UNAVAILABLE
from tidings.kernel.outcomes import Refused
from tidings.verify.asked import Asked
from tidings.verify.begin import Sent
from tidings.verify.settings import invalid

Deliver = Callable[[Sequence[EmailMessage]], Awaitable[None]]

log = structlog.get_logger(__name__)


class Mail:
    """`deliver` hands letters to a server; `sender` is the address that they come from where a request names none."""

    def __init__(self, deliver: Deliver, *, sender: str) -> None:
        self._deliver = deliver
        self._sender = sender

    async def send(self, asked: Asked, text: str) -> Sent | Refused:
        """Refused (20503) where the server does not take it: nothing left then. A sender of its own must be of the
        domain that the operator sends from."""
        own = asked.email_from
        if own is not None and _domain(own) != _domain(self._sender):
            return invalid("ChannelConfiguration", f"has a `from` that is not of {_domain(self._sender)}")
        try:
            await self._deliver([letter(asked, text, sender=self._sender)])
        except (OSError, smtplib.SMTPException) as error:
            log.warning("a code was not taken by the mail server", fault=type(error).__name__)
            return Refused(
                SERVICE_UNAVAILABLE, f"{SERVICE_UNAVAILABLE.text}: the mail server did not take the code."
            )
        return Sent()


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def letter(asked: Asked, text: str, *, sender: str) -> EmailMessage:
    """The code stands in the letter alone: subjects are shown in lists and kept in logs."""
    message = EmailMessage()
    message["From"] = formataddr((asked.email_from_name or asked.name, asked.email_from or sender))
    message["To"] = asked.to
    message["Subject"] = asked.name
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text + "\n")
    return message
