"""a2p/BrandRegistrations with Vettings and SmsOtp, of Twilio's messaging/v1."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import CONFLICT
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements
from tidings.senders.registration.brand import (
    BUNDLE_SID,
    CLASS_OF,
    SID,
    VETTING_SID,
    Brand,
    BrandType,
    Provider,
    brand_of,
    vetting_of,
)
from tidings.senders.registration.review import ask_for_review
from tidings.senders.registration.states import BRAND_MOVES, BrandState, before
from tidings.senders.registration.view import brand_view, vetting_view
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import boolean, invalid
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import HIGHEST, LOWEST, cut, page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
BRANDS = "/messaging/v1/a2p/BrandRegistrations"
LONGEST_TOKEN = 1000

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    brands = _Brands(db, clock, entropy)
    one = BRANDS + "/{BrandSid}"
    return [
        Route("POST", BRANDS, brands.create),
        Route("GET", BRANDS, brands.list),
        Route("GET", one, brands.fetch),
        Route("POST", one, brands.submit_again),
        Route("POST", one + "/SmsOtp", brands.ask_to_identify),
        Route("POST", one + "/Vettings", brands.vet),
        Route("GET", one + "/Vettings", brands.list_vettings),
        Route("GET", one + "/Vettings/{Sid}", brands.fetch_vetting),
    ]


@dataclass(frozen=True, slots=True)
class _Brands:
    db: Database
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        asked = _asked(request.form)
        if isinstance(asked, Refused):
            return refusal(asked)
        account, now = request.caller.account, self.clock()
        async with self.db.transaction() as connection:
            id = mint(now, self.entropy(10), 0)
            row = await SQL.one(connection, "create_brand", account, id, *asked, now)
            assert row is not None, "a new id meets no other"
            await ask_for_review(connection, account, "brand", id)
        return _shown(request, brand_of(row), status=201)

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix=SID)
        if isinstance(page, Refused):
            return refusal(page)
        statement = "brands_page" if page.before is None else "brands_page_before"
        async with self.db.connection() as connection:
            rows = await SQL.many(
                connection,
                statement,
                request.caller.account,
                page.before or LOWEST,
                page.after or HIGHEST,
                page.fetch,
            )
        shown, further = cut(page, rows)
        brands = [brand_of(row) for row in shown]
        views = [brand_view(brand, url=_url(request, brand.id)) for brand in brands]
        ids = [brand.id for brand in brands]
        return meta_envelope(request, page, views, key="data", prefix=SID, ids=ids, further=further)

    async def fetch(self, request: Request) -> Response:
        brand = await self._brand(request)
        return absent(request) if brand is None else _shown(request, brand)

    async def submit_again(self, request: Request) -> Response:
        """Only what failed can be submitted again."""
        brand = await self._brand(request)
        if brand is None:
            return absent(request)
        states = before(BRAND_MOVES, BrandState.PENDING)
        async with self.db.transaction() as connection:
            row = await SQL.one(
                connection, "submit_brand_again", brand.account, brand.id, states, self.clock()
            )
            if row is None:
                return refusal(
                    Refused(CONFLICT, f"The brand is {brand.state}; only a FAILED one is updated.")
                )
            await ask_for_review(connection, brand.account, "brand", brand.id, submission=row["submission"])
        return _shown(request, brand_of(row), status=202)

    async def ask_to_identify(self, request: Request) -> Response:
        """Sends the owner of a sole proprietor's brand a one-time passcode, through the registry."""
        brand = await self._brand(request)
        if brand is None:
            return absent(request)
        async with self.db.transaction() as connection:
            row = await SQL.one(connection, "ask_to_identify", brand.account, brand.id, self.clock())
            if row is None:
                sentence = "Only an approved SOLE_PROPRIETOR brand that is UNVERIFIED needs a passcode."
                return refusal(Refused(CONFLICT, sentence))
            await ask_for_review(connection, brand.account, "identity", brand.id)
        view = {
            "account_sid": str(Sid("AC", brand.account)),
            "brand_registration_sid": str(Sid(SID, brand.id)),
        }
        return Response(201, _encode(view))

    async def vet(self, request: Request) -> Response:
        brand = await self._brand(request)
        if brand is None:
            return absent(request)
        provider = _provider(request.form)
        token = last(request.form, "VettingId")
        if isinstance(provider, Refused):
            return refusal(provider)
        if provider is None:
            return refusal(invalid("VettingProvider", "is required"))
        if token is not None and len(token) > LONGEST_TOKEN:
            return refusal(invalid("VettingId", f"has more than {LONGEST_TOKEN} characters"))
        if brand.state is not BrandState.APPROVED:
            return refusal(Refused(CONFLICT, f"The brand is {brand.state}; only an APPROVED one is vetted."))
        now = self.clock()
        async with self.db.transaction() as connection:
            id = mint(now, self.entropy(10), 0)
            values = (brand.id, provider.value, token, CLASS_OF[provider], now)
            row = await SQL.one(connection, "create_vetting", brand.account, id, *values)
            assert row is not None, "a new id meets no other"
            await ask_for_review(connection, brand.account, "vetting", id, of=brand.id)
        return Response(201, _encode(vetting_view(vetting_of(row), url=_vetting_url(request, brand.id, id))))

    async def list_vettings(self, request: Request) -> Response:
        brand = await self._brand(request)
        if brand is None:
            return absent(request)
        page = page_of(request.query, prefix=VETTING_SID)
        provider = _provider(request.query)
        if isinstance(page, Refused):
            return refusal(page)
        if isinstance(provider, Refused):
            return refusal(provider)
        async with self.db.connection() as connection:
            rows = await SQL.many(
                connection,
                "vettings_page" if page.before is None else "vettings_page_before",
                brand.account,
                brand.id,
                None if provider is None else provider.value,
                page.before or LOWEST,
                page.after or HIGHEST,
                page.fetch,
            )
        shown, further = cut(page, rows)
        vettings = [vetting_of(row) for row in shown]
        views = [vetting_view(one, url=_vetting_url(request, brand.id, one.id)) for one in vettings]
        ids = [one.id for one in vettings]
        return meta_envelope(request, page, views, key="data", prefix=VETTING_SID, ids=ids, further=further)

    async def fetch_vetting(self, request: Request) -> Response:
        brand, sid = await self._brand(request), Sid.parse(request.params["Sid"], VETTING_SID)
        if brand is None or sid is None:
            return absent(request)
        async with self.db.connection() as connection:
            row = await SQL.one(connection, "vetting", brand.account, brand.id, sid.uuid)
        if row is None:
            return absent(request)
        view = vetting_view(vetting_of(row), url=_vetting_url(request, brand.id, sid.uuid))
        return Response(200, _encode(view))

    async def _brand(self, request: Request) -> Brand | None:
        sid = Sid.parse(request.params["BrandSid"], SID)
        if sid is None:
            return None
        async with self.db.connection() as connection:
            row = await SQL.one(connection, "brand", request.caller.account, sid.uuid)
        return None if row is None else brand_of(row)


