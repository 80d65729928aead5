"""`graphwire_encryption.deployment`: environment variables and plugins, nothing else."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import pytest
from tests.encryption.aesgcm.providers import Provider
from tests.encryption.conftest import K1

from graphwire_encryption import DuplicateHandlerError, Encryption, EncryptionContext
from graphwire_encryption._handlers import Kind
from graphwire_encryption._plugins import Plugins
from graphwire_encryption.aesgcm import Envelope
from graphwire_encryption.deployment import build
from graphwire_encryption.exceptions import (
    ConfigurationError,
    ContextError,
    KeyRingError,
    PluginError,
)
from graphwire_encryption.hooks import KeyProviderRegistry, hookimpl

KEYS = {"GRAPHWIRE_ENCRYPTION_KEYS": f"k1:{K1}"}
NONE = Plugins({})
METADATA = EncryptionContext(model="thread", field="metadata", metadata={"tenant_id": "acme"})


def made(environ: dict[str, str], plugins: Plugins = NONE) -> Encryption:
    return build(KEYS | {f"GRAPHWIRE_ENCRYPTION_{k}": v for k, v in environ.items()}, plugins)


def handler(encryption: Encryption, kind: Kind) -> Any:
    found = encryption.handlers.get(kind)
    assert found
    return found


async def context(encryption: Encryption, user: Any, **header: Any) -> Any:
    return await handler(encryption, Kind.CONTEXT)(user, EncryptionContext(metadata=header))


async def test_keys_alone_are_enough_and_the_header_then_counts_for_nothing() -> None:
    encryption = made({})
    assert len(encryption.handlers.kinds()) == 5
    assert await context(encryption, None, tenant_id="acme") == {}
    blob = await handler(encryption, Kind.ENCRYPT_BLOB)(METADATA, b"x")
    other = EncryptionContext(metadata={"tenant_id": "other"})
    assert (await handler(encryption, Kind.DECRYPT_BLOB)(other, blob)).plaintext == b"x"


async def test_the_tenant_comes_from_the_user_or_from_the_header() -> None:
    by_user = made({"TENANT": "user.org"})
    for user in (SimpleNamespace(org="acme"), {"org": "acme"}):
        assert await context(by_user, user, tenant_id="other", more=1) == {"tenant_id": "acme"}
    for nobody in (SimpleNamespace(), {}, None, {"org": ""}, {"org": 7}):
        with pytest.raises(ContextError, match="the user has no 'org'"):
            await context(by_user, nobody, tenant_id="other")
    by_header = made({"TENANT": "header"})
    assert await context(by_header, None, tenant_id="acme", more=1) == {"tenant_id": "acme"}
    assert await context(by_header, None) == {}
    blob = await handler(by_header, Kind.ENCRYPT_BLOB)(METADATA, b"x")
    assert Envelope.parse(blob).bound == ("tenant_id",)


async def test_readable_keys_are_listed_by_name_and_by_place() -> None:
    encryption = made({"READABLE": "owner, store.value:kind ,thread:topic, thread:team,"})
    data = dict.fromkeys(("owner", "kind", "topic", "team", "note"), "v")
    stored = await handler(encryption, Kind.ENCRYPT_JSON)(METADATA, data)
    assert {key for key, value in stored.items() if value == "v"} == {"owner", "topic", "team"}


async def test_plaintext_from_before_can_be_accepted() -> None:
    encryption = made({"PLAINTEXT": "accept"})
    result = await handler(encryption, Kind.DECRYPT_JSON)(METADATA, {"note": "old"})
    assert result.plaintext == {"note": "old"}
    assert result.replacement["note"].startswith("gwe1:")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TENANT", "user"),
        ("TENANT", "user."),
        ("TENANT", "user.a b"),
        ("TENANT", "acme"),
        ("TENANT", ""),
        ("PLAINTEXT", "perhaps"),
        ("PROVIDER", "kms"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"(?i){name}: expected .*got '{value}'"):
        made({name: value})


def test_without_keys_there_is_no_encryption() -> None:
    with pytest.raises(KeyRingError, match="no keys: set"):
        build({}, NONE)


def test_the_module_builds_when_the_object_is_asked_for() -> None:
    code = (
        "import graphwire_encryption.deployment as d\n"
        "try:\n    d.encryption\nexcept ValueError as e:\n    print(e)\n"
        "import os; os.environ['GRAPHWIRE_ENCRYPTION_KEYS'] = '{keys}'\n"
        "print(d.encryption is d.encryption, d.encryption)"
    ).format(keys=KEYS["GRAPHWIRE_ENCRYPTION_KEYS"])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"GRAPHWIRE_PLUGINS": ""},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.startswith("no keys: set")
    assert "True Encryption(handlers=[encrypt.blob, " in done.stdout


class KmsPlugin:
    @hookimpl
    def graphwire_register_key_providers(self, registry: KeyProviderRegistry) -> None:
        registry.add("kms", lambda environ: Provider(environ["KMS_KEY"]))


async def test_a_plugin_brings_a_key_provider() -> None:
    environ = {"GRAPHWIRE_ENCRYPTION_PROVIDER": "kms", "KMS_KEY": "kms-7"}
    encryption = build(environ, Plugins({"kms": KmsPlugin()}))
    blob = await handler(encryption, Kind.ENCRYPT_BLOB)(METADATA, b"x")
    assert Envelope.parse(blob).key_id == "kms-7"


def test_a_name_of_a_provider_is_given_once() -> None:
    with pytest.raises(PluginError, match="'kms' is registered twice"):
        made({}, Plugins({"one": KmsPlugin(), "two": KmsPlugin()}))


class HandlersPlugin:
    def __init__(self, *kinds: Kind) -> None:
        self.kinds = kinds

    @hookimpl
    def graphwire_encryption_handlers(self, encryption: Encryption) -> None:
        async def handle(first: Any, second: Any) -> Any:
            return second

        for kind in self.kinds:
            encryption.register(kind, handle)


def test_a_plugin_brings_all_handlers_or_none_or_the_context() -> None:
    four = [kind for kind in Kind if kind is not Kind.CONTEXT]
    everything = build({}, Plugins({"mine": HandlersPlugin(*Kind)}))
    assert everything.handlers.kinds() == list(Kind)
    assert build({}, Plugins({"mine": HandlersPlugin(*four)})).handlers.kinds() == four
    own_context = made({}, Plugins({"mine": HandlersPlugin(Kind.CONTEXT)}))
    assert own_context.handlers.kinds() == list(Kind)
    with pytest.raises(ConfigurationError, match=r"plugins register encrypt\.json: expected all"):
        made({}, Plugins({"mine": HandlersPlugin(Kind.ENCRYPT_JSON)}))


async def test_with_a_context_of_its_own_a_plugin_names_the_tenant() -> None:
    encryption = made({}, Plugins({"mine": HandlersPlugin(Kind.CONTEXT)}))
    blob = await handler(encryption, Kind.ENCRYPT_BLOB)(METADATA, b"x")
    assert Envelope.parse(blob).bound == ("tenant_id",)


def test_two_plugins_with_the_same_handler_are_told_by_name() -> None:
    plugins = Plugins({"one": HandlersPlugin(*Kind), "two": HandlersPlugin(*Kind)})
    with pytest.raises(DuplicateHandlerError) as caught:
        build({}, plugins)
    assert "graphwire_encryption_handlers" in caught.value.__notes__[0]


class FailingPlugin:
    @hookimpl
    def graphwire_encryption_handlers(self, encryption: Encryption) -> None:
        raise RuntimeError(f"this text quotes {K1}")


def test_a_plugin_that_fails_stops_the_deployment_and_is_named() -> None:
    with pytest.raises(PluginError, match=r"plugin bad: .*failed: RuntimeError in graph") as caught:
        made({}, Plugins({"bad": FailingPlugin()}))
    assert "GRAPHWIRE_PLUGINS_BLOCK" in str(caught.value)
    assert K1 not in str(caught.value)
    assert caught.value.__context__ is None


class OddPlugin:
    @hookimpl
    def graphwire_encryption_handlers(self, other: Any) -> None: ...


def test_a_hook_with_other_arguments_stops_the_deployment() -> None:
    with pytest.raises(PluginError, match="plugin odd: register failed: PluginValidationError"):
        Plugins({"odd": OddPlugin()})


THIS = "tests.encryption.test_deployment"


def discovered(environ: dict[str, str], *points: tuple[str, str]) -> Plugins:
    return Plugins.discover(environ, points=[EntryPoint(*point, "graphwire") for point in points])


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({}, ["kms", "mine"]),
        ({"GRAPHWIRE_PLUGINS": "kms, unknown"}, ["kms"]),
        ({"GRAPHWIRE_PLUGINS": ""}, []),
        ({"GRAPHWIRE_PLUGINS_BLOCK": "kms"}, ["mine"]),
        ({"GRAPHWIRE_PLUGINS": "kms,mine", "GRAPHWIRE_PLUGINS_BLOCK": "mine"}, ["kms"]),
    ],
)
def test_the_environment_allows_and_blocks_plugins(environ: dict[str, str], names: Any) -> None:
    points = [("mine", f"{THIS}:HandlersPlugin"), ("kms", f"{THIS}:KmsPlugin")]
    assert discovered(environ, *points).names() == names


def test_a_plugin_that_cannot_be_imported_stops_the_deployment() -> None:
    with pytest.raises(PluginError, match="plugin gone: No module named 'nowhere'"):
        discovered({}, ("gone", "nowhere.at_all"))
    assert discovered({"GRAPHWIRE_PLUGINS_BLOCK": "gone"}, ("gone", "nowhere.at_all")).names() == []
