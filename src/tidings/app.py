"""The composition root: the only file that knows every slice. A role is a coroutine that runs until told.

Slices are imported where a role begins, so that a process loads only what it runs.
"""

from __future__ import annotations

import asyncio
import importlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tidings.config import Config, ConfigFault, ConfigFaults, Registration

if TYPE_CHECKING:
    from tidings.carriers.book import Book, CarrierEntry
    from tidings.carriers.connector import Connector, Receipt
    from tidings.carriers.switchboard import Switchboard
    from tidings.compliance.packs.in_force import PacksInForce
    from tidings.messages.accept import Acceptance
    from tidings.messages.dispatch import Dispatcher
    from tidings.runtime.database import Connection, Database
    from tidings.runtime.secrets import Sealer
    from tidings.senders.services import Services
    from tidings.web.api.asgi import ApiDoor
    from tidings.web.api.auth import Doorkeeper
    from tidings.web.api.routes import Route
    from tidings.web.listening import SealedByName

CACHE_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Post:
    """What a role is given by the process that it runs in."""

    config: Config
    process: str
    """Unique among the processes of a database: stands in logs, leases and metrics."""
    sockets: Mapping[str, socket.socket]
    """Listening sockets by use (`web`, `tls`, `proxy`), where the supervisor holds them."""
    stopping: asyncio.Event
    """Set when the role shall finish what is under way and return."""
    ready: Callable[[Mapping[str, Any]], None]
    """To be called once, when the role answers, with what others need to know of it."""
    clock: Callable[[], float] = time.time
    """Epoch seconds by which messages are dispatched."""


@dataclass(frozen=True, slots=True)
class Role:
    """`needs` are the modules that take long to import: a supervised process loads them while it waits."""

    run: Callable[[Post], Awaitable[None]]
    needs: tuple[str, ...]


# --- web ------------------------------------------------------------------------------------------------


async def web(post: Post) -> None:
    """The HTTP doors, in clear and over TLS, and the proxy that leads Twilio's names to the latter."""
    from tidings.runtime.clock import system_clock
    from tidings.web.authority import ensure_authority
    from tidings.web.listening import Patience, Sealed, listen, serve_http
    from tidings.web.proxy import ConnectProxy

    config = post.config
    clear = post.sockets.get("web") or listen(config.host, config.port)
    told: dict[str, Any] = {"host": clear.getsockname()[0], "port": clear.getsockname()[1]}
    sealed, proxy = None, None
    by_name = None if config.links_tls is None else listen(*config.links_tls, shared=True)
    if config.home is not None:
        tls = post.sockets.get("tls") or listen("127.0.0.1", config.tls_port)
        gate = post.sockets.get("proxy") or listen("127.0.0.1", config.proxy_port)
        files = ensure_authority(config.home / "ca", now=system_clock())
        sealed = Sealed(tls, files.leaf, files.leaf_key)
        proxy = ConnectProxy(target=tls.getsockname()[:2])
        await proxy.serve(gate)
        told |= {"proxy_port": gate.getsockname()[1], "ca_file": str(files.ca)}
    try:
        async with (
            _database(post) as db,
            _carrier_doors(config, db) as carrier_routes,
            _doors(config, db, carrier_routes) as app,
            _brands_tls(config, db, by_name) as brands,
        ):
            await serve_http(
                app,
                clear=clear,
                sealed=sealed,
                by_name=brands,
                patience=Patience(config.request_timeout_seconds),
                trusted_proxies=config.trusted_proxies,
                stopping=post.stopping,
                ready=lambda: post.ready(told),
            )
    finally:
        if proxy is not None:
            await proxy.close()


@asynccontextmanager
async def _brands_tls(
    config: Config, db: Database, listener: socket.socket | None
) -> AsyncIterator[SealedByName | None]:
    """The socket on which brands' domains are reached by TLS, where the web role ends it."""
    from tidings.links.named_tls import NamedTls
    from tidings.web.listening import SealedByName

    if listener is None:
        yield None
        return
    held, over = NamedTls(db, sealer=sealer_of(config)), asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        crew.create_task(held.keep(until=over), name="certificates of brands")
        yield SealedByName(listener, held.context)
        over.set()


