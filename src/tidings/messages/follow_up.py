"""Follow up: a message that a rule sends because of a click, by the road of every message through a service."""

import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from tidings.kernel.codes import CODES, SERVICE_IS_EMPTY, SERVICE_NOT_FOUND
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.links.domains import ServiceDomains
from tidings.links.rules.fire import Send, Wish
from tidings.messages.accept import Accepted
from tidings.messages.compose import compose
from tidings.runtime.clock import system_entropy
from tidings.runtime.database import Database
from tidings.senders.services import Pool

_DOMAIN_UNVERIFIED = CODES[30101]

Accept = Callable[..., Awaitable[Accepted | Refused]]
FindPool = Callable[[UUID, UUID], Awaitable[Pool | None]]


def follow_ups(db: Database, *, accept: Accept, find_pool: FindPool) -> Send:
    """What accepts such messages."""
    domains = ServiceDomains(db, monotonic=time.monotonic)

    async def send(wish: Wish) -> UUID | Refused:
        form = {
            "To": [wish.recipient],
            "MessagingServiceSid": [str(Sid("MG", wish.service))],
            "Body": [wish.body],
            "MessageIntent": [wish.intent],
            "ShortenUrls": ["true" if wish.shorten_urls else "false"],
        }
        composed = compose(form, now=wish.now)
        if isinstance(composed, Refused):
            return composed
        pool = await find_pool(wish.account, wish.service)
        if pool is None:
            return Refused.because(SERVICE_NOT_FOUND, service=Sid("MG", wish.service))
        if not pool.members and not pool.alpha:
            return Refused.because(SERVICE_IS_EMPTY)
        if wish.shorten_urls:
            domain = await domains.find(wish.account, wish.service)
            if domain is None:
                return Refused.because(_DOMAIN_UNVERIFIED)
            shortened = composed.shortened(
                domain, service=str(Sid("MG", wish.service)), entropy=system_entropy, now=wish.now
            )
            if isinstance(shortened, Refused):
                return shortened
            composed = shortened
        draft = composed.through(pool.service).draft(wish.account, sender=None)
        accepted = await accept(draft, now=wish.now, entropy=wish.entropy)
        return accepted if isinstance(accepted, Refused) else accepted.id

    return send
