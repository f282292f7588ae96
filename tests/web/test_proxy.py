"""The proxy leads Twilio's names home and everything else nowhere."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tidings.web.authority import AuthorityFiles, ensure_authority
from tidings.web.proxy import ConnectProxy, Tunnel, Turned, read_head

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> AuthorityFiles:
    return ensure_authority(tmp_path / "ca", now=datetime.now(UTC))


@pytest.fixture
async def proxy_port(authority: AuthorityFiles) -> AsyncIterator[int]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"home: " + await reader.read(1000))
        await writer.drain()
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.leaf, authority.leaf_key)
    home = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=context)
    target = home.sockets[0].getsockname()
    listener = socket.create_server(("127.0.0.1", 0))
    async with home, ConnectProxy(target=target, head_timeout_seconds=0.5) as proxy:
        await proxy.serve(listener)
        yield listener.getsockname()[1]


async def ask(port: int, head: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    answer = await reader.read()
    writer.close()
    return answer


async def say_through_tunnel(port: int, host: str, authority: AuthorityFiles) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    await writer.start_tls(ssl.create_default_context(cafile=str(authority.ca)), server_hostname=host)
    writer.write(b"hello")
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("host", ["api.twilio.com", "messaging.twilio.com", "api.dublin.ie1.twilio.com"])
async def test_twilios_names_end_at_home_with_a_certificate_of_our_authority(
    proxy_port: int, authority: AuthorityFiles, host: str
) -> None:
    assert await say_through_tunnel(proxy_port, host, authority) == b"home: hello"


@pytest.mark.parametrize(
    "target",
    [
        "example.org:443",
        "nottwilio.com:443",
        "api.twilio.com.evil.org:443",
        "api.twilio.com:22",
        "127.0.0.1:443",
        ":443",
    ],
)
async def test_any_other_destination_is_refused(proxy_port: int, target: str) -> None:
    answer = await ask(proxy_port, f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 403 ")


async def test_a_request_that_is_no_tunnel_is_refused(proxy_port: int) -> None:
    answer = await ask(proxy_port, b"GET http://api.twilio.com/ HTTP/1.1\r\nHost: api.twilio.com\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert (await ask(proxy_port, b"nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


async def test_a_slow_head_is_cut_off(proxy_port: int) -> None:
    assert (await ask(proxy_port, b"CONNECT api.twilio.com:443 HT")).startswith(b"HTTP/1.1 408 ")


async def test_an_oversized_head_is_cut_off(proxy_port: int) -> None:
    head = b"CONNECT api.twilio.com:443 HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"
    assert (await ask(proxy_port, head)).startswith(b"HTTP/1.1 431 ")


def test_heads_are_told_apart() -> None:
    assert read_head(b"CONNECT API.Twilio.com.:443 HTTP/1.1\r\n\r\n") == Tunnel("api.twilio.com")
    assert isinstance(read_head(b"CONNECT api.twilio.com:443\r\n\r\n"), Turned)
    assert isinstance(read_head(b"\xff\xfe\r\n\r\n"), Turned)


def test_the_authoritys_keys_are_closed_to_others(authority: AuthorityFiles) -> None:
    for key in (authority.ca.with_name("ca.key"), authority.leaf_key):
        assert key.stat().st_mode & 0o077 == 0


def test_the_authority_stays_and_its_leaf_is_renewed_near_its_end(tmp_path: Path) -> None:
    first = ensure_authority(tmp_path, now=NOW)
    ca, leaf = first.ca.read_bytes(), first.leaf.read_bytes()
    ensure_authority(tmp_path, now=NOW + timedelta(days=300))
    assert (first.ca.read_bytes(), first.leaf.read_bytes()) == (ca, leaf)
    ensure_authority(tmp_path, now=NOW + timedelta(days=380))
    assert first.ca.read_bytes() == ca
    assert first.leaf.read_bytes() != leaf


def test_a_caller_who_takes_the_bundle_keeps_what_it_trusted(tmp_path: Path) -> None:
    elsewhere = tmp_path / "corporate.pem"
    elsewhere.write_bytes(ensure_authority(tmp_path / "other", now=NOW).ca.read_bytes())
    files = ensure_authority(tmp_path / "ca", now=NOW, trusted_elsewhere=elsewhere)
    trusted = ssl.create_default_context(cafile=str(files.bundle)).get_ca_certs()
    assert len(trusted) == 2


async def test_our_authority_vouches_for_no_other_site(authority: AuthorityFiles) -> None:
    from cryptography import x509

    constraints = x509.load_pem_x509_certificate(
        authority.ca.read_bytes()
    ).extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert constraints.value.permitted_subtrees == [x509.DNSName("twilio.com")]