@asynccontextmanager
async def _doors(config: Config, db: Database, carrier_routes: Sequence[Route]) -> AsyncIterator[ApiDoor]:
    """The application: raw handlers for Twilio's APIs, and behind them everything else."""
    from tidings.all_routes import twilio_routes
    from tidings.carriers.stock import open_stock
    from tidings.links.configured import certificate_routes
    from tidings.lookup.configured import lookups_on
    from tidings.own_api import behind, own_api
    from tidings.runtime.clock import system_clock, system_entropy
    from tidings.senders import Directory
    from tidings.verify.configured import verify_routes
    from tidings.verify.fraud.risk import Risk
    from tidings.web.api.asgi import ApiDoor

    sealer = sealer_of(config)
    doorkeeper = _doorkeeper(config, db, sealer)
    directory = Directory(db, monotonic=time.monotonic)
    operator = config.operator_account
    async with (
        services_on(db) as services,
        lookups_on(config, db, risk=Risk(db)) as lookups,
        packs_on(db) as packs,
        acceptance_on(config, db, services, packs) as acceptance,
        open_stock(config.stock_url) as stock,
        verify_routes(
            config,
            db,
            sealer,
            accept=acceptance.accept,
            services=services,
            directory=directory,
            lookups=lookups,
        ) as codes,
        behind(
            db,
            own_api(
                db,
                packs.at,
                lookups,
                clock=system_clock,
                entropy=system_entropy,
                sealer=sealer,
                operator=operator,
            ),
            clock=system_clock,
            entropy=system_entropy,
            healthy=db.answers,
            admit=doorkeeper.admit,
        ) as beyond,
    ):
        routes = twilio_routes(
            db,
            sealer=sealer,
            accept=acceptance.accept,
            senders=directory,
            services=services,
            lookups=lookups,
            stock=stock,
        )
        yield ApiDoor(
            [*routes, *certificate_routes(config, db, sealer), *codes, *carrier_routes],
            doorkeeper=doorkeeper,
            beyond=beyond,
            monotonic=time.monotonic,
            entropy=system_entropy,
            body_limit_bytes=config.body_limit_bytes,
        )


def _doorkeeper(config: Config, db: Database, sealer: Sealer) -> Doorkeeper:
    """Who tells callers apart and lets so many in at once."""
    from tidings.accounts import Credentials
    from tidings.web.api.auth import Doorkeeper

    cache_key = secrets.token_bytes(CACHE_KEY_BYTES)
    credentials = Credentials(db, sealer=sealer, cache_key=cache_key)
    return Doorkeeper(
        identify=credentials.identify,
        standing=credentials.standing,
        monotonic=time.monotonic,
        cache_key=cache_key,
        concurrency_limit=config.account_concurrency,
    )


@asynccontextmanager
async def packs_on(db: Database) -> AsyncIterator[PacksInForce]:
    """The rule packs in force, as a process follows them."""
    from tidings.compliance.packs.in_force import follow

    packs = await follow(db, monotonic=time.monotonic)
    yield packs
    await packs.close()


@asynccontextmanager
async def services_on(db: Database) -> AsyncIterator[Services]:
    """Messaging services, as a process knows them: it hears of every change."""
    from tidings.senders.services import CHANNEL, Services

    services = Services(db, monotonic=time.monotonic)
    changes = await db.listen(CHANNEL, services.hear)
    yield services
    await changes.close()


