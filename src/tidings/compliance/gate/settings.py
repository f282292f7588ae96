"""How strictly the gate judges the messages of an account: what its owner may choose, and what follows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from tidings.compliance.consent.decide import ConsentMode, ConsentSetting, RevokeAll
from tidings.compliance.content.decide import Lint
from tidings.compliance.quiet_hours import BadHours, Hours, Mode, parse_hours
from tidings.compliance.quiet_hours.zone import is_zone
from tidings.compliance.verdict import Traffic
from tidings.kernel.sid import Sid

LONGEST_MARGIN_SECONDS = 3_600
MOST_BRANDS, LONGEST_BRAND, MOST_SERVICES = 50, 100, 1_000
LONGEST_WINDOW = 400
"""Characters."""
_CONSENT = ConsentSetting()
Brand = Annotated[str, Meta(min_length=1, max_length=LONGEST_BRAND)]
Brands = Annotated[list[Brand], Meta(max_length=MOST_BRANDS)]


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an account may choose; the defaults are those of an account that has chosen nothing."""

    quiet_hours_marketing: Mode = Mode.CAREFUL
    """How far the rules of quiet hours are followed for marketing."""
    quiet_hours_other: Mode = Mode.LAW
    """The same for what is not marketing."""
    margin_seconds: Annotated[int, Meta(ge=0, le=LONGEST_MARGIN_SECONDS)] = 60
    """So long before a window shuts nothing leaves any more, since carriers take their time."""
    window: Annotated[str, Meta(max_length=LONGEST_WINDOW)] | None = None
    """The company's own hours, such as `Mon-Fri 09:00-18:00, Sat 10:00-14:00`: they narrow those of the rules, for all
    but essential messages. Null for none."""
    window_zone: str | None = None
    """The zone in which the window is stated, such as America/Chicago. Null: the recipient's own clock."""
    lint: Lint = Lint.WARN
    """What becomes of findings of the linter."""
    consent: ConsentMode = ConsentMode.WARN
    """What becomes of marketing to people whose consent is not known."""
    revoke_all: RevokeAll = RevokeAll.BY_LAW
    """Whether one bare STOP ends every kind of message."""
    brands: Brands = msgspec.field(default_factory=list)
    """Names by which people know who writes: one of them must stand in marketing, or be its sender id. None: the linter
    looks whether a text seems to name anybody."""
    service_brands: Annotated[dict[str, Brands], Meta(max_length=MOST_SERVICES)] = msgspec.field(
        default_factory=dict
    )
    """By the SID of a messaging service: the names by which people know what comes from it, in the place of the
    account's."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What an account chose, ready to be asked for every message. `version` 0: it has chosen nothing."""

    marketing: Mode = Mode.CAREFUL
    other: Mode = Mode.LAW
    window: Hours | None = None
    margin_seconds: int = 60
    lint: Lint = Lint.WARN
    consent: ConsentSetting = _CONSENT
    version: int = 0
    brands: tuple[str, ...] = ()
    service_brands: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)

    def brands_of(self, service: UUID | None) -> tuple[str, ...]:
        """Those of which marketing through a service must have one; empty where nobody named any."""
        if service is None or not self.service_brands:
            return self.brands
        return self.service_brands.get(service, self.brands)

    def mode_of(self, traffic: Traffic) -> Mode:
        return self.marketing if traffic is Traffic.MARKETING else self.other


def settings_from(chosen: Chosen, *, version: int, changed_by: str) -> GateSettings:
    """What follows from a choice without faults."""
    window = None
    if chosen.window:
        source = f"settings of the gate, version {version}, by {changed_by}"
        window = parse_hours(chosen.window, source=source, zone=chosen.window_zone)
    return GateSettings(
        chosen.quiet_hours_marketing,
        chosen.quiet_hours_other,
        window,
        chosen.margin_seconds,
        chosen.lint,
        ConsentSetting(chosen.consent, chosen.revoke_all),
        version,
        _names(chosen.brands),
        {
            sid.uuid: _names(names)
            for text, names in chosen.service_brands.items()
            if (sid := Sid.parse(text, "MG")) is not None
        },
    )


def faults_of(chosen: Chosen) -> list[str]:
    """Everything that is wrong, as sentences that begin with the field; [] when it may be kept."""
    faults = []
    if chosen.window is not None:
        try:
            parse_hours(chosen.window, source="")
        except BadHours as bad:
            faults.append(f"window: {bad}")
    if chosen.window_zone is not None:
        if not is_zone(chosen.window_zone):
            faults.append(
                f"window_zone: {chosen.window_zone[:60]!r} is no time zone; name one such as America/Chicago, or leave "
                "it out for the recipient's own clock."
            )
        elif chosen.window is None:
            faults.append("window_zone: it says nothing without a window; give both, or neither.")
    for field_name, names in [("brands", chosen.brands), *_of_services(chosen)]:
        if not all(any(character.isalnum() for character in one) for one in names):
            faults.append(f"{field_name}: a name has a letter or a digit; leave out what has none.")
    for field_name, names in _of_services(chosen):
        if Sid.parse(field_name.partition(".")[2], "MG") is None:
            faults.append(f"{field_name}: it is no SID of a messaging service, such as MG and 32 digits.")
        elif not names:
            faults.append(f"{field_name}: name a brand, or leave the service out for the account's own.")
    return faults


def _of_services(chosen: Chosen) -> list[tuple[str, list[str]]]:
    return [(f"service_brands.{sid[:60]}", names) for sid, names in chosen.service_brands.items()]


def _names(brands: list[str]) -> tuple[str, ...]:
    return tuple(one.strip() for one in brands)
