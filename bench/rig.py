"""What the benchmarks share: a home to measure, its CPU time, load over HTTP, and a place for callbacks to go."""

import asyncio
import base64
import hashlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROUNDS = 3
CLK_TCK = os.sysconf("SC_CLK_TCK")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def report(name: str, rounds: list[dict[str, Any]], **about: Any) -> None:
    """Print the medians of the rounds' numbers, then all rounds."""
    keys = [key for key, value in rounds[0].items() if isinstance(value, int | float)]
    medians = {key: round(statistics.median(one[key] for one in rounds), 4) for key in keys}
    print(json.dumps({"bench": name, "median": medians, "rounds": rounds, **about}))


def calibrate() -> float:
    """CPU seconds of a fixed piece of work: the speed of the machine right now."""
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        total = 0
        for i in range(400_000):
            total += i & 7
        for _ in range(60):
            hashlib.sha256(b"x" * 65536).digest()
        best = min(best, time.process_time() - start)
    return round(best, 4)


@dataclass
class Home:
    """A running home. `ready` is what `tidings up` wrote into its ready file."""

    folder: Path
    process: subprocess.Popen[bytes]
    ready: dict[str, Any]

    def tidings(self, *words: str) -> str:
        """Run a command against this home."""
        done = subprocess.run(
            [sys.executable, "-m", "tidings", *words, "--home", str(self.folder)],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"tidings {' '.join(words)} failed:\n{done.stderr}")
        return done.stdout

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time used so far, by role: web, dispatch, work, supervisor, postgres. The simulator does not count."""
        used: dict[str, float] = {}
        for process in self._processes():
            role = _role(process)
            if role != "simulator":
                used[role] = used.get(role, 0.0) + _cpu(process.pid)
        return used

    def memory_mb(self) -> dict[str, float]:
        """Resident memory by role."""
        used: dict[str, float] = {}
        for process in self._processes():
            role = _role(process)
            used[role] = used.get(role, 0.0) + process.memory_info().rss / 1e6
        return {role: round(mb, 1) for role, mb in used.items()}

    def kill(self) -> None:
        """All of its processes at once, PostgreSQL among them, as a power cut does."""
        processes = self._processes()
        for process in processes:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(processes, timeout=20)
        self.process.wait()

    def _processes(self) -> list[psutil.Process]:
        root = psutil.Process(self.process.pid)
        found = {process.pid: process for process in [root, *root.children(recursive=True)]}
        for process in psutil.process_iter(["cmdline"]):
            if str(self.folder) in " ".join(process.info["cmdline"] or ()) and process.pid != os.getpid():
                for member in [process, *process.children(recursive=True)]:
                    found.setdefault(member.pid, member)
        return list(found.values())


def _role(process: psutil.Process) -> str:
    try:
        words = process.cmdline()
    except psutil.Error:
        return "gone"
    text = " ".join(words)
    if "postgres" in (words[0] if words else process.name()) or "postgres:" in text:
        return "postgres"
    for role in ("web", "dispatch", "work", "simulator"):
        if role in words:
            return role
    return "supervisor"


def _cpu(pid: int) -> float:
    """User, system, and what ended children used: a backend of PostgreSQL that went away still counts."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / CLK_TCK