@asynccontextmanager
async def acceptance_on(
    config: Config,
    db: Database,
    services: Services,
    packs: PacksInForce,
    *,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Acceptance]:
    """The one road out, as a process takes it: with its gauges, which hear of every change of a lane."""
    from tidings.compliance.gate import GateSettingsOf
    from tidings.compliance.gate.refusals import Refusals
    from tidings.compliance.packs.in_force import content_in_force, quiet_hours_in_force, senders_in_force
    from tidings.compliance.profiles.lookup import Profiles
    from tidings.kernel.instant import from_epoch
    from tidings.lanes.gauge import Gauges
    from tidings.lanes.networks import KnownNetworks
    from tidings.lanes.operate import CHANNEL as LANES
    from tidings.messages.accept import Acceptance
    from tidings.messages.agreements import Agreements
    from tidings.messages.judging import Judging
    from tidings.messages.limits import Limits
    from tidings.messages.registered import Gate
    from tidings.senders.registration import Registrations

    gauges = Gauges(db, default_limit_seconds=config.queue_limit_seconds, clock=clock)
    networks = KnownNetworks(db, monotonic=time.monotonic)
    gate = None
    if config.registration is Registration.ENFORCE:
        gate = Gate(Registrations(db, monotonic=time.monotonic))
    profiles = Profiles(db)
    acceptance = Acceptance(
        db,
        gauges,
        networks=networks,
        services=services,
        gate=gate,
        judging=Judging(
            [quiet_hours_in_force(packs.known), content_in_force(packs.known)],
            GateSettingsOf(db, monotonic=time.monotonic),
            limits=Limits(db, monotonic=time.monotonic, pack=lambda: packs.known(from_epoch(clock()))),
            profiles=profiles,
            agreements=Agreements(db, laws=lambda at: packs.known(at).consent),
            of_senders=senders_in_force(packs.known),
            refusals=Refusals(db),
        ),
        most_pending=config.most_scheduled,
    )
    changes = await db.listen(LANES, gauges.hear)
    yield acceptance
    await changes.close()
    await acceptance.close()
    await profiles.close()
    await networks.close()


@asynccontextmanager
async def _carrier_doors(config: Config, db: Database) -> AsyncIterator[Sequence[Route]]:
    """Where carriers that speak HTTP bring receipts and messages from people."""
    from tidings.carriers import doors
    from tidings.carriers.book import CHANNEL as CARRIERS
    from tidings.carriers.open_doors import OpenDoors
    from tidings.messages.accept import FACTS_LINGER_SECONDS
    from tidings.messages.arrivals import Arrivals
    from tidings.messages.receive import Reception
    from tidings.runtime.bell import Bell
    from tidings.runtime.clock import system_clock
    from tidings.runtime.outbox import CHANNEL as FACTS

    facts = Bell(db, FACTS, linger_seconds=FACTS_LINGER_SECONDS)
    arrivals = Arrivals(db, facts=facts)
    reception = Reception(db, facts=facts, clock=system_clock)
    open_doors = OpenDoors(
        db, sealer=sealer_of(config), public_url=config.public_url, monotonic=time.monotonic
    )
    changes = await db.listen(CARRIERS, open_doors.hear)
    yield doors.routes(
        find=open_doors.find, on_receipts=arrivals.receive, on_inbound=reception.take, clock=system_clock
    )
    await changes.close()
    await arrivals.close()
    await facts.close()


# --- dispatch -------------------------------------------------------------------------------------------


async def dispatch(post: Post) -> None:
    """Takes over lanes and hands their messages to the carrier, each at its pace."""
    from tidings.carriers.keeper import Keeper
    from tidings.carriers.metrics import show as show_carriers
    from tidings.carriers.switchboard import Switchboard
    from tidings.messages.dispatch import DISPATCH_SETTINGS, Dispatcher, DispatchSettings
    from tidings.messages.ends import ends_of
    from tidings.messages.metrics import show as show_dispatch
    from tidings.runtime.metrics import every_second
    from tidings.runtime.secrets import Unsealable

    config = post.config

    async with (
        _database(post, settings=DISPATCH_SETTINGS) as db,
        _health(post, db),
        packs_on(db) as packs,
        services_on(db) as services,
        acceptance_on(config, db, services, packs, clock=post.clock) as acceptance,
    ):
        dispatcher = Dispatcher(
            db,
            connect=partial(_switchboard, post),
            settings=DispatchSettings(
                owner=post.process,
                lease=timedelta(seconds=config.lease_seconds),
                carrier_mps=config.carrier_mps,
            ),
            clock=post.clock,
            acceptance=acceptance,
        )
        switchboard = dispatcher.connector
        assert isinstance(switchboard, Switchboard)
        keeper = Keeper(
            db, switchboard, owner=post.process, read=book_reader(config), ends=ends_of, clock=post.clock
        )
        try:
            await keeper.start()
        except Unsealable as error:
            help = "Set it, or TIDINGS_SECRET_KEY_FILE, to the key of those who wrote the book of carriers."
            raise ConfigFaults([ConfigFault("TIDINGS_SECRET_KEY", str(error), help)]) from error
        post.ready({"carrier": ", ".join(line.name for line in switchboard.lines)})

        def show() -> None:
            show_dispatch(dispatcher)
            show_carriers(switchboard.lines, unrouted=switchboard.unrouted, now=post.clock())

        async with asyncio.TaskGroup() as crew:
            besides = [crew.create_task(every_second(show)), crew.create_task(keeper.run())]
            await dispatcher.run(post.stopping)
            for task in besides:
                task.cancel()
        await keeper.stop()


