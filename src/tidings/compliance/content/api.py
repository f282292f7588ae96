"""`POST /tidings/v1/lint`: what carriers and countries would say of a text, before it is sent."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.compliance.content.envelope import BadField, envelope_of
from tidings.compliance.content.finding import Finding, Severity
from tidings.compliance.content.linter import Linter
from tidings.compliance.content.snowshoe import snowshoeing
from tidings.compliance.packs.pack import Pack
from tidings.kernel.codes import INVALID_PARAMETER
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.segments import MAX_BODY, measure
from tidings.runtime.clock import Clock
from tidings.web.frame import Asking, Denied

MOST_TEXTS = 1_000

Text = Annotated[str, Meta(min_length=1, max_length=MAX_BODY)]
Short = Annotated[str, Meta(max_length=64)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One envelope for all texts; what is left out is not looked at."""

    texts: Annotated[list[Text], Meta(min_length=1, max_length=MOST_TEXTS)]
    to: Short = ""
    country: Short = ""
    sender: Short = ""
    sender_type: Short = ""
    traffic: Short = ""
    brands: Annotated[list[Short], Meta(max_length=20)] = []


class ShownFinding(msgspec.Struct, frozen=True):
    rule: str
    severity: Severity
    says: str
    remedy: str
    saw: str
    country: str
    """Whose rule it is; empty for all countries."""
    source: str


class Looked(msgspec.Struct, frozen=True):
    encoding: str
    segments: int
    findings: list[ShownFinding]
    """Worst first."""


class Linted(msgspec.Struct, frozen=True):
    worst: Severity | None
    """Null when nothing was found."""
    texts: list[Looked]
    """In the order in which they were asked."""
    together: list[ShownFinding]
    """What is wrong with them as a set, such as one wording that leads to many domains."""
    rule_pack: str
    """The version of the rules of countries that were held against them."""


def handlers(*, pack_at: Callable[[Instant], Awaitable[Pack]], clock: Clock) -> list[ControllerRouterHandler]:
    """`pack_at` gives the rule pack that holds at a moment."""
    kept = Linter({})
    kept_of: Pack | None = None

    async def linter_in_force() -> tuple[Linter, str]:
        """With the version of its pack; the same one while that pack holds."""
        nonlocal kept, kept_of
        pack = await pack_at(clock())
        if pack is not kept_of:
            kept, kept_of = Linter(pack.countries), pack
        return kept, pack.version

    @post("/tidings/v1/lint", tags=["Content"], summary="Look at texts before they are sent", status_code=200)
    async def lint(caller: Asking, data: JSONBody[Asked]) -> Linted:
        """Nothing is sent or kept."""
        try:
            envelope = envelope_of(
                country=data.country,
                to=data.to,
                traffic=data.traffic,
                sender=data.sender,
                sender_type=data.sender_type,
                brands=data.brands,
            )
        except BadField as fault:
            raise Denied(Refused(INVALID_PARAMETER, f"{fault.field}: {fault}")) from fault
        rules, version = await linter_in_force()
        looked = [_looked(text, rules.lint(text, envelope)) for text in data.texts]
        together = [shown_finding(one) for one in snowshoeing((text, "") for text in data.texts)]
        severities = {one.severity for text in looked for one in text.findings} | {
            one.severity for one in together
        }
        return Linted(next((one for one in Severity if one in severities), None), looked, together, version)

    return [lint]


def _looked(text: str, findings: tuple[Finding, ...]) -> Looked:
    measured = measure(text)
    return Looked(measured.encoding.value, measured.segments, [shown_finding(one) for one in findings])


def shown_finding(finding: Finding) -> ShownFinding:
    return ShownFinding(
        finding.rule,
        finding.severity,
        finding.says,
        finding.remedy,
        finding.saw,
        finding.country,
        finding.source,
    )
