"""Requests to addresses that somebody else chose: webhooks, models, tools, carriers.

Whoever may name an address must not reach with it what only this machine or its network can. A
name is resolved here, every address it gives is judged, and the connection is made to an address
that was judged: a name that resolves otherwise the next moment gains nothing. Nothing follows
redirects, keeps cookies or heeds proxies of the environment.
"""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from allokoli.core.settings import get_settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=15.0)
_CONNECT_TIMEOUT_S = 5.0
_RESOLVERS = 8
_INFLATED_STEP = 65_536
# Our own receiver of server messages, which the engine reaches at its inner address.
_OWN_PATH = "/api/v1/webhooks/receive"
# Where clouds tell a machine its own secrets; refused whatever the setting says.
_METADATA = frozenset(
    ipaddress.ip_address(one)
    for one in (
        "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254",
    )
)  # fmt: skip
# Networks of protocols' own use, which `is_global` takes for public in part.
_LOCAL = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("64:ff9b:1::/48"))
# IPv6 networks whose last 32 bits are an IPv4 address: translated ones, and the form once used.
_CARRYING = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")
)


class RefusedAddress(httpx.ConnectError):
    """The address is not one this installation sends to."""


def client(*, timeout_s: float = 20.0) -> httpx.AsyncClient:
    """A client for addresses that somebody else chose; to be closed after use.

    Args:
        timeout_s: longest wait for each part of an exchange, in seconds. A server that drips is
            within it: bound the whole with `asyncio.timeout`, or `read`.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(),
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S)),
        # What is packed may be a thousand times larger unpacked.
        headers={"accept-encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


async def read(
    response: httpx.Response, max_bytes: int = 1_000_000, *, timeout_s: float = 60.0
) -> bytes:
    """The body of a streamed response, unpacked.

    Args:
        response: from `client.send(…, stream=True)` or `client.stream(…)`.
        max_bytes: longest body, packed and unpacked.
        timeout_s: longest wait for the whole of it, in seconds.

    Raises:
        httpx.HTTPError: it is longer, slower, or packed in a way that was not offered.
    """
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "", "gzip", "deflate"}:
        raise httpx.DecodingError("unknown content-encoding", request=response.request)
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > max_bytes:
                    raise httpx.DecodingError("body too long", request=response.request)
    except TimeoutError:
        raise httpx.ReadTimeout("body too slow", request=response.request) from None
    if packing in {"identity", ""}:
        return bytes(body)
    return _unpacked(bytes(body), max_bytes, response.request)


async def checked_addresses(host: str, port: int) -> list[str]:
    """The addresses a name may be reached at, as numbers.

    Args:
        host: a name or an address, in any notation the system understands.
        port: where to connect.

    Raises:
        RefusedAddress: one of them is none of the public internet's, or there is none.
    """
    try:
        found: Iterable[str] = [str(ipaddress.ip_address(host.strip("[]")))]
    except ValueError:
        found = await _resolved(host, port)
    addresses = list(dict.fromkeys(found))
    if not addresses:
        raise RefusedAddress("the name has no address")
    allowed = get_settings().private_servers_allowed
    if any(_refused(one, private_allowed=allowed) for one in addresses):
        raise RefusedAddress("the address is not a public one")
    return addresses


class GuardedTransport(httpx.AsyncHTTPTransport):
    """Carries requests to checked addresses only; to our own receiver, whatever its address."""

    def __init__(self) -> None:
        super().__init__(verify=_trusted(), trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trusted(),
            max_connections=_LIMITS.max_connections,
            max_keepalive_connections=_LIMITS.max_keepalive_connections,
            keepalive_expiry=_LIMITS.keepalive_expiry,
            network_backend=_Guard(),
        )
        self._own = httpx.AsyncHTTPTransport(verify=_trusted(), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        base = httpx.URL(get_settings().web_internal_url)
        own = (base.scheme, base.host, base.port)
        asked = (request.url.scheme, request.url.host, request.url.port)
        if asked == own and request.url.path == _OWN_PATH:
            return await self._own.handle_async_request(request)
        return await super().handle_async_request(request)

    async def aclose(self) -> None:
        """See httpx."""
        await super().aclose()
        await self._own.aclose()


class _Guard(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first checked address that answers."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await checked_addresses(host, port)
        except TimeoutError:
            raise httpx.ConnectTimeout("the name was not resolved in time") from None
        for index, address in enumerate(addresses):
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
        raise RefusedAddress("the name has no address")

    async def sleep(self, seconds: float) -> None:
        """See httpcore."""
        await self._inner.sleep(seconds)


async def _resolved(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(
            _resolvers(), lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
    except (OSError, UnicodeError):
        raise httpx.ConnectError("the name cannot be resolved") from None
    return [str(one[4][0]) for one in found]


def _refused(written: str, *, private_allowed: bool) -> bool:
    address = ipaddress.ip_address(written.partition("%")[0])
    return any(_refused_one(one, private_allowed) for one in (address, *_within(address)))


def _refused_one(address: Address, private_allowed: bool) -> bool:
    if address in _METADATA or address.is_link_local:
        return True
    if address.is_unspecified or address.is_multicast:
        return True
    public = address.is_global and not any(address in network for network in _LOCAL)
    if public or private_allowed:
        return isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    # An IPv4 address written as an IPv6 one is judged by itself.
    return not (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped)


def _within(address: Address) -> list[Address]:
    """The IPv4 addresses an IPv6 one may lead to."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    within = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _CARRYING):
        within.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.is_loopback:
        within.clear()
    return [one for one in within if one is not None]


def _unpacked(packed: bytes, max_bytes: int, request: httpx.Request) -> bytes:
    unpacker, body = zlib.decompressobj(zlib.MAX_WBITS | 32), bytearray()
    try:
        while packed and not unpacker.eof:
            body += unpacker.decompress(packed, _INFLATED_STEP)
            packed = unpacker.unconsumed_tail
            if len(body) > max_bytes:
                raise httpx.DecodingError("body too long", request=request)
    except zlib.error:
        raise httpx.DecodingError("body cannot be unpacked", request=request) from None
    return bytes(body)


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Read once: it takes tens of milliseconds."""
    return httpx.create_ssl_context()


@lru_cache(maxsize=1)
def _resolvers() -> ThreadPoolExecutor:
    """Threads of their own, so that slow names hold up nothing else."""
    return ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolver")