def _switchboard(post: Post, dispatcher: Dispatcher) -> Switchboard:
    """All carriers as the one that a dispatcher hands over to."""
    from tidings.carriers.kinds import Surroundings, kind_of
    from tidings.carriers.switchboard import Switchboard

    async def on_receipts(receipts: list[Receipt]) -> None:
        await dispatcher.on_receipts(receipts)
        switchboard.hear(receipts)

    def make(entry: CarrierEntry) -> Connector:
        return kind_of(entry.kind).make(
            entry,
            Surroundings(
                on_receipts=on_receipts,
                on_inbound=dispatcher.on_inbound,
                on_room=switchboard.room_appeared,
                on_read=dispatcher.on_read,
                public_url=post.config.public_url,
            ),
        )

    switchboard = Switchboard(
        make=make,
        on_room=dispatcher.on_room,
        clock=post.clock,
        share=lambda: 1 / dispatcher.dispatchers,
    )
    return switchboard


def book_reader(config: Config) -> Callable[[Connection], Awaitable[Book]]:
    """Reads the book of carriers; while none is written down, TIDINGS_CARRIER_URL is the only one.

    Raises ConfigFaults, when called, where that URL cannot be used. What it gives raises Unsealable when the book was
    written with another key.
    """
    from tidings.carriers.book import Book, has_carriers, read_book
    from tidings.carriers.configured import carrier_of
    from tidings.runtime.secrets import Unsealable

    alone = Book() if config.carrier_url is None else Book((carrier_of(config),))
    keyed = config.secret_key is not None or config.secret_key_file is not None
    sealer = sealer_of(config) if keyed else None

    async def read(connection: Connection) -> Book:
        if not await has_carriers(connection):
            return alone
        if sealer is None:
            raise Unsealable("the book of carriers is sealed, and no key is named")
        return await read_book(connection, sealer=sealer)

    return read


# --- work -----------------------------------------------------------------------------------------------


