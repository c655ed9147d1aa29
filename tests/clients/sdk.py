"""The official Python client, each of its answers checked."""

import inspect
import typing
from functools import cache
from typing import Any

import fidelity
import httpx
import pytest
from vapi import AsyncVapi
from vapi.core.api_error import ApiError


@cache
def groups() -> dict[str, list[str]]:
    """Every method of the package, by group, read from the package itself, which takes a while."""
    client = AsyncVapi(token="unused", base_url="http://unused.invalid")
    names = [
        name
        for name in dir(type(client))
        if not name.startswith("_")
        and isinstance(inspect.getattr_static(type(client), name), property)
    ]
    return {
        name: _methods(getattr(client, name)) for name in names if _methods(getattr(client, name))
    }


def _methods(group: Any) -> list[str]:
    return [
        name
        for name, _ in inspect.getmembers(type(group), inspect.isfunction)
        if not name.startswith("_")
    ]


class CheckedSdk:
    """Used as `AsyncVapi` is: `await sdk.assistants.get(id)`.

    Args:
        token: an API key.
        base_url: the engine.

    Attributes:
        used: the methods that were answered, as `group.method`.
        last: the last answer, as it came.
    """

    def __init__(self, token: str, base_url: str) -> None:
        self.used: set[str] = set()
        self.last: httpx.Response | None = None
        self._http = httpx.AsyncClient(
            timeout=60, follow_redirects=True, event_hooks={"response": [self._keep]}
        )
        self._sdk = AsyncVapi(token=token, base_url=base_url, httpx_client=self._http)

    def __getattr__(self, group: str) -> "_Group":
        return _Group(self, group, getattr(self._sdk, group))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def refused(self, status: int, asked: typing.Awaitable[Any]) -> Any:
        """Await a refusal of that status; returns its body."""
        with pytest.raises(ApiError) as raised:
            await asked
        assert raised.value.status_code == status, raised.value.body
        return raised.value.body

    async def never(self, status: int, method: typing.Any, *arguments: Any) -> None:
        """Use a method whose only right answer is a refusal."""
        await self.refused(status, method(*arguments))
        self.used.add(method.__name__)

    async def _keep(self, response: httpx.Response) -> None:
        await response.aread()
        self.last = response


class _Group:
    def __init__(self, sdk: CheckedSdk, name: str, client: Any) -> None:
        self._sdk, self._name, self._client = sdk, name, client

    def __getattr__(self, method: str) -> typing.Callable[..., typing.Awaitable[Any]]:
        called = getattr(self._client, method)
        declared = inspect.signature(called).return_annotation

        async def checked(*arguments: Any, **named: Any) -> Any:
            self._sdk.last = None
            parsed = await called(*arguments, **named)
            answer = self._sdk.last
            assert answer is not None, "nothing was asked of the engine"
            assert answer.is_success, answer.text
            if declared is not None:
                fidelity.check(answer, parsed, declared)
            self._sdk.used.add(f"{self._name}.{method}")
            return parsed

        checked.__name__ = f"{self._name}.{method}"
        return checked