@contextmanager
def home(*options: str, environ: dict[str, str] | None = None) -> Iterator[Home]:
    """A throw-away home, up and ready; ended and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o711)
    found = None
    try:
        found = up(folder / "home", *options, environ=environ)
        yield found
    finally:
        if found is not None and found.process.poll() is None:
            found.process.send_signal(signal.SIGTERM)
            try:
                found.process.wait(20)
            except subprocess.TimeoutExpired:
                found.process.kill()
                found.process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def up(folder: Path, *options: str, environ: dict[str, str] | None = None) -> Home:
    """A home in a folder, up and ready; one that was killed before carries on."""
    ready, log_file = folder.parent / "ready.json", folder.parent / "up.log"
    ready.unlink(missing_ok=True)
    words = ["up", "--home", str(folder), "--ready-file", str(ready), *options]
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tidings", *words],
            stdout=log,
            stderr=log,
            env=os.environ | {"TIDINGS_LOG_LEVEL": "warning"} | (environ or {}),
        )
    for _ in range(6_000):
        if ready.exists():
            return Home(folder, process, json.loads(ready.read_text()))
        if process.poll() is not None:
            raise RuntimeError(log_file.read_text())
        time.sleep(0.01)
    process.kill()
    raise RuntimeError("the home was not ready within 60 s:\n" + log_file.read_text())


@dataclass
class Load:
    """A closed loop of `connections` keep-alive connections that send `count` requests in all."""

    host: str
    port: int
    head: bytes
    body: Callable[[int], bytes]
    count: int
    connections: int = 32
    sent: int = 0
    answered: int = 0
    refused: int = 0
    latencies: list[float] = field(default_factory=list)

    async def run(self) -> float:
        """Returns the seconds it took."""
        self.done = asyncio.Event()
        loop = asyncio.get_running_loop()
        start = time.perf_counter()
        for _ in range(self.connections):
            await loop.create_connection(lambda: _Client(self), self.host, self.port)
        await asyncio.wait_for(self.done.wait(), 300)
        return time.perf_counter() - start

    def next_request(self) -> bytes | None:
        if self.sent >= self.count:
            return None
        body = self.body(self.sent)
        self.sent += 1
        return self.head + b"%d\r\n\r\n" % len(body) + body

    def answer(self, status: bytes, seconds: float) -> None:
        self.latencies.append(seconds)
        if status == b"201":
            self.answered += 1
        else:
            self.refused += 1
        if self.answered + self.refused >= self.count:
            self.done.set()

    def milliseconds(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


class _Client(asyncio.Protocol):
    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.fire()

    def fire(self) -> None:
        request = self.load.next_request()
        if request is None:
            self.transport.close()
            return
        self.at = time.perf_counter()
        self.transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.index(b"content-length:") + 15
        stop = head.find(b"\r", at)
        length = int(head[at : stop if stop > 0 else None])
        if len(self.buffer) < end + 4 + length:
            return
        if not self.buffer.startswith(b"HTTP/1.1 201") and self.load.refused < 3:
            say(self.buffer.decode(errors="replace"))
        self.load.answer(self.buffer[9:12], time.perf_counter() - self.at)
        self.buffer = self.buffer[end + 4 + length :]
        self.fire()


def create_head(ready: dict[str, Any]) -> tuple[str, int, bytes]:
    """Host, port, and the head of a create request up to the value of its content length."""
    host, _, port = ready["base_url"].removeprefix("http://").partition(":")
    pair = f"{ready['account_sid']}:{ready['auth_token']}".encode()
    head = (
        f"POST /2010-04-01/Accounts/{ready['account_sid']}/Messages.json HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Authorization: Basic {base64.b64encode(pair).decode()}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
    )
    return host, int(port), head.encode()


class Sink:
    """Answers every callback with 204 at once, and counts the final ones."""

    def __init__(self) -> None:
        self.calls = 0
        self.delivered = 0
        self.last_at = 0.0
        self.port = 0

    async def open(self) -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _SinkProtocol(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def wait_for(self, delivered: int, *, seconds: float) -> bool:
        deadline = time.perf_counter() + seconds
        while self.delivered < delivered and time.perf_counter() < deadline:
            await asyncio.sleep(0.02)
        return self.delivered >= delivered


class _SinkProtocol(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            body = self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            self.sink.calls += 1
            if b"MessageStatus=delivered" in body:
                self.sink.delivered += 1
                self.sink.last_at = time.perf_counter()
            self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")  # type: ignore[attr-defined]


def cpu_ms_per_message(before: dict[str, float], after: dict[str, float], count: int) -> dict[str, float]:
    """Milliseconds by role, `cpu_ms` in all."""
    by_role = {role: 1000 * (after[role] - before.get(role, 0.0)) / count for role in after}
    return {"cpu_ms": round(sum(by_role.values()), 4)} | {
        f"cpu_ms_{role}": round(ms, 4) for role, ms in sorted(by_role.items())
    }
