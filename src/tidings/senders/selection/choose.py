"""Which sender of a pool a message comes from: the order of Twilio's messaging services. Pure.

1. A sender that the caller names is used as it is; it must be in the pool.
2. Senders that cannot text, cannot reach the recipient's country or are barred from it are left out.
3. The sender that the person has heard from before (sticky), while it is among the rest; unless it is a foreign number
   and the pool has got one of the person's own country.
4. By kind: short codes; else sender ids where the country takes them; else numbers (in Canada toll-free ones first).
5. By country: numbers of the recipient's own; else of the US; else any.
6. By area code in the US and Canada, where the service wants it: the same or one that overlays it; else any.
7. What is left is equal: the shortest queue goes first, in even turn (`spread.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tidings.kernel.codes import FROM_NOT_CAPABLE, SERVICE_HAS_NO_SENDER, SERVICE_IS_EMPTY, Code
from tidings.kernel.phone_number import PhoneNumber, ShortCode
from tidings.senders.selection.area_codes import area_code_of, area_of, same_place
from tidings.senders.selection.reach import CANADA, UNITED_STATES, is_at_home, reaches
from tidings.senders.sender import Kind, Sender

ANY_COUNTRY = ""
_WITH_AREAS = (UNITED_STATES, CANADA)

Bar = Callable[[Sender, str], Code | None]
"""The code with which a sender's messages to a country would end as things stand; None when they would not."""
Pick = Callable[["Equals"], Sender]


@dataclass(frozen=True, slots=True)
class Destination:
    """`country` is ISO 3166, "" for a short code; `area_code` that of a number in the US or Canada, else ""."""

    country: str
    area_code: str = ""

    @classmethod
    def of(cls, recipient: PhoneNumber | ShortCode) -> "Destination":
        if isinstance(recipient, ShortCode):
            return cls("")
        return cls(recipient.region, area_code_of(recipient.e164))


@dataclass(frozen=True, slots=True, eq=False)
class Equals:
    """Senders among which only their queues decide. The same ones are the same object."""

    senders: tuple[Sender, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`equals`: who else would do, should the sender's lane be full. `is_sticky`: the person knows the sender."""

    sender: Sender
    equals: Equals
    is_sticky: bool


class Selection:
    """A pool sorted for choosing: made when a pool is read, asked for each message.

    `alpha` are sender ids by country, those under "" for all countries that have none of their own.
    """

    def __init__(
        self,
        members: Sequence[Sender],
        *,
        alpha: Mapping[str, Sequence[Sender]] | None = None,
        area_code_geomatch: bool = True,
        bar: Bar = lambda sender, country: None,
    ) -> None:
        self._members = tuple(members)
        self._alpha = dict(alpha or {})
        self._by_area = area_code_geomatch
        self._bar = bar
        self._of_country: dict[str, _OfCountry] = {}

    @property
    def is_empty(self) -> bool:
        return not self._members and not any(self._alpha.values())

    def member(self, address: str) -> Sender | None:
        """The sender of the pool with this address."""
        everybody = [*self._members, *(one for some in self._alpha.values() for one in some)]
        return next((sender for sender in everybody if sender.address == address), None)

    def to(self, country: str) -> "_OfCountry":
        """The pool as it is for one country."""
        found = self._of_country.get(country)
        if found is None:
            ids = self._alpha.get(country) or self._alpha.get(ANY_COUNTRY, ())
            found = _OfCountry(country, [*self._members, *ids], bar=self._bar, by_area=self._by_area)
            self._of_country[country] = found
        return found


class _OfCountry:
    """A pool's senders for recipients of one country."""

    def __init__(self, country: str, senders: Sequence[Sender], *, bar: Bar, by_area: bool) -> None:
        able = [sender for sender in senders if reaches(sender, country)]
        bars = {sender.address: bar(sender, country) for sender in able}
        free = [sender for sender in able if bars[sender.address] is None]
        self.usable = {sender.address: sender for sender in free}
        self.has_own = any(is_at_home(sender, country) for sender in free)
        self.why_none = next((code for code in bars.values() if code is not None), SERVICE_HAS_NO_SENDER)
        best = _best_kind(free, country)
        self._numbers = _nearest(best, country)
        self._everywhere = Equals(tuple(self._numbers))
        self._areas: dict[str, Equals] = {}
        self._members_of_area: defaultdict[str, list[int]] = defaultdict(list)
        if by_area and country in _WITH_AREAS:
            for place, sender in enumerate(self._numbers):
                if area_of(sender):
                    self._members_of_area[area_of(sender)].append(place)

    def equals(self, area_code: str) -> Equals:
        """Who is as good as any other for a number with this area code."""
        if not self._members_of_area:
            return self._everywhere
        found = self._areas.get(area_code)
        if found is None:
            near = sorted(
                place for code in same_place(area_code) for place in self._members_of_area.get(code, ())
            )
            found = Equals(tuple(self._numbers[place] for place in near)) if near else self._everywhere
            self._areas[area_code] = found
        return found


def choose(
    pool: Selection, to: Destination, *, pick: Pick, pinned: str | None = None, sticky: str | None = None
) -> Chosen | Code:
    """The sender for a message, or the code with which it fails: 21704 for an empty pool, 21703 for one without a
    sender that would do, the bar's own code where nothing else is in the way. `pinned` is an address that the caller
    named, 21606 when the pool does not have it; `sticky` the one that the person has heard from; `pick` decides
    among equals."""
    if pinned is not None:
        sender = pool.member(pinned)
        return FROM_NOT_CAPABLE if sender is None else Chosen(sender, Equals((sender,)), is_sticky=False)
    if pool.is_empty:
        return SERVICE_IS_EMPTY
    here = pool.to(to.country)
    equals = here.equals(to.area_code)
    if sticky is not None:
        known = here.usable.get(sticky)
        if known is not None and not (_is_foreign(known, to.country) and here.has_own):
            return Chosen(known, equals, is_sticky=True)
    if not equals.senders:
        return here.why_none
    return Chosen(pick(equals), equals, is_sticky=False)


def _is_foreign(sender: Sender, country: str) -> bool:
    return sender.kind is not Kind.ALPHANUMERIC and not is_at_home(sender, country)


def _best_kind(senders: Sequence[Sender], country: str) -> list[Sender]:
    by_kind: defaultdict[Kind, list[Sender]] = defaultdict(list)
    for sender in senders:
        by_kind[sender.kind].append(sender)
    if country == CANADA and by_kind[Kind.TOLL_FREE]:
        numbers = by_kind[Kind.TOLL_FREE]
    else:
        numbers = [sender for sender in senders if sender.kind in (Kind.LONG_CODE, Kind.TOLL_FREE)]
    return by_kind[Kind.SHORT_CODE] or by_kind[Kind.ALPHANUMERIC] or numbers


def _nearest(senders: list[Sender], country: str) -> list[Sender]:
    """Sender ids are of no country, so all of them stay."""
    own = [sender for sender in senders if is_at_home(sender, country)]
    american = [sender for sender in senders if is_at_home(sender, UNITED_STATES)]
    return own or american or senders
