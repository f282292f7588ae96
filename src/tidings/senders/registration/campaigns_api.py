"""Services/{MG}/Compliance/Usa2p with Usecases, of Twilio's messaging/v1."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES, CONFLICT
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements
from tidings.senders.registration import fields
from tidings.senders.registration.brand import SID as BRAND_SID
from tidings.senders.registration.brand import Brand, BrandType, brand_of
from tidings.senders.registration.campaign import SID, campaign_of
from tidings.senders.registration.fields import Field, read_fields
from tidings.senders.registration.review import ask_for_review
from tidings.senders.registration.rules import MOST_CAMPAIGNS
from tidings.senders.registration.states import CAMPAIGN_MOVES, CampaignState, before
from tidings.senders.registration.use_cases import SOLE_PROPRIETOR, open_to, use_cases
from tidings.senders.registration.view import campaign_view
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import invalid
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import HIGHEST, LOWEST, cut, page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
CAMPAIGNS = "/messaging/v1/Services/{ServiceSid}/Compliance/Usa2p"
BRAND_NOT_REGISTERED = CODES[21717]

_encode = msgspec.json.Encoder().encode

TOLD = (
    Field("Description", "description", fields.text(4096), required=True),
    Field("MessageFlow", "message_flow", fields.text(2048), required=True),
    Field("MessageSamples", "samples", fields.texts(1024, 20), required=True),
    Field("HasEmbeddedLinks", "has_embedded_links", fields.switch, required=True),
    Field("HasEmbeddedPhone", "has_embedded_phone", fields.switch, required=True),
)
URLS = (
    Field("PrivacyPolicyUrl", "privacy_policy_url", fields.url),
    Field("TermsAndConditionsUrl", "terms_and_conditions_url", fields.url),
)
CREATED = (
    *TOLD,
    Field("OptInMessage", "opt_in_message", fields.text(320)),
    Field("OptOutMessage", "opt_out_message", fields.text(320)),
    Field("HelpMessage", "help_message", fields.text(320)),
    Field("OptInKeywords", "opt_in_keywords", fields.keywords),
    Field("OptOutKeywords", "opt_out_keywords", fields.keywords),
    Field("HelpKeywords", "help_keywords", fields.keywords),
    Field("SubscriberOptIn", "subscriber_opt_in", fields.switch),
    Field("AgeGated", "age_gated", fields.switch),
    Field("DirectLending", "direct_lending", fields.switch),
    *URLS,
)
MENDED = (
    *TOLD,
    Field("AgeGated", "age_gated", fields.switch, required=True),
    Field("DirectLending", "direct_lending", fields.switch, required=True),
    *URLS,
)
"""What a rejected campaign may say anew: its use case, its messages and its keywords stay."""


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    campaigns = _Campaigns(db, clock, entropy)
    one = CAMPAIGNS + "/{Sid}"
    return [
        Route("POST", CAMPAIGNS, campaigns.create),
        Route("GET", CAMPAIGNS, campaigns.list),
        Route("GET", CAMPAIGNS + "/Usecases", campaigns.list_use_cases),
        Route("GET", one, campaigns.fetch),
        Route("POST", one, campaigns.mend),
        Route("DELETE", one, campaigns.delete),
    ]


@dataclass(frozen=True, slots=True)
class _Campaigns:
    db: Database
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        account, now = request.caller.account, self.clock()
        async with self.db.transaction() as connection:
            service = await _service(connection, request)
            if service is None:
                return absent(request)
            said = read_fields(request.form, CREATED)
            if isinstance(said, Refused):
                return refusal(said)
            use_case = last(request.form, "UsAppToPersonUsecase") or ""
            if use_case not in use_cases():
                return refusal(invalid("UsAppToPersonUsecase", "must be one of " + ", ".join(use_cases())))
            brand = await _brand(connection, account, last(request.form, "BrandRegistrationSid") or "")
            others = 0
            if brand is not None:
                others = await SQL.value(connection, "campaigns_of_brand", account, brand.id)
            refused = _unfit(brand, use_case, others=others)
            if refused is not None or brand is None:
                return refusal(refused or Refused.because(BRAND_NOT_REGISTERED))
            id = mint(now, self.entropy(10), 0)
            values = (service, brand.id, brand.mock, use_case, *_columns(said), now)
            row = await SQL.one(connection, "create_campaign", account, id, *values)
            if row is None:
                sentence = "The messaging service has a campaign already; a service has one at most."
                return refusal(Refused(CONFLICT, sentence))
            await ask_for_review(connection, account, "campaign", id)
        view = campaign_view(campaign_of(row), brand, url=_url(request, service, id))
        return Response(201, _encode(view))

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix=SID)
        async with self.db.connection() as connection:
            service = await _service(connection, request)
            if service is None:
                return absent(request)
            if isinstance(page, Refused):
                return refusal(page)
            rows = await SQL.many(
                connection,
                "campaigns_page" if page.before is None else "campaigns_page_before",
                request.caller.account,
                service,
                page.before or LOWEST,
                page.after or HIGHEST,
                page.fetch,
            )
            shown, further = cut(page, rows)
            views = [await _view(connection, request, service, row) for row in shown]
        ids = [row["id"] for row in shown]
        return meta_envelope(request, page, views, key="compliance", prefix=SID, ids=ids, further=further)

    async def list_use_cases(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            if await _service(connection, request) is None:
                return absent(request)
            brand = None
            named = last(request.query, "BrandRegistrationSid")
            if named is not None:
                brand = await _brand(connection, request.caller.account, named)
                if brand is None:
                    return refusal(Refused.because(BRAND_NOT_REGISTERED))
        shown = [
            {
                "code": one.code,
                "name": one.name,
                "description": one.description,
                "post_approval_required": one.post_approval_required,
            }
            for one in open_to(brand)
        ]
        return Response(200, _encode({"us_app_to_person_usecases": shown}))

    async def fetch(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            service = await _service(connection, request)
            row = None if service is None else await _campaign(connection, request, service)
            if service is None or row is None:
                return absent(request)
            return Response(200, _encode(await _view(connection, request, service, row)))

    async def mend(self, request: Request) -> Response:
        """Only a campaign that failed can be changed; it is submitted again with what it says now."""
        account = request.caller.account
        async with self.db.transaction() as connection:
            service = await _service(connection, request)
            row = None if service is None else await _campaign(connection, request, service)
            if service is None or row is None:
                return absent(request)
            said = read_fields(request.form, MENDED)
            if isinstance(said, Refused):
                return refusal(said)
            state, values = row["status"], [said.get(field.name) for field in MENDED]
            states = before(CAMPAIGN_MOVES, CampaignState.PENDING)
            row = await SQL.one(
                connection, "submit_campaign_again", account, row["id"], states, *values, self.clock()
            )
            if row is None:
                return refusal(Refused(CONFLICT, f"The campaign is {state}; only a FAILED one is updated."))
            await ask_for_review(connection, account, "campaign", row["id"], submission=row["submission"])
            return Response(200, _encode(await _view(connection, request, service, row)))

    async def delete(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], SID)
        async with self.db.transaction() as connection:
            service = await _service(connection, request)
            if sid is None or service is None:
                return absent(request)
            gone = await SQL.run(
                connection, "delete_campaign", request.caller.account, service, sid.uuid, self.clock()
            )
        return Response(204) if gone else absent(request)


def _unfit(brand: Brand | None, use_case: str, *, others: int) -> Refused | None:
    """Why a campaign of this use case cannot be registered for the brand, which has `others`."""
    if brand is None or not brand.usable:
        return Refused.because(BRAND_NOT_REGISTERED)
    alone = brand.type is BrandType.SOLE_PROPRIETOR
    if alone is not (use_case == SOLE_PROPRIETOR) or (alone and brand.mock):
        return Refused.because(BRAND_NOT_REGISTERED)
    if others >= (1 if alone else MOST_CAMPAIGNS):
        return Refused(CONFLICT, f"The brand has {others} campaigns already, and may have no more.")
    return None


def _columns(said: dict[str, Any]) -> list[Any]:
    """The values of a new campaign, in the order of the statement."""
    usual: dict[str, Any] = {
        "opt_in_keywords": [],
        "opt_out_keywords": [],
        "help_keywords": [],
        "subscriber_opt_in": False,
        "age_gated": False,
        "direct_lending": False,
    }
    return [(usual | said).get(field.name) for field in CREATED]


async def _service(connection: Connection, request: Request) -> UUID | None:
    sid = Sid.parse(request.params["ServiceSid"], "MG")
    if sid is None:
        return None
    known = await SQL.value(connection, "has_service", request.caller.account, sid.uuid)
    return sid.uuid if known else None


async def _campaign(connection: Connection, request: Request, service: UUID) -> Any:
    sid = Sid.parse(request.params["Sid"], SID)
    if sid is None:
        return None
    return await SQL.one(connection, "campaign_of_service", request.caller.account, service, sid.uuid)


async def _brand(connection: Connection, account: UUID, text: str) -> Brand | None:
    sid = Sid.parse(text, BRAND_SID)
    row = None if sid is None else await SQL.one(connection, "brand", account, sid.uuid)
    return None if row is None else brand_of(row)


async def _view(connection: Connection, request: Request, service: UUID, row: Any) -> dict[str, Any]:
    brand = await SQL.one(connection, "brand", row["account"], row["brand"])
    assert brand is not None, "a brand with campaigns stays"
    return campaign_view(campaign_of(row), brand_of(brand), url=_url(request, service, row["id"]))


def _url(request: Request, service: UUID, id: UUID) -> str:
    path = CAMPAIGNS.replace("{ServiceSid}", str(Sid("MG", service)))
    return own_url(request, f"{path}/{Sid(SID, id)}")
