"""Tollfree/Verifications of Twilio's messaging/v1."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES, CONFLICT
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements
from tidings.senders.registration import fields
from tidings.senders.registration.brand import BUNDLE_SID
from tidings.senders.registration.fields import Field, Wrong, read_fields, shown
from tidings.senders.registration.review import ask_for_review
from tidings.senders.registration.states import TOLL_FREE_MOVES, TollFreeState, before
from tidings.senders.registration.toll_free import SID, Verification, verification_of
from tidings.senders.registration.view import verification_view
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import boolean, invalid
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import HIGHEST, LOWEST, cut, page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
VERIFICATIONS = "/messaging/v1/Tollfree/Verifications"
EDIT_TIME_EXPIRED = CODES[30437]

USE_CASE_CATEGORIES = (
    "TWO_FACTOR_AUTHENTICATION",
    "ACCOUNT_NOTIFICATIONS",
    "CUSTOMER_CARE",
    "CHARITY_NONPROFIT",
    "DELIVERY_NOTIFICATIONS",
    "FRAUD_ALERT_MESSAGING",
    "EVENTS",
    "HIGHER_EDUCATION",
    "K12",
    "MARKETING",
    "POLLING_AND_VOTING_NON_POLITICAL",
    "POLITICAL_ELECTION_CAMPAIGNS",
    "PUBLIC_SERVICE_ANNOUNCEMENT",
    "SECURITY_ALERT",
)
OPT_IN_TYPES = (
    "VERBAL",
    "WEB_FORM",
    "PAPER_FORM",
    "VIA_TEXT",
    "MOBILE_QR_CODE",
    "IMPORT",
    "IMPORT_PLEASE_REPLACE",
)
AUTHORITIES = (
    *("EIN", "CBN", "CRN", "PROVINCIAL_NUMBER", "VAT", "ACN", "ABN", "BRN", "SIREN", "SIRET", "NZBN"),
    *("USt-IdNr", "CIF", "NIF", "CNPJ", "UID", "NEQ", "OTHER"),
)
BUSINESS_TYPES = ("PRIVATE_PROFIT", "PUBLIC_PROFIT", "SOLE_PROPRIETOR", "NON_PROFIT", "GOVERNMENT")

_encode = msgspec.json.Encoder().encode


def _profile(given: list[str]) -> str | Wrong:
    sid = Sid.parse(given[-1], BUNDLE_SID)
    return Wrong("must be the SID of a bundle (BU and 32 hexadecimal digits)") if sid is None else given[-1]


FIXED = (
    Field("CustomerProfileSid", "customer_profile_sid", _profile),
    Field("ExternalReferenceId", "external_reference_id", fields.text(255)),
)
"""What is said once, with the first submission."""
MENDED = (
    Field("BusinessName", "business_name", fields.text(255), required=True),
    Field("BusinessWebsite", "business_website", fields.text(2000), required=True),
    Field("NotificationEmail", "notification_email", fields.text(320), required=True),
    Field("UseCaseCategories", "use_case_categories", fields.some_of(*USE_CASE_CATEGORIES), required=True),
    Field("UseCaseSummary", "use_case_summary", fields.text(1000), required=True),
    Field("ProductionMessageSample", "production_message_sample", fields.text(1000), required=True),
    Field("OptInImageUrls", "opt_in_image_urls", fields.texts(2000, 20), required=True),
    Field("OptInType", "opt_in_type", fields.one_of(*OPT_IN_TYPES), required=True),
    Field("MessageVolume", "message_volume", fields.volume, required=True),
    Field("BusinessStreetAddress", "business_street_address", fields.text(255)),
    Field("BusinessStreetAddress2", "business_street_address2", fields.text(255)),
    Field("BusinessCity", "business_city", fields.text(255)),
    Field("BusinessStateProvinceRegion", "business_state_province_region", fields.text(255)),
    Field("BusinessPostalCode", "business_postal_code", fields.text(40)),
    Field("BusinessCountry", "business_country", fields.country),
    Field("AdditionalInformation", "additional_information", fields.text(2000)),
    Field("BusinessContactFirstName", "business_contact_first_name", fields.text(255)),
    Field("BusinessContactLastName", "business_contact_last_name", fields.text(255)),
    Field("BusinessContactEmail", "business_contact_email", fields.text(320)),
    Field("BusinessContactPhone", "business_contact_phone", fields.phone),
    Field("BusinessRegistrationNumber", "business_registration_number", fields.text(64)),
    Field("BusinessRegistrationAuthority", "business_registration_authority", fields.one_of(*AUTHORITIES)),
    Field("BusinessRegistrationCountry", "business_registration_country", fields.country),
    Field("BusinessType", "business_type", fields.one_of(*BUSINESS_TYPES)),
    Field("BusinessRegistrationPhoneNumber", "business_registration_phone_number", fields.phone),
    Field("DoingBusinessAs", "doing_business_as", fields.text(255)),
    Field("OptInConfirmationMessage", "opt_in_confirmation_message", fields.text(1000)),
    Field("HelpMessageSample", "help_message_sample", fields.text(1000)),
    Field("PrivacyPolicyUrl", "privacy_policy_url", fields.url),
    Field("TermsAndConditionsUrl", "terms_and_conditions_url", fields.url),
    Field("AgeGatedContent", "age_gated_content", fields.switch),
    Field("OptInKeywords", "opt_in_keywords", fields.keywords),
    Field("VettingProvider", "vetting_provider", fields.one_of("CAMPAIGN_VERIFY")),
    Field("VettingId", "vetting_id", fields.text(1000)),
)
EDIT_REASON = Field("EditReason", "edit_reason", fields.text(1000))
"""Taken with an edit and kept, shown to the registry alone."""


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    verifications = _Verifications(db, clock, entropy)
    one = VERIFICATIONS + "/{Sid}"
    return [
        Route("POST", VERIFICATIONS, verifications.create),
        Route("GET", VERIFICATIONS, verifications.list),
        Route("GET", one, verifications.fetch),
        Route("POST", one, verifications.mend),
        Route("DELETE", one, verifications.delete),
    ]


@dataclass(frozen=True, slots=True)
class _Verifications:
    db: Database
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        said = read_fields(request.form, (*FIXED, *MENDED))
        if isinstance(said, Refused):
            return refusal(said)
        sender = Sid.parse(last(request.form, "TollfreePhoneNumberSid") or "", "PN")
        account, now = request.caller.account, self.clock()
        async with self.db.transaction() as connection:
            if sender is None or not await SQL.value(connection, "toll_free_sender", account, sender.uuid):
                return refusal(invalid("TollfreePhoneNumberSid", "must be a toll-free number of the account"))
            id = mint(now, self.entropy(10), 0)
            row = await SQL.one(connection, "create_verification", account, id, sender.uuid, said, now)
            if row is None:
                sentence = "The number has a verification already: update that one, or delete it first."
                return refusal(Refused(CONFLICT, sentence))
            await ask_for_review(connection, account, "toll_free", id)
        return self._shown(request, verification_of(row), status=201)

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix=SID)
        if isinstance(page, Refused):
            return refusal(page)
        filters = _filters(request.query)
        if isinstance(filters, Refused):
            return refusal(filters)
        rows = []
        if "TrustProductSid" not in request.query:  # no verification has a trust product
            async with self.db.connection() as connection:
                rows = await SQL.many(
                    connection,
                    "verifications_page" if page.before is None else "verifications_page_before",
                    request.caller.account,
                    page.before or LOWEST,
                    page.after or HIGHEST,
                    page.fetch,
                    *filters,
                )
        found, further = cut(page, rows)
        views = [self._view(request, verification_of(row)) for row in found]
        ids = [row["id"] for row in found]
        return meta_envelope(request, page, views, key="verifications", prefix=SID, ids=ids, further=further)

    async def fetch(self, request: Request) -> Response:
        found = await self._verification(request)
        return absent(request) if found is None else self._shown(request, found)

    async def mend(self, request: Request) -> Response:
        """Only a rejected one can be changed, within seven days, and only when its reasons can be mended."""
        found, now = await self._verification(request), self.clock()
        if found is None:
            return absent(request)
        said = read_fields(request.form, (*MENDED, EDIT_REASON), partly=True)
        if isinstance(said, Refused):
            return refusal(said)
        refused = _not_to_be_mended(found, now=now)
        if refused is not None:
            return refusal(refused)
        states = before(TOLL_FREE_MOVES, TollFreeState.PENDING_REVIEW)
        async with self.db.transaction() as connection:
            row = await SQL.one(
                connection, "submit_verification_again", found.account, found.id, states, said, now
            )
            if row is None:  # somebody was faster
                return refusal(Refused(CONFLICT, "The verification was changed meanwhile."))
            submission = row["submission"]
            await ask_for_review(connection, found.account, "toll_free", found.id, submission=submission)
        return self._shown(request, verification_of(row), status=202)

    async def delete(self, request: Request) -> Response:
        found = await self._verification(request)
        if found is None:
            return absent(request)
        async with self.db.transaction() as connection:
            gone = await SQL.run(connection, "delete_verification", found.account, found.id, self.clock())
        if not gone:
            return refusal(Refused(CONFLICT, "A verification that is IN_REVIEW cannot be deleted."))
        return Response(204)

    async def _verification(self, request: Request) -> Verification | None:
        sid = Sid.parse(request.params["Sid"], SID)
        if sid is None:
            return None
        async with self.db.connection() as connection:
            row = await SQL.one(connection, "verification", request.caller.account, sid.uuid)
        return None if row is None else verification_of(row)

    def _shown(self, request: Request, verification: Verification, *, status: int = 200) -> Response:
        return Response(status, _encode(self._view(request, verification)))

    def _view(self, request: Request, verification: Verification) -> dict[str, Any]:
        url = own_url(request, f"{VERIFICATIONS}/{Sid(SID, verification.id)}")
        said = shown((*FIXED, *MENDED), verification.said)
        return verification_view(verification, said, url=url, now=self.clock())


def _not_to_be_mended(found: Verification, *, now: Instant) -> Refused | None:
    if found.state is not TollFreeState.REJECTED:
        return Refused(CONFLICT, f"The verification is {found.state}; only a rejected one is updated.")
    if not found.may_be_mended:
        return Refused(CONFLICT, "The verification was rejected for a reason that cannot be mended.")
    return None if found.edit_allowed(now) else Refused.because(EDIT_TIME_EXPIRED)


def _filters(query: Form) -> tuple[bool, UUID | None, str | None, str | None] | Refused:
    """Whether subaccounts are meant too, and the number, state and reference that are asked for."""
    number, status = last(query, "TollfreePhoneNumberSid"), last(query, "Status")
    sid = Sid.parse(number, "PN") if number else None
    if number and sid is None:
        return invalid("TollfreePhoneNumberSid", "must be the SID of a phone number")
    if status is not None and status not in list(TollFreeState):
        return invalid("Status", "must be one of " + ", ".join(TollFreeState))
    subaccounts = boolean(query, "IncludeSubAccounts", default=False)
    if isinstance(subaccounts, Refused):
        return subaccounts
    return subaccounts, None if sid is None else sid.uuid, status, last(query, "ExternalReferenceId")
