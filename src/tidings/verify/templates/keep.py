"""An account's templates: found, kept, taken away; and what may be one."""

from collections.abc import Callable, Mapping
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.segments import MAX_BODY
from tidings.kernel.sid import Sid
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements
from tidings.verify.wording import LOCALE, Template, Translation, places_of, shipped

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000
MOST_LOCALES = 100
LONGEST_NAME = 64
CHANNELS = frozenset({"sms", "voice", "email"})


def fault_of(template: Template) -> str | None:
    """Why it can be none; None for one that can."""
    if not 1 <= len(template.friendly_name) <= LONGEST_NAME:
        return f"friendly_name has 1 to {LONGEST_NAME} characters"
    if not template.channels or not set(template.channels) <= CHANNELS:
        return f"channels are some of {', '.join(sorted(CHANNELS))}"
    if not 1 <= len(template.translations) <= MOST_LOCALES or template.default not in template.translations:
        return f"translations has 1 to {MOST_LOCALES} locales, the default one among them"
    for locale, one in template.translations.items():
        if LOCALE.fullmatch(locale) is None:
            return f"translations: {locale[:20]!r} is no locale such as en or pt-BR"
        if places_of(one.text).count("code") != 1:
            return f"translations: the text of {locale} has {{{{code}}}} once"
        if len(one.text) > MAX_BODY // 2 or "\0" in one.text:
            return f"translations: the text of {locale} has at most {MAX_BODY // 2} characters"
    return None


async def own_templates(connection: Connection, account: UUID) -> list[Template]:
    return [template_of(row) for row in await SQL.many(connection, "templates", account)]


async def put_template(
    connection: Connection, account: UUID, id: UUID, template: Template, *, now: Instant
) -> Template | None:
    """None where the id is another account's."""
    row = await SQL.one(
        connection,
        "put_template",
        account,
        id,
        template.friendly_name,
        list(template.channels),
        template.default,
        {locale: one.text for locale, one in template.translations.items()},
        now,
    )
    return None if row is None else template_of(row)


async def remove_template(connection: Connection, account: UUID, id: UUID) -> bool:
    return await SQL.run(connection, "remove_template", account, id) > 0


async def template_with(connection: Connection, account: UUID, sid: str) -> Template | None:
    """One that ships, or one of the account's."""
    known, parsed = shipped().get(sid), Sid.parse(sid, "HJ")
    if known is not None or parsed is None:
        return known
    row = await SQL.one(connection, "template", account, parsed.uuid)
    return None if row is None else template_of(row)


def template_of(row: Record) -> Template:
    texts: Mapping[str, str] = row["translations"]
    return Template(
        sid=str(Sid("HJ", row["id"])),
        friendly_name=row["friendly_name"],
        channels=tuple(row["channels"]),
        default=row["default_locale"],
        translations={locale: Translation(text) for locale, text in texts.items()},
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


class Templates:
    """Templates by SID, believed for `trust_seconds`. That there is none is not."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = 5.0) -> None:
        self._db = db
        self._known = Remembered[tuple[UUID, str], Template](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    async def find(self, account: UUID, sid: str) -> Template | None:
        known = shipped().get(sid)
        if known is not None:
            return known

        async def read() -> Template | None:
            async with self._db.connection() as connection:
                return await template_with(connection, account, sid)

        return await self._known.find((account, sid), read)


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A template as our own API takes it."""

    friendly_name: str
    translations: dict[str, str]
    default_locale: str = "en"
    channels: tuple[str, ...] = ("sms",)

    def template(self, sid: str) -> Template:
        return Template(
            sid=sid,
            friendly_name=self.friendly_name.strip(),
            channels=self.channels,
            default=self.default_locale,
            translations={locale: Translation(text) for locale, text in self.translations.items()},
        )
