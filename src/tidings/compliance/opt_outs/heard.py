"""What a person said to a sender, and what is to be done about it."""

from dataclasses import dataclass
from uuid import UUID

from tidings.compliance.opt_outs.word import Word


@dataclass(frozen=True, slots=True)
class Heard:
    account: UUID
    service: UUID | None
    """The messaging service that the sender is in."""
    sender: str
    """The account's address that the text came to."""
    sender_kind: str
    """long_code, toll_free or short_code."""
    person: str
    """Whose text it is, as an address."""
    country: str
    """ISO 3166 code of the person's country; empty where it is unknown."""
    text: str
    message: UUID
    """The inbound message."""

    @property
    def scope(self) -> str:
        """What an opt-out covers: the whole service, or without one the pair of sender and person."""
        return self.sender if self.service is None else self.service.hex


@dataclass(frozen=True, slots=True)
class Answer:
    word: Word | None
    """What the person said; None when it is for the application alone."""
    reply: str | None
    """To be sent back to the person at once, from the sender that was written to; None: nothing."""
    scope: str
    advanced: bool
    """Whether the word is told to the application (OptOutType): the service has Advanced Opt-Out."""
    review: bool
    """Whether the text now waits for a human: marketing to the person is held until then."""
    news: int | None = None
    """The bucket of the facts that were written, to ring the bell for once committed."""
