"""What leaves for addresses that somebody else chose goes where it may, and comes back bounded."""

import asyncio
import gzip
import socket

import httpx
import pytest

from allokoli.core import outbound
from allokoli.core.settings import get_settings

# One address in the notations that the system's resolver understands.
_LOOPBACK = ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
_NEVER = [
    "169.254.169.254", "[::ffff:169.254.169.254]", "2852039166", "[fe80::1]", "0.0.0.0",  # noqa: S104
    "[::]",
    "224.0.0.1", "100.100.100.200", "168.63.129.16", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]", "[fec0::1]", "192.0.0.192", "[::ffff:192.0.0.192]",
    "[64:ff9b:1::a9fe:a9fe]", "[::ffff:0:a9fe:a9fe]",
]  # fmt: skip
_PRIVATE = [
    "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "[fd12::1]", "[64:ff9b::a00:1]",
    "192.0.0.8", "[64:ff9b:1::a00:1]", "[::ffff:0:a00:1]",
]  # fmt: skip


class Server:
    """Answers every connection with the same bytes, and counts them."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.endless = False
        self.silent = False
        self.heard: list[bytes] = []
        self.url = ""

    async def __call__(self, reader, writer) -> None:
        self.heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        try:
            while self.endless:
                writer.write(b"x" * 65_536)
                await writer.drain()
            await writer.drain()
            if self.silent:
                await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def serving():
    opened = []

    async def serve(answer: bytes) -> Server:
        made = Server(answer)
        server = await asyncio.start_server(made, "127.0.0.1", 0)
        opened.append(server)
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        return made

    yield serve
    for server in opened:
        server.close()


@pytest.fixture
def public(monkeypatch):
    monkeypatch.setattr(get_settings(), "public_url", "https://voice.example.com")


def _answer(body: bytes, *headers: str) -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", f"content-length: {len(body)}", *headers, "", ""])
    return head.encode() + body


async def _get(url: str, max_bytes: int = 1_000, timeout_s: float = 5.0) -> bytes:
    async with outbound.client(timeout_s=timeout_s) as http, http.stream("GET", url) as response:
        return await outbound.read(response, max_bytes, timeout_s=timeout_s)


async def test_somebody_s_own_machine_may_use_servers_beside_it(serving) -> None:
    server = await serving(_answer(b"hello"))
    assert await _get(server.url) == b"hello"


@pytest.mark.parametrize("host", [*_LOOPBACK, *_PRIVATE, *_NEVER, "localhost"])
async def test_a_public_installation_refuses_what_is_not_public(public, host) -> None:
    with pytest.raises(outbound.RefusedAddress):
        await _get(f"http://{host}:9/")


@pytest.mark.parametrize("host", _NEVER)
async def test_a_private_one_refuses_where_clouds_keep_secrets(host) -> None:
    with pytest.raises(outbound.RefusedAddress):
        await _get(f"http://{host}:9/")


@pytest.mark.parametrize("host", ["93.184.216.34", "[2606:4700::1111]", "[::ffff:8.8.8.8]"])
async def test_public_addresses_pass(public, host) -> None:
    assert await outbound.checked_addresses(host, 443)


async def test_the_operator_s_word_counts_more_than_the_address(public, serving, monkeypatch):
    server = await serving(_answer(b"hello"))
    monkeypatch.setattr(get_settings(), "private_servers", True)
    assert await _get(server.url) == b"hello"
    monkeypatch.setattr(get_settings(), "public_url", "http://127.0.0.1:8000")
    monkeypatch.setattr(get_settings(), "private_servers", False)
    with pytest.raises(outbound.RefusedAddress):
        await _get(server.url)


async def test_a_name_that_changes_its_mind_is_not_asked_twice(public, serving, monkeypatch):
    """The address judged is the one connected to."""
    server = await serving(_answer(b"secret"))
    asked, answers = [], iter(["8.8.8.8", "127.0.0.1"])
    connected = []

    def resolve(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    async def connect(_self, host, *_args):
        connected.append(host)
        raise outbound.httpcore.ConnectError

    monkeypatch.setattr(outbound.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(outbound.httpcore.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(httpx.ConnectError):
        await _get(server.url.replace("127.0.0.1", "rebinding.example.com"))
    assert asked == ["rebinding.example.com"]
    assert connected == ["8.8.8.8"]


async def test_a_name_with_one_private_address_is_refused(public, monkeypatch) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(outbound.RefusedAddress):
        await outbound.checked_addresses("both.example.com", 80)


async def test_our_own_receiver_is_reached_and_nothing_beside_it(public, serving, monkeypatch):
    server = await serving(_answer(b"ok"))
    monkeypatch.setattr(get_settings(), "web_internal_url", server.url.rstrip("/"))
    assert await _get(f"{server.url}api/v1/webhooks/receive") == b"ok"
    for path in ("api/v1/accounts", "api/v1/webhooks/receive/%2e%2e/%2e%2e/accounts", ""):
        with pytest.raises(outbound.RefusedAddress):
            await _get(server.url + path)


async def test_nobody_is_followed_elsewhere_and_no_cookie_is_kept(serving) -> None:
    server = await serving(
        b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\nset-cookie: a=b\r\n"
        b"content-length: 0\r\nconnection: close\r\n\r\n"
    )
    async with outbound.client() as http:
        assert (await http.get(server.url)).status_code == 302
        await http.get(server.url)
    assert b"cookie" not in server.heard[1].lower()


async def test_an_endless_body_is_left(serving) -> None:
    server = await serving(b"HTTP/1.1 200 OK\r\n\r\n")
    server.endless = True
    with pytest.raises(httpx.HTTPError):
        await _get(server.url, max_bytes=100_000)


async def test_a_body_that_swells_when_unpacked_is_left(serving) -> None:
    server = await serving(_answer(gzip.compress(b"x" * 50_000_000), "content-encoding: gzip"))
    with pytest.raises(httpx.HTTPError):
        await _get(server.url, max_bytes=100_000)


async def test_a_packed_body_is_unpacked_though_none_was_asked_for(serving) -> None:
    server = await serving(_answer(gzip.compress(b"x" * 500), "content-encoding: gzip"))
    assert await _get(server.url) == b"x" * 500
    broken = await serving(_answer(b"not packed", "content-encoding: gzip"))
    with pytest.raises(httpx.HTTPError):
        await _get(broken.url)
    unknown = await serving(_answer(b"?", "content-encoding: br"))
    with pytest.raises(httpx.HTTPError):
        await _get(unknown.url)


async def test_a_silent_server_is_left_in_time(serving) -> None:
    server = await serving(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
    server.silent = True
    with pytest.raises(httpx.ReadTimeout):
        await _get(server.url, timeout_s=0.2)


@pytest.mark.parametrize("url", ["ftp://example.com/", "file:///etc/passwd", "http://"])
async def test_what_is_no_web_address_is_refused(url) -> None:
    with pytest.raises(httpx.HTTPError):
        await _get(url)
