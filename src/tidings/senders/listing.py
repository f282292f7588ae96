"""A list of a slice as its statements give it, a page at a time, newest first."""

from dataclasses import dataclass
from uuid import UUID

from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements
from tidings.web.api.paging import HIGHEST, LOWEST, Page, cut


@dataclass(frozen=True, slots=True)
class Listing:
    """Two statements that take account, lower and upper bound of ids (both exclusive), number of rows and the
    list's own filters: `newest` gives the newest rows first, `oldest` the oldest."""

    statements: Statements
    newest: str
    oldest: str

    async def rows(
        self, db: Connection, page: Page, account: UUID, *filters: object
    ) -> tuple[list[Record], bool]:
        """The rows to show, newest first, and whether there are further ones in the direction of the page."""
        rows = await self.statements.many(
            db,
            self.newest if page.before is None else self.oldest,
            account,
            page.before or LOWEST,
            page.after or HIGHEST,
            page.fetch,
            *filters,
        )
        return cut(page, rows)
