"""`/tidings/v1/lookup`: what is known of a number, and where each value came from."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import TOO_MANY_REQUESTS
from tidings.kernel.outcomes import Refused
from tidings.lookup.asked import number_of, packages_of
from tidings.lookup.lookups import Asked, Limited, Lookups
from tidings.lookup.package import Source
from tidings.lookup.view import basic
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/lookup"

Fields = Annotated[str, QueryParameter(name="fields", description="Packages, with commas between them.")]
Country = Annotated[
    str | None, QueryParameter(name="country", description="Of a number in national format; US without it.")
]


class Shown(msgspec.Struct, frozen=True):
    """A package with the source of each of its values; `*` is that of all."""

    values: dict[str, Any]
    sources: dict[str, Source]


class ShownNumber(msgspec.Struct, frozen=True):
    number: dict[str, Any]
    packages: dict[str, Shown]


def handlers(*, lookups: Lookups) -> list[ControllerRouterHandler]:
    @get(f"{PATH}/{{number:str}}", tags=["Lookup"], summary="What is known of a number, and by whom")
    async def look_up(
        caller: Asking, number: FromPath[str], fields: Fields = "", country: Country = None
    ) -> ShownNumber:
        """As `/lookups/v2/PhoneNumbers`, with the source of each value, its date, until when it is kept, its cost."""
        packages, found = packages_of(fields.split(",")), number_of(number, country)
        if isinstance(packages, Refused):
            raise Denied(packages)
        if isinstance(found, Refused):
            raise Denied(found)
        if not found.valid:
            return ShownNumber(basic(found), {})
        answers = await lookups.look_up(caller.account, Asked(found, packages))
        if isinstance(answers, Limited):
            raise Denied(Refused.because(TOO_MANY_REQUESTS))
        shown = {name: Shown(one.values, one.sources) for name, one in answers.items()}
        return ShownNumber(basic(found), shown)

    return [look_up]
