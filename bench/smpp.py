"""SMPP submits per second and CPU per submit: our connector against our server in another process.

    python bench/smpp.py [--messages N] [--window N] [--rounds N]

CPU of each process in microseconds per message comes first. Without an option: once without receipts,
once with one receipt for each message.
"""

import argparse
import asyncio
import gc
import multiprocessing
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

import structlog
import uvloop

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

from rig import ROUNDS, calibrate, report  # noqa: E402

from tidings.carriers.connector import Handover, Inbound, Outcome, Receipt, Taken  # noqa: E402
from tidings.carriers.smpp.connector import SmppConnector  # noqa: E402
from tidings.carriers.smpp.pdu import Bind, DeliverSm, SubmitSm  # noqa: E402
from tidings.carriers.smpp.server import ServerSession, SmppServer  # noqa: E402
from tidings.carriers.smpp.settings import SmppSettings  # noqa: E402
from tidings.kernel.segments import measure  # noqa: E402

TEXT = "Your parcel arrives today between two and four o'clock. Ok"


async def serve(pipe: Connection, receipts: bool) -> None:
    taken = 0

    def bind(_session: ServerSession, _bind: Bind) -> int:
        return 0

    def submit(session: ServerSession, pdu: SubmitSm) -> None:
        nonlocal taken
        taken += 1
        message_id = f"{taken:012}"
        session.answer(pdu, message_id=message_id)
        if receipts:
            text = (
                f"id:{message_id} sub:001 dlvrd:001 submit date:2611240300 done date:2611240300 "
                "stat:DELIVRD err:000 text:Your parcel arrives "
            )
            receipt = DeliverSm(pdu.destination, pdu.source, text.encode(), 4)
            session.deliver(receipt, lambda _status: None)

    server = SmppServer(on_bind=bind, on_submit=submit)
    pipe.send(await server.listen("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    while True:
        asked = await loop.run_in_executor(None, pipe.recv)
        if asked == "stop":
            break
        pipe.send(time.process_time())
    await server.close()


def server_process(pipe: Connection, receipts: bool) -> None:
    uvloop.run(serve(pipe, receipts))


async def drive(
    port: int, *, messages: int, window: int, receipts: bool, pipe: Connection
) -> dict[str, float]:
    counted = measure(TEXT)
    finished = asyncio.Event()
    sent = told = received = 0

    def done(_message: Handover, outcome: Outcome) -> None:
        nonlocal told
        assert isinstance(outcome, Taken), outcome
        told += 1
        if told == messages:
            finished.set()

    async def on_receipts(batch: list[Receipt]) -> None:
        nonlocal received
        received += len(batch)

    async def on_inbound(_batch: list[Inbound]) -> None:
        return

    def on_room() -> None:
        nonlocal sent
        for _ in range(min(connector.room, messages - sent)):
            connector.hand_over(waiting[sent], done)
            sent += 1

    expires_at = time.time() + 14_400
    waiting = [
        Handover(
            UUID(int=n), 0, "+15005550006", f"+4366{n:010}", TEXT, counted.encoding, 1, expires_at + n % 60
        )
        for n in range(messages)
    ]
    gc.freeze()
    settings = SmppSettings(host="127.0.0.1", port=port, system_id="bench", password="bench", window=window)
    connector = SmppConnector(
        "bench", settings, on_receipts=on_receipts, on_inbound=on_inbound, on_room=on_room
    )
    pipe.send("cpu")
    server_cpu = pipe.recv()
    began, cpu = time.perf_counter(), time.process_time()
    await connector.open()
    async with asyncio.timeout(60):
        await finished.wait()
    async with asyncio.timeout(60):
        while receipts and received < messages:  # one wait at the end
            await asyncio.sleep(0.001)
    seconds = time.perf_counter() - began
    client_cpu = time.process_time() - cpu
    pipe.send("cpu")
    server_cpu = pipe.recv() - server_cpu
    await connector.close()
    return {
        "client_cpu_us_per_message": round(client_cpu / messages * 1e6, 2),
        "server_cpu_us_per_message": round(server_cpu / messages * 1e6, 2),
        "messages_per_second": round(messages / seconds, 1),
    }


def one_run(*, messages: int, window: int, receipts: bool) -> dict[str, float]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=server_process, args=(theirs, receipts), daemon=True)
    process.start()
    port = ours.recv()
    result = uvloop.run(drive(port, messages=messages, window=window, receipts=receipts, pipe=ours))
    ours.send("stop")
    process.join()
    return result


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=30_000)
    parser.add_argument("--window", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    rounds = []
    for _ in range(given.rounds):
        plain = one_run(messages=given.messages, window=given.window, receipts=False)
        receipted = one_run(messages=given.messages, window=given.window, receipts=True)
        rounds.append(
            {
                **plain,
                **{f"with_receipts_{name}": value for name, value in receipted.items()},
                "calibration_seconds": calibrate(),
            }
        )
    report("smpp", rounds, messages=given.messages, window=given.window)


if __name__ == "__main__":
    main()
