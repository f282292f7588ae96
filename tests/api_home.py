"""A home's API on a real socket: the root application with accounts and messages, in the loop of the test."""

import asyncio
import base64
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
import uvicorn
from yarl import URL

from tidings.accounts import Credentials, Opened, create_account
from tidings.accounts import api as accounts_api
from tidings.compliance import opt_outs
from tidings.compliance.opt_outs import consents as consents_api
from tidings.compliance.packs.in_force import PacksInForce
from tidings.kernel.instant import EPOCH
from tidings.kernel.phone_number import Address
from tidings.kernel.sid import Sid, mint
from tidings.lanes.gauge import Gauges
from tidings.links import api as links_api
from tidings.links import certificates_api
from tidings.links.domains import Hosts, ServiceDomains
from tidings.links.follow import Follow
from tidings.lookup import api as lookup_api
from tidings.lookup.entry import api as entry_api
from tidings.lookup.entry.keys import Keys
from tidings.lookup.lookups import Lookups, Provider
from tidings.messages import api as messages_api
from tidings.messages.accept import Acceptance
from tidings.messages.receive import withdraw
from tidings.messages.registered import Gate
from tidings.monitor import api as monitor_api
from tidings.own_api import own_api
from tidings.runtime.database import Database
from tidings.runtime.metrics import exposition
from tidings.runtime.secrets import Sealer
from tidings.senders import Directory, own
from tidings.senders.applications import Applications
from tidings.senders.applications import api as applications_api
from tidings.senders.deactivations import api as deactivations_api
from tidings.senders.numbers import api as numbers_api
from tidings.senders.registration import Registrations, registered_services
from tidings.senders.registration import api as registration_api
from tidings.senders.services import Services
from tidings.senders.services import api as services_api
from tidings.senders.stock import NoStock, Stock
from tidings.verify.doors import verify_doors
from tidings.verify.fraud.risk import Risk
from tidings.verify.mail import Mail
from tidings.verify.voice import Voice
from tidings.web.api.asgi import ApiDoor, Asgi
from tidings.web.api.auth import Doorkeeper
from tidings.web.api.http_protocol import http_protocol
from tidings.web.api.routes import Route
from tidings.web.frame import frame

KEY = bytes(range(32))
SEALER = Sealer(KEY)
NO_STOCK = NoStock()


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.text) if self.text else None


@dataclass
class ApiHome:
    db: Database
    base_url: str
    door: ApiDoor
    session: aiohttp.ClientSession
    opened: dict[UUID, Opened] = field(default_factory=dict)
    last_given: datetime = EPOCH

    async def open_account(self, name: str = "Shop", **options: Any) -> Opened:
        async with self.db.transaction() as connection:
            opened = await create_account(
                connection,
                friendly_name=name,
                sealer=SEALER,
                entropy=secrets.token_bytes,
                now=now(),
                **options,
            )
        self.opened[opened.account.id] = opened
        return opened

    async def give_sender(self, opened: Opened, address: str, **options: Any) -> None:
        """Senders are listed in the order given: ids of one millisecond would have no order."""
        parsed = Address.parse(address)
        assert parsed is not None
        at = self.last_given = max(now(), self.last_given + timedelta(milliseconds=1))
        async with self.db.connection() as connection:
            assert await own(
                connection,
                opened.account.id,
                parsed,
                id=mint(at, secrets.token_bytes(10), 0),
                now=at,
                **options,
            )

    async def ask(
        self,
        method: str,
        path: str,
        *,
        user: str = "",
        password: str = "",
        as_: Opened | None = None,
        form: Any = None,
        json: Any = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """A request with the credentials of an account, or with others, or with none."""
        if as_ is not None:
            user, password = as_.sid, as_.auth_token
        sent = dict(headers or {})
        if user:
            sent["Authorization"] = basic(user, password)
        if json is not None:
            body = msgspec.json.encode(json)
            sent["Content-Type"] = "application/json"
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        url = URL(self.base_url + path, encoded=True)
        async with self.session.request(
            method, url, data=body if body is not None else form, headers=sent
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.text())


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class _Server(uvicorn.Server):
    """pytest keeps its own signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: Asgi, *, request_timeout_seconds: float = 10.0) -> AsyncIterator[str]:
    """The base URL of an application on a free port of loopback, with the product's HTTP protocol."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        host="127.0.0.1",
        port=0,
        http=http_protocol(request_timeout_seconds=request_timeout_seconds),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as crew:
        serving = crew.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.005)
            assert not serving.done()
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True


