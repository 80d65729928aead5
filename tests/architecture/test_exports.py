"""What users import: complete and documented. Ruff holds the order of `__all__`."""

from __future__ import annotations

import importlib
import inspect

import pytest
from tests.architecture.packages import IMPORTABLE

PUBLIC = [
    *IMPORTABLE,
    "graphwire_auth.api_keys",
    "graphwire_auth.asgi",
    "graphwire_auth.exceptions",
    "graphwire_auth.hooks",
    "graphwire_auth.introspection",
    "graphwire_auth.jwt",
    "graphwire_auth.ownership",
    "graphwire_auth.schemes",
    "graphwire_auth.testing",
    "graphwire_auth.types",
    "graphwire_core.cache",
    "graphwire_core.credentials",
    "graphwire_core.errors",
    "graphwire_core.in_process",
    "graphwire_core.models",
    "graphwire_core.pages",
    "graphwire_core.plugins",
    "graphwire_core.priority",
    "graphwire_core.retry",
    "graphwire_core.runtime",
    "graphwire_core.settings",
    "graphwire_core.testing",
    "graphwire_core.transports",
    "graphwire_encryption.aesgcm",
    "graphwire_encryption.client",
    "graphwire_encryption.exceptions",
    "graphwire_encryption.hooks",
    "graphwire_encryption.serializer",
    "graphwire_encryption.types",
    "graphwire_stream.messages",
    "graphwire_stream.event_transports",
    "graphwire_stream.parts",
    "graphwire_stream.protocol",
    "graphwire_stream.resumption",
    "graphwire_stream.thread_streams",
    "graphwire_aiohttp.transports",
    "graphwire_httpx2.transports",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_exists_and_every_class_and_function_says_what_it_is(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    for public in module.__all__:
        value = getattr(module, public)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, f"{name}.{public} has no docstring"
