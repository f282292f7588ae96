"""Callbacks over TLS, and certificates that will not do."""

import asyncio

import pytest
from tests.webhooks.certificates import Certificates
from tests.webhooks.conftest import AUTH_TOKEN, Start, World
from tests.webhooks.endpoint import Endpoint


@pytest.mark.parametrize("fragment", ["", "#sni=n"])
async def test_a_trusted_endpoint_is_told_over_tls(
    world: World, certificates: Certificates, start: Start, fragment: str
) -> None:
    endpoint = await Endpoint().listen(tls=certificates.server("good"))
    await start(ca_file=certificates.ca_file)
    await world.tell(f"{endpoint.base}/ok{fragment}")
    (row,) = await world.ended()
    assert row["code"] is None
    assert endpoint.calls[0].is_signed_with(AUTH_TOKEN)
    await endpoint.close()


@pytest.mark.parametrize(("kind", "code"), [("other", 11235), ("expired", 11236), ("stranger", 11237)])
async def test_a_bad_certificate_ends_with_its_code(
    world: World, certificates: Certificates, start: Start, kind: str, code: int
) -> None:
    endpoint = await Endpoint().listen(tls=certificates.server(kind))
    await start(ca_file=certificates.ca_file)
    await world.tell(f"{endpoint.base}/ok")
    (row,) = await world.ended()
    assert row["code"] == code
    assert endpoint.calls == []
    await endpoint.close()


async def test_an_endpoint_that_speaks_no_tls_fails_the_handshake(
    world: World, certificates: Certificates, start: Start
) -> None:
    async def speak_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
    await start(ca_file=certificates.ca_file)
    await world.tell(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/ok")
    (row,) = await world.ended()
    assert row["code"] == 11220
    server.close()
