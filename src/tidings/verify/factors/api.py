"""`/verify/v2/Services/{ServiceSid}/Entities`, their `Factors` and `Challenges`."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.secrets import Sealer
from tidings.runtime.statements import Statements
from tidings.senders.listing import Listing
from tidings.verify.configure import service_with
from tidings.verify.factors.asked import (
    challenge_of,
    factor_of,
    identity_of,
    name_of,
    payload_of,
    shape_of,
    texts_of,
)
from tidings.verify.factors.totp import SECRET_BYTES, secret_of, uri_of
from tidings.verify.factors.verify import look, shape_of_row
from tidings.verify.factors.view import challenge_view, entity_view, factor_view
from tidings.verify.settings import VerifyService, invalid
from tidings.verify.settings_api import SERVICES, absent, service_id
from tidings.verify.webhooks.event import challenge_event, factor_event
from tidings.verify.webhooks.tell import tell
from tidings.web.api.errors import refusal
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
ENTITIES = Listing(SQL, "entities_page", "entities_page_before")
FACTORS = Listing(SQL, "factors_page", "factors_page_before")
CHALLENGES = Listing(SQL, "challenges_page", "challenges_page_before")
MOST_FACTORS = 20
STATUSES = ("pending", "expired", "approved", "denied")

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, sealer: Sealer, clock: Clock, entropy: Entropy) -> list[Route]:
    """`sealer` seals the secrets of factors."""
    doors = _Factors(db, sealer, clock, entropy)
    all_ = SERVICES + "/{ServiceSid}/Entities"
    one = all_ + "/{Identity}"
    factors, challenges = one + "/Factors", one + "/Challenges"
    return [
        Route("POST", all_, doors.add_entity),
        Route("GET", all_, doors.list_entities),
        Route("GET", one, doors.fetch_entity),
        Route("DELETE", one, doors.remove_entity),
        Route("POST", factors, doors.add_factor),
        Route("GET", factors, doors.list_factors),
        Route("GET", factors + "/{Sid}", doors.fetch_factor),
        Route("POST", factors + "/{Sid}", doors.change_factor),
        Route("DELETE", factors + "/{Sid}", doors.remove_factor),
        Route("POST", challenges, doors.challenge),
        Route("GET", challenges, doors.list_challenges),
        Route("GET", challenges + "/{Sid}", doors.fetch_challenge),
        Route("POST", challenges + "/{Sid}", doors.answer),
    ]


@dataclass(frozen=True, slots=True)
class _Factors:
    db: Database
    sealer: Sealer
    clock: Clock
    entropy: Entropy

    # --- entities

    async def add_entity(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            service = await self._service(connection, request)
            if service is None:
                return absent(request)
            identity = identity_of(last(request.form, "Identity"))
            if isinstance(identity, Refused):
                return refusal(identity)
            row = await self._add_entity(connection, service, identity)
        return Response(201, _encode(_entity_view(request, row)))

    async def fetch_entity(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            row = await self._entity(connection, request)
        return absent(request) if row is None else Response(200, _encode(_entity_view(request, row)))

    async def remove_entity(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            row = await self._entity(connection, request)
            if row is not None and await SQL.run(
                connection, "remove_entity", row["account"], row["service"], row["identity"]
            ):
                return Response(204)
        return absent(request)

    async def list_entities(self, request: Request) -> Response:
        page = page_of(request.query, prefix="YE")
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            service = await self._service(connection, request)
            if service is None:
                return absent(request)
            rows, further = await ENTITIES.rows(connection, page, service.account, service.id)
        entries = [_entity_view(request, row) for row in rows]
        ids = [row["id"] for row in rows]
        return meta_envelope(request, page, entries, key="entities", prefix="YE", ids=ids, further=further)

    # --- factors

    async def add_factor(self, request: Request) -> Response:
        """Whoever has a factor is an entity: a new identity becomes one. The secret is shown here alone."""
        async with self.db.transaction() as connection:
            service = await self._service(connection, request)
            if service is None:
                return absent(request)
            identity = identity_of(request.params["Identity"])
            if isinstance(identity, Refused):
                return refusal(identity)
            asked = factor_of(request.form, service.settings.totp)
            if isinstance(asked, Refused):
                return refusal(asked)
            entity = await self._add_entity(connection, service, identity)
            if await SQL.value(connection, "count_factors", service.account, entity["id"]) >= MOST_FACTORS:
                return refusal(invalid("Identity", f"has {MOST_FACTORS} factors already"))
            now = self.clock()
            id = mint(now, self.entropy(10), 0)
            secret = asked.secret or secret_of(self.entropy(SECRET_BYTES))
            shape = asked.shape
            row = await SQL.one(
                connection,
                "add_factor",
                service.account,
                service.id,
                entity["id"],
                id,
                asked.friendly_name,
                self.sealer.seal(secret, about=id.bytes),
                shape.alg,
                shape.skew,
                shape.code_length,
                shape.time_step,
                asked.metadata,
                now,
            )
            assert row is not None, "an insert that returns"
            await tell(connection, [factor_event("factor.created", dict(row), identity=identity, at=now)])
        issuer = service.settings.totp.issuer or service.settings.friendly_name
        uri = uri_of(secret, shape, name=asked.friendly_name, issuer=issuer)
        view = _factor_view(request, row, identity)
        return Response(201, _encode(view | {"binding": {"secret": secret, "uri": uri}, "options": None}))

    async def fetch_factor(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            found = await self._factor(connection, request)
        return absent(request) if found is None else self._shown_factor(request, found)

    async def change_factor(self, request: Request) -> Response:
        """Another name or shape, or the first code of its app, which verifies it."""
        async with self.db.transaction() as connection:
            found = await self._factor(connection, request)
            if found is None:
                return absent(request)
            code = payload_of(request.form)
            name = name_of(request.form, found["friendly_name"])
            shape = shape_of(request.form, shape_of_row(found))
            for one in (code, name, shape):
                if isinstance(one, Refused):
                    return refusal(one)
            assert not isinstance(shape, Refused)
            row: Record | Refused | None = await SQL.one(
                connection,
                "change_factor",
                found["account"],
                found["entity"],
                found["id"],
                name,
                shape.alg,
                shape.skew,
                shape.code_length,
                shape.time_step,
                self.clock(),
            )
            if isinstance(code, str):
                verified = await self._look(connection, found, code)
                row = row if verified is None else verified
                if isinstance(verified, Record) and found["status"] != "verified":
                    identity = request.params["Identity"]
                    await tell(
                        connection,
                        [factor_event("factor.verified", dict(verified), identity=identity, at=self.clock())],
                    )
        if isinstance(row, Refused):
            return refusal(row)
        return absent(request) if row is None else self._shown_factor(request, row)

    async def remove_factor(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            found = await self._factor(connection, request)
            if found is not None and await SQL.run(
                connection, "remove_factor", found["account"], found["entity"], found["id"]
            ):
                gone = factor_event(
                    "factor.deleted", dict(found), identity=request.params["Identity"], at=self.clock()
                )
                await tell(connection, [gone])
                return Response(204)
        return absent(request)

    async def list_factors(self, request: Request) -> Response:
        page = page_of(request.query, prefix="YF")
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            entity = await self._entity(connection, request)
            if entity is None:
                return absent(request)
            rows, further = await FACTORS.rows(connection, page, entity["account"], entity["id"])
        entries = [_factor_view(request, row, entity["identity"]) for row in rows]
        ids = [row["id"] for row in rows]
        return meta_envelope(request, page, entries, key="factors", prefix="YF", ids=ids, further=further)

    # --- challenges

    async def challenge(self, request: Request) -> Response:
        """With `AuthPayload` it is answered at once."""
        now = self.clock()
        async with self.db.transaction() as connection:
            entity = await self._entity(connection, request)
            if entity is None:
                return absent(request)
            asked = challenge_of(request.form, now=now)
            if isinstance(asked, Refused):
                return refusal(asked)
            account = entity["account"]
            factor = await SQL.one(connection, "factor", account, entity["id"], asked.factor.uuid)
            if factor is None or factor["status"] != "verified":
                return refusal(invalid("FactorSid", "names a verified factor of the entity"))
            row = await SQL.one(
                connection,
                "add_challenge",
                account,
                entity["service"],
                entity["id"],
                factor["id"],
                mint(now, self.entropy(10), 0),
                asked.details,
                asked.hidden_details,
                now,
                asked.expires_at,
            )
            assert row is not None, "an insert that returns"
            answered: Record | Refused = row
            if asked.code is not None:
                answered = await self._answer(connection, row, asked.code, None, entity["identity"])
        if isinstance(answered, Refused):
            return refusal(answered)
        return self._shown_challenge(request, answered, entity["identity"], 201)

    async def answer(self, request: Request) -> Response:
        """A wrong code leaves it pending."""
        async with self.db.transaction() as connection:
            entity, sid = await self._entity(connection, request), Sid.parse(request.params["Sid"], "YC")
            if entity is None or sid is None:
                return absent(request)
            account, code = entity["account"], payload_of(request.form)
            metadata = texts_of(request.form, "Metadata")
            row = await SQL.one(connection, "challenge_to_answer", account, entity["id"], sid.uuid)
            if row is None:
                return absent(request)
            for one in (code, metadata):
                if isinstance(one, Refused):
                    return refusal(one)
            answered: Record | Refused = row
            if isinstance(code, str) and row["status"] == "pending" and row["expires_at"] > self.clock():
                answered = await self._answer(
                    connection,
                    row,
                    code,
                    metadata if isinstance(metadata, dict) else None,
                    entity["identity"],
                )
        if isinstance(answered, Refused):
            return refusal(answered)
        return self._shown_challenge(request, answered, entity["identity"])

    async def fetch_challenge(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            entity, sid = await self._entity(connection, request), Sid.parse(request.params["Sid"], "YC")
            if entity is None or sid is None:
                return absent(request)
            row = await SQL.one(connection, "challenge", entity["account"], entity["id"], sid.uuid)
        return absent(request) if row is None else self._shown_challenge(request, row, entity["identity"])

    async def list_challenges(self, request: Request) -> Response:
        page, status = page_of(request.query, prefix="YC"), last(request.query, "Status")
        factor = last(request.query, "FactorSid")
        wanted = None if factor is None else Sid.parse(factor, "YF")
        if isinstance(page, Refused):
            return refusal(page)
        if status is not None and status.lower() not in STATUSES:
            return refusal(invalid("Status", f"is one of {', '.join(STATUSES)}"))
        if factor is not None and wanted is None:
            return refusal(invalid("FactorSid", "is a SID that begins with YF"))
        now = self.clock()
        async with self.db.connection() as connection:
            entity = await self._entity(connection, request)
            if entity is None:
                return absent(request)
            rows, further = await CHALLENGES.rows(
                connection,
                page,
                entity["account"],
                entity["id"],
                None if status is None else status.lower(),
                now,
                None if wanted is None else wanted.uuid,
            )
        entries = [self._challenge_view(request, row, entity["identity"]) for row in rows]
        ids = [row["id"] for row in rows]
        return meta_envelope(request, page, entries, key="challenges", prefix="YC", ids=ids, further=further)

    # --- shared

    async def _answer(
        self,
        connection: Connection,
        challenge: Record,
        code: str,
        metadata: dict[str, str] | None,
        identity: str,
    ) -> Record | Refused:
        """The challenge as it stands then; the factor's row is what bounds guessing."""
        account, entity = challenge["account"], challenge["entity"]
        now = self.clock()
        looked = await look(connection, self.sealer, account, entity, challenge["factor"], code, now=now)
        if looked is None:
            return challenge
        if isinstance(looked, Refused):
            return looked
        row = await SQL.one(connection, "approve_challenge", account, entity, challenge["id"], now, metadata)
        if row is None:
            return challenge
        await tell(connection, [challenge_event("challenge.approved", dict(row), identity=identity, at=now)])
        return row

    async def _look(self, connection: Connection, factor: Record, code: str) -> Record | Refused | None:
        return await look(
            connection, self.sealer, factor["account"], factor["entity"], factor["id"], code, now=self.clock()
        )

    async def _service(self, connection: Connection, request: Request) -> VerifyService | None:
        id = service_id(request)
        return None if id is None else await service_with(connection, request.caller.account, id)

    async def _add_entity(self, connection: Connection, service: VerifyService, identity: str) -> Record:
        now = self.clock()
        id = mint(now, self.entropy(10), 0)
        row = await SQL.one(connection, "add_entity", service.account, service.id, id, identity, now)
        assert row is not None, "an insert that returns"
        return row

    async def _entity(self, connection: Connection, request: Request) -> Record | None:
        service = await self._service(connection, request)
        if service is None:
            return None
        return await SQL.one(connection, "entity", service.account, service.id, request.params["Identity"])

    async def _factor(self, connection: Connection, request: Request) -> Record | None:
        entity, sid = await self._entity(connection, request), Sid.parse(request.params["Sid"], "YF")
        if entity is None or sid is None:
            return None
        return await SQL.one(connection, "factor", entity["account"], entity["id"], sid.uuid)

    def _shown_factor(self, request: Request, row: Record) -> Response:
        return Response(200, _encode(_factor_view(request, row, request.params["Identity"])))

    def _challenge_view(self, request: Request, row: Record, identity: str) -> dict[str, Any]:
        path = f"{_entity_path(row['service'], identity)}/Challenges/{Sid('YC', row['id'])}"
        return challenge_view(dict(row), identity=identity, url=own_url(request, path), now=self.clock())

    def _shown_challenge(self, request: Request, row: Record, identity: str, status: int = 200) -> Response:
        return Response(status, _encode(self._challenge_view(request, row, identity)))


def _entity_path(service: UUID, identity: str) -> str:
    return f"{SERVICES}/{Sid('VA', service)}/Entities/{quote(identity, safe='')}"


def _entity_view(request: Request, row: Record) -> dict[str, Any]:
    return entity_view(dict(row), url=own_url(request, _entity_path(row["service"], row["identity"])))


def _factor_view(request: Request, row: Record, identity: str) -> dict[str, Any]:
    path = f"{_entity_path(row['service'], identity)}/Factors/{Sid('YF', row['id'])}"
    return factor_view(dict(row), identity=identity, url=own_url(request, path))