@asynccontextmanager
async def api_home(
    db: Database,
    *,
    routes: Sequence[Route] = (),
    stock: Stock = NO_STOCK,
    trust_seconds: float = 0.0,
    concurrency_limit: int = 500,
    request_timeout_seconds: float = 10.0,
    registration: bool = False,
    providers: Sequence[Provider] = (),
    operator: UUID | None = None,
    clock: Callable[[], datetime] = now,
    mail: Mail | None = None,
    voice: Voice | None = None,
) -> AsyncIterator[ApiHome]:
    """`trust_seconds` is 0 so that a test sees each change of a credential at once. `registration`: whether what is
    registered with carriers decides; most tests are about something else, and their senders may text. `clock`: of
    verifications; `mail`, `voice`: of codes."""
    crew = contextlib.AsyncExitStack()
    credentials = Credentials(db, sealer=SEALER, cache_key=KEY)
    doorkeeper = Doorkeeper(
        identify=credentials.identify,
        standing=credentials.standing,
        monotonic=time.monotonic,
        cache_key=KEY,
        concurrency_limit=concurrency_limit,
        trust_seconds=trust_seconds,
    )

    async def healthy() -> bool:
        return True

    gauges = Gauges(db, default_limit_seconds=36_000, clock=time.time)
    services = Services(db, monotonic=time.monotonic, trust_seconds=trust_seconds)
    gate = Gate(Registrations(db, monotonic=time.monotonic, trust_seconds=trust_seconds))
    acceptance = Acceptance(db, gauges, services=services, gate=gate if registration else None)
    directory = Directory(db, monotonic=time.monotonic, trust_seconds=trust_seconds)
    lookups = Lookups(
        db,
        clock=now,
        monotonic=time.monotonic,
        providers=providers,
        risk=Risk(db),
        trust_seconds=trust_seconds,
    )
    messages = messages_api.routes(
        db=db,
        senders=directory,
        services=services,
        applications=Applications(db, monotonic=time.monotonic, trust_seconds=trust_seconds),
        accept=acceptance.accept,
        clock=now,
        domains=ServiceDomains(db, monotonic=time.monotonic, trust_seconds=trust_seconds),
    )
    follow = Follow(
        db,
        hosts=Hosts(db, monotonic=time.monotonic, trust_seconds=trust_seconds),
        beyond=frame(  # type: ignore[arg-type]
            version="0",
            healthy=healthy,
            metrics=exposition,
            admit=doorkeeper.admit,
            handlers=own_api(
                db,
                PacksInForce(db, monotonic=time.monotonic).at,
                lookups,
                clock=now,
                entropy=secrets.token_bytes,
                sealer=SEALER,
                operator=None if operator is None else Sid("AC", operator),
            ),
        ),
        clock=now,
        monotonic=time.monotonic,
        entropy=secrets.token_bytes,
    )
    codes = await crew.enter_async_context(
        verify_doors(
            db,
            sealer=SEALER,
            mail=mail,
            voice=voice,
            accept=acceptance.accept,
            services=services,
            senders=directory,
            lookups=lookups,
            clock=clock,
            entropy=secrets.token_bytes,
            monotonic=time.monotonic,
            trust_seconds=trust_seconds,
        )
    )
    door = ApiDoor(
        [
            *messages,
            *codes,
            *applications_api.routes(db=db, clock=now, entropy=secrets.token_bytes),
            *accounts_api.routes(db=db, sealer=SEALER, clock=now, entropy=secrets.token_bytes),
            *monitor_api.routes(db=db),
            *consents_api.routes(db=db, clock=now, withdraw=withdraw),
            *services_api.routes(
                db=db, clock=now, entropy=secrets.token_bytes, registered=registered_services
            ),
            *registration_api.routes(db=db, clock=now, entropy=secrets.token_bytes),
            *numbers_api.routes(
                db=db, stock=stock, clock=now, entropy=secrets.token_bytes, carry=opt_outs.carry
            ),
            *deactivations_api.routes(stock=stock, sealer=SEALER, clock=now),
            *lookup_api.routes(db=db, lookups=lookups, clock=now),
            *entry_api.routes(
                keys=Keys(db, monotonic=time.monotonic, trust_seconds=trust_seconds),
                lookups=lookups,
                clock=now,
                monotonic=time.monotonic,
            ),
            *links_api.routes(db=db, clock=now, entropy=secrets.token_bytes),
            *certificates_api.routes(
                db=db,
                sealer=SEALER,
                issuer="http://127.0.0.1:1/",
                target=None,
                clock=now,
                entropy=secrets.token_bytes,
            ),
            *routes,
        ],
        doorkeeper=doorkeeper,
        beyond=follow,
        monotonic=time.monotonic,
        entropy=secrets.token_bytes,
    )
    async with (
        served(door, request_timeout_seconds=request_timeout_seconds) as base_url,
        aiohttp.ClientSession() as session,
    ):
        yield ApiHome(db, base_url, door, session)
    await crew.aclose()
    await acceptance.close()
    await follow.close()
    await lookups.close()
