"""What people agreed to, as those who judge messages need it: looked up for many at once."""

from collections.abc import Callable

from tidings.compliance.consent import ConsentLaws, Outgoing, decide, matters
from tidings.compliance.consent.lookup import Consents
from tidings.compliance.judge import Decider, Question
from tidings.compliance.verdict import Allowed, Refused, Verdict
from tidings.kernel.instant import Instant
from tidings.messages.draft import Draft
from tidings.runtime.database import Database


class Agreements:
    """`laws` gives those that hold at a moment."""

    def __init__(self, db: Database, *, laws: Callable[[Instant], ConsentLaws]) -> None:
        self._consents = Consents(db)
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

    async def asked_by(self, draft: Draft, question: Question) -> Decider:
        """Consent as the gate asks it of this message, with what is known of the person now."""
        standing = await self._consents.of(draft.account, draft.recipient)

        def consent(question: Question) -> Verdict:
            outgoing, laws = _outgoing(draft, question), self._laws(question.at)
            found = decide(standing, outgoing, question.settings.consent, laws, at=question.at)
            if found is None:
                return Allowed()
            return found if isinstance(found, Refused) else Allowed(applied=(found,))

        return consent

    async def close(self) -> None:
        await self._consents.close()


def _outgoing(draft: Draft, question: Question) -> Outgoing:
    return Outgoing(question.traffic, draft.country, draft.service, draft.sender or "", _topic(draft))


def _topic(draft: Draft) -> str | None:
    return None if draft.tags is None else draft.tags.get("topic")