def _asked(form: Form) -> tuple[Any, ...] | Refused:
    """The profiles, the type, and whether it is a mock and goes without a vetting."""
    profiles = []
    for parameter in ("CustomerProfileBundleSid", "A2PProfileBundleSid"):
        sid = Sid.parse(last(form, parameter) or "", BUNDLE_SID)
        if sid is None:
            return invalid(parameter, "must be the SID of a bundle (BU and 32 hexadecimal digits)")
        profiles.append(sid.uuid)
    kind = last(form, "BrandType") or BrandType.STANDARD
    if kind not in list(BrandType):
        return invalid("BrandType", "must be one of " + ", ".join(BrandType))
    mock = boolean(form, "Mock", default=False)
    skip = boolean(form, "SkipAutomaticSecVet", default=False)
    for value in (mock, skip):
        if isinstance(value, Refused):
            return value
    return (*profiles, str(kind), mock, skip)


def _provider(form: Form) -> Provider | Refused | None:
    text = last(form, "VettingProvider")
    if text is None:
        return None
    if text.lower() not in list(Provider):
        return invalid("VettingProvider", "must be one of " + ", ".join(Provider))
    return Provider(text.lower())


def _shown(request: Request, brand: Brand, *, status: int = 200) -> Response:
    return Response(status, _encode(brand_view(brand, url=_url(request, brand.id))))


def _url(request: Request, id: UUID) -> str:
    return own_url(request, f"{BRANDS}/{Sid(SID, id)}")


def _vetting_url(request: Request, brand: UUID, id: UUID) -> str:
    return f"{_url(request, brand)}/Vettings/{Sid(VETTING_SID, id)}"