async def work(post: Post) -> None:
    """Reads the outbox, sends callbacks and replies, and keeps the days' partitions."""
    from tidings.accounts import tokens
    from tidings.all_jobs import register_jobs
    from tidings.links.believe.watch import watch_clicks
    from tidings.messages.follow_up import follow_ups
    from tidings.messages.lessons import lessons
    from tidings.messages.reply import replies
    from tidings.runtime.clock import system_clock, system_entropy
    from tidings.runtime.jobs import Jobs
    from tidings.runtime.outbox import READER_SETTINGS, Trail
    from tidings.senders import Directory
    from tidings.verify.configured import fall_back
    from tidings.webhooks.host import Limits
    from tidings.webhooks.tell import run as tell

    config = post.config
    sealer = sealer_of(config)
    async with _database(post) as db, _health(post, db), AsyncExitStack() as stack:
        services = await stack.enter_async_context(services_on(db))
        packs = await stack.enter_async_context(packs_on(db))
        acceptance = await stack.enter_async_context(acceptance_on(config, db, services, packs))
        outbox = await stack.enter_async_context(_database(post, settings=READER_SETTINGS))
        trail = Trail()

        async def token_of(account: UUID) -> str | None:
            async with db.connection() as connection:
                return (await tokens(connection, account, sealer=sealer)).get("primary")

        jobs = Jobs(db.url)
        register_jobs(jobs, db, config)
        replier = replies(
            outbox,
            accept=acceptance.accept,
            find_sender=Directory(db, monotonic=time.monotonic).find,
            find_pool=services.find,
            clock=system_clock,
            entropy=system_entropy,
            trail=trail,
        )
        follow_up = follow_ups(db, accept=acceptance.accept, find_pool=services.find)
        async with asyncio.TaskGroup() as crew:
            crew.create_task(replier.run(post.stopping))
            crew.create_task(lessons(outbox, trail=trail).run(post.stopping))
            crew.create_task(watch_clicks(db, follow_up, clock=system_clock, stopping=post.stopping))
            crew.create_task(
                tell(
                    outbox,
                    token_of,
                    allow_private=config.callbacks_allow_private,
                    stopping=post.stopping,
                    limits=Limits(most_connections=config.callback_concurrency),
                    trail=trail,
                )
            )
            crew.create_task(jobs.run(post.stopping))
            crew.create_task(fall_back(config, db, sealer, post.stopping))
            post.ready({})


# --- simulator ------------------------------------------------------------------------------------------


async def simulator(post: Post) -> None:
    """A carrier to try things with."""
    from tidings.carriers.simulator.serve import Addresses, SimulatorSettings, serve

    def ready(addresses: Addresses) -> None:
        post.ready({"smpp_port": addresses.smpp_port, "control_url": addresses.control_url})

    config = post.config
    settings = SimulatorSettings(
        system_id=config.simulator_system_id,
        password=config.simulator_password,
        host=config.simulator_host,
        smpp_port=config.simulator_port,
        control_port=config.simulator_control_port,
        seed=config.simulator_seed,
        personality=config.simulator_personality,
    )
    await serve(settings, ready=ready, stop=post.stopping)


ROLES: Mapping[str, Role] = {
    "web": Role(
        web,
        (
            "tidings.web.listening",
            "tidings.web.authority",
            "tidings.web.proxy",
            "tidings.web.frame",
            "tidings.accounts.api",
            "tidings.messages.api",
        ),
    ),
    "dispatch": Role(
        dispatch, ("tidings.messages.dispatch", "tidings.carriers.keeper", "tidings.carriers.smpp.kind")
    ),
    "work": Role(work, ("tidings.webhooks.tell", "tidings.accounts", "tidings.messages.reply")),
    "simulator": Role(simulator, ("tidings.carriers.simulator.serve",)),
}


def load(role: str) -> None:
    """Imports what a role needs, ahead of its start."""
    for module in ROLES[role].needs:
        importlib.import_module(module)


# --- shared ---------------------------------------------------------------------------------------------


def sealer_of(config: Config) -> Sealer:
    """What seals tokens and passwords: the key of the settings, or of the home, where it is made at first."""
    from tidings.runtime.secrets import Sealer

    if config.secret_key is not None:
        return Sealer.from_base64(config.secret_key)
    assert config.secret_key_file is not None, "the command checks it before the role begins"
    return Sealer.from_file(config.secret_key_file)


@asynccontextmanager
async def _database(post: Post, *, settings: Mapping[str, str] | None = None) -> AsyncIterator[Database]:
    from tidings.runtime.database import Database

    assert post.config.database_url is not None, "the command checks it before the role begins"
    db = await Database.connect(
        post.config.database_url,
        largest=post.config.database_connections,
        application_name=f"tidings {post.process}",
        settings=settings or {},
    )
    try:
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def _health(post: Post, db: Database) -> AsyncIterator[None]:
    """/healthz and /metrics of a role without doors, where TIDINGS_HEALTH_PORT asks for them."""
    if post.config.health_port is None:
        yield
        return
    from tidings.runtime.metrics import exposition
    from tidings.web.health import serve_health

    server = await serve_health(post.config.health_port, healthy=db.answers, metrics=exposition)
    async with server:
        yield
