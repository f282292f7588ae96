"""What people agreed to, as those who judge messages need it: looked up for many at once."""

from collections.abc import Callable, Sequence
from uuid import UUID

from tidings.compliance.consent import ConsentLaws, Outgoing, Standing, decide, matters, standings
from tidings.compliance.judge import Question
from tidings.compliance.verdict import Allowed, Applied, Refused
from tidings.kernel.instant import Instant
from tidings.messages.draft import Draft
from tidings.runtime.database import Database


class Agreements:
    """`laws` gives those that hold at a moment. Remembers nothing: what a person said holds for the next message to
    them."""

    def __init__(self, db: Database, *, laws: Callable[[Instant], ConsentLaws]) -> None:
        self._db = db
        self._laws = laws

    def matter(self, draft: Draft, question: Question) -> bool:
        """Whether what the person agreed to has a say; never in answers to their own words."""
        if question.is_answer:
            return False
        return matters(
            question.settings.consent,
            question.traffic,
            topic=_topic(draft),
            country=draft.country,
            laws=self._laws,
            at=question.at,
        )

    async def of_all(self, people: Sequence[tuple[UUID, str]]) -> list[Standing]:
        """What is known of each; empty where nothing is. One statement."""
        async with self._db.connection() as connection:
            return await standings(connection, people)

    def outgoing(self, draft: Draft, question: Question) -> Outgoing:
        """What the rule must know of a message."""
        return Outgoing(question.traffic, draft.country, draft.service, draft.sender or "", _topic(draft))

    def say(self, standing: Standing, outgoing: Outgoing, question: Question) -> Allowed | Refused | None:
        """Of a message that would leave at the moment of the question; None for nothing."""
        found = decide(standing, outgoing, question.settings.consent, self._laws(question.at), at=question.at)
        return Allowed(applied=(found,)) if isinstance(found, Applied) else found


def _topic(draft: Draft) -> str | None:
    return None if draft.tags is None else draft.tags.get("topic")
