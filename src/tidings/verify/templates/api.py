"""`/verify/v2/Templates`: the texts that an account may choose."""

from dataclasses import dataclass

from tidings.kernel.outcomes import Refused
from tidings.runtime.database import Database
from tidings.verify.templates.keep import own_templates
from tidings.verify.wording import shipped, template_view
from tidings.web.api.errors import refusal
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

TEMPLATES = "/verify/v2/Templates"


def routes(*, db: Database) -> list[Route]:
    return [Route("GET", TEMPLATES, _Templates(db).list)]


@dataclass(frozen=True, slots=True)
class _Templates:
    db: Database

    async def list(self, request: Request) -> Response:
        """All on one page: an account has few. Its own first, then those that ship."""
        page = page_of(request.query, prefix="HJ")
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            found = [*await own_templates(connection, request.caller.account), *shipped().values()]
        name = last(request.query, "FriendlyName")
        entries = [
            template_view(one, account=request.caller.sid)
            for one in found
            if name is None or one.friendly_name == name
        ]
        return meta_envelope(request, page, entries, key="templates", prefix="HJ", ids=[], further=False)
