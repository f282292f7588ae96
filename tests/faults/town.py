"""A home under fire: `tidings up` as a process, a carrier and a callback endpoint that outlive it, and a customer."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp import web
from tests.command import command

from tidings.carriers.simulator.serve import Addresses, SimulatorSettings, serve

READY_WITHIN_SECONDS = 60


@dataclass
class Endpoint:
    """Where callbacks go: what was told of each message, and how often."""

    told: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    heard: Counter[str] = field(default_factory=Counter)
    """How often it was told of what each person wrote."""
    url: str = ""
    inbound_url: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.told[str(form["MessageSid"])][str(form["MessageStatus"])] += 1
        return web.Response(status=204)

    async def answer(self, request: web.Request) -> web.Response:
        """Told of a person's message: a reply in TwiML."""
        form = await request.post()
        self.heard[str(form["From"])] += 1
        twiml = f"<Response><Message>You said: {form['Body']}</Message></Response>"
        return web.Response(text=twiml, content_type="text/xml")


@dataclass
class Town:
    folder: Path
    carrier: Addresses
    endpoint: Endpoint
    session: aiohttp.ClientSession
    ready: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    accepted: dict[str, str] = field(default_factory=dict)
    """The recipient of each message that was answered with 201, by its SID."""

    async def up(self) -> None:
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        log = (self.folder / "up.log").open("ab")
        environ = os.environ | {
            "TIDINGS_CARRIER_URL": f"smpp://tidings:secret@{self.carrier.smpp_host}:{self.carrier.smpp_port}",
            "TIDINGS_CALLBACKS_ALLOW_PRIVATE": "true",
        }
        command = [sys.executable, "-m", "tidings", "up", "--no-simulator"]
        command += ["--home", str(self.folder / "home"), "--ready-file", str(ready)]
        self.process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environ
        )
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            while not ready.exists():
                assert self.process.poll() is None, (self.folder / "up.log").read_text()
                await asyncio.sleep(0.05)
        self.ready = json.loads(ready.read_text())

    async def tidings(self, *words: str) -> None:
        done = await command(*words, "--home", self.folder / "home")
        assert done.returncode == 0, done.stderr

    def processes(self) -> dict[str, list[psutil.Process]]:
        """The processes of the home by role."""
        assert self.process is not None
        found: dict[str, list[psutil.Process]] = defaultdict(list)
        for process in psutil.process_iter(["cmdline", "ppid"]):
            words = process.info["cmdline"] or []
            line = " ".join(words)
            if "tidings.cli.supervised" in line and process.info["ppid"] == self.process.pid:
                found[words[-1]].append(process)
            elif str(self.folder) in line and "postgres" in words[0]:
                found["postgres"].append(process)
                found["postgres"] += process.children(recursive=True)
        with suppress(psutil.NoSuchProcess):
            found["supervisor"].append(psutil.Process(self.process.pid))
        return found

    def kill(self, *roles: str) -> None:
        """kill -9 of all processes of these roles at once."""
        by_role = self.processes()
        for role in roles:
            for process in by_role[role]:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGKILL)

    async def send(self, n: int) -> bool:
        """One message as a customer sends it; False when no answer came, or none that accepts."""
        recipient = f"+1{415 + n // 5000}555{3000 + n % 5000:04d}"
        url = f"{self.ready['base_url']}/2010-04-01/Accounts/{self.ready['account_sid']}/Messages.json"
        form = {"To": recipient, "From": "55501", "Body": f"Message {n}", "StatusCallback": self.endpoint.url}
        pair = aiohttp.encode_basic_auth(self.ready["account_sid"], self.ready["auth_token"])
        try:
            async with self.session.post(
                url, data=form, headers={"Authorization": pair}, timeout=aiohttp.ClientTimeout(10)
            ) as answer:
                body = await answer.json()
                if answer.status != 201:
                    return False
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
        self.accepted[body["sid"]] = recipient
        return True

    async def send_many(self, numbers: range, *, per_second: float) -> None:
        """At a steady rate, whether the last was answered or not."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        async with asyncio.TaskGroup() as crew:
            for i, n in enumerate(numbers):
                await asyncio.sleep(max(0.0, start + i / per_second - loop.time()))
                crew.create_task(self.send(n))

    async def listen_to_people(self) -> None:
        """The demo service tells the endpoint what people write to its numbers."""
        pair = aiohttp.encode_basic_auth(self.ready["account_sid"], self.ready["auth_token"])
        url = f"{self.ready['base_url']}/messaging/v1/Services"
        async with self.session.get(url, headers={"Authorization": pair}) as answer:
            (service,) = (await answer.json())["services"]
        form = {"InboundRequestUrl": self.endpoint.inbound_url}
        headers = {"Authorization": pair}
        async with self.session.post(f"{url}/{service['sid']}", data=form, headers=headers) as answer:
            assert answer.status == 200, await answer.text()

    async def write(self, person: str, text: str) -> None:
        """A person writes to the short code; the carrier keeps it until the home has acknowledged it."""
        told = {"from": person, "to": "55501", "body": text}
        async with self.session.post(f"{self.carrier.control_url}/inbound", json=told) as answer:
            assert answer.status == 200, await answer.text()

    async def arrivals(self) -> Counter[str]:
        """How often each recipient's message arrived at the carrier."""
        async with self.session.get(f"{self.carrier.control_url}/received?limit=1000000") as answer:
            return Counter(one["destination"] for one in await answer.json())

    async def settled(self, *, seconds: float) -> None:
        """Wait until the end of every accepted message was told."""
        ends = {"delivered", "undelivered", "failed"}
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while any(not (ends & self.endpoint.told[sid].keys()) for sid in list(self.accepted)):
                    await asyncio.sleep(0.2)

    async def count(self, query: str) -> int:
        import asyncpg

        connection = await asyncpg.connect(self.ready["database_url"])
        try:
            return int(await connection.fetchval(query))
        finally:
            await connection.close()

    async def down(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            await asyncio.to_thread(self.process.wait, 20)


async def check_promises(town: Town) -> None:
    """Nothing accepted is lost, nothing but what was in doubt arrives twice, every callback comes."""
    seen = await town.arrivals()
    doubted = await town.count("select count(*) from facts where kind = 'message.doubted'")
    lost = [sid for sid, recipient in town.accepted.items() if not seen[recipient]]
    assert not lost, f"{len(lost)} of {len(town.accepted)} accepted messages never arrived"
    twice = sum(times - 1 for times in seen.values())
    assert twice <= doubted, f"{twice} arrived twice, but only {doubted} were in doubt"
    silent = [sid for sid in town.accepted if not town.endpoint.told[sid]["delivered"]]
    assert not silent, f"{len(silent)} of {len(town.accepted)} messages were never told to be delivered"
    unsent = [sid for sid in town.accepted if not town.endpoint.told[sid]["sent"]]
    assert not unsent, f"{len(unsent)} messages were never told to be sent"


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """`folder` must be one that an unprivileged PostgreSQL may enter."""
    stop = asyncio.Event()
    ready: asyncio.Future[Addresses] = asyncio.get_running_loop().create_future()
    carrier = asyncio.create_task(
        serve(SimulatorSettings(system_id="tidings", password="secret"), ready=ready.set_result, stop=stop)
    )
    endpoint = Endpoint()
    app = web.Application()
    app.router.add_post("/status", endpoint.hear)
    app.router.add_post("/sms", endpoint.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/status"
    endpoint.inbound_url = f"http://127.0.0.1:{runner.addresses[0][1]}/sms"
    async with aiohttp.ClientSession() as session:
        built = Town(folder, await ready, endpoint, session)
        try:
            yield built
        finally:
            await built.down()
            built.kill("supervisor", "web", "dispatch", "work", "postgres")
    await runner.cleanup()
    stop.set()
    await carrier
