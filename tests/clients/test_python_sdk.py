"""The official Python client, version 3.0.0: each of its 143 methods, each answer compared."""

import importlib
import importlib.metadata
import sys

import pytest
from scenarios import GROUPS
from sdk import CheckedSdk, groups


def test_every_method_of_the_package_has_a_scenario(capsys) -> None:
    assert importlib.metadata.version("vapi-server-sdk") == "3.0.0"
    methods = groups()
    count = sum(len(methods[name]) for name in GROUPS)
    with capsys.disabled():
        sys.stdout.write(f"\nvapi-server-sdk 3.0.0: {count} methods in {len(GROUPS)} groups\n")
    assert sorted(GROUPS) == sorted(methods)
    assert count == 143


@pytest.mark.parametrize("group", GROUPS)
async def test_each_method_answers_faithfully(group, world) -> None:
    sdk = CheckedSdk(world.tenant.private, world.tenant.base_url)
    try:
        await importlib.import_module(f"scenarios.{group}").scenario(sdk, world)
    finally:
        await sdk.close()
    used = {name.split(".")[1] for name in sdk.used if name.startswith(f"{group}.")}
    assert used == set(groups()[group])
