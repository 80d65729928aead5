"""TLS and proxies, decided once per client from its settings and the environment."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from graphwire_core import Client, ClientSettings
from graphwire_core._network import environment_proxy, is_loopback, tls_context
from graphwire_core.credentials import Bearer, OAuth2ClientCredentials
from graphwire_core.errors import ConfigurationError

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
CLEAR = "http://example.test:8000/path"
SECURE = "https://example.test"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no proxy."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, CLEAR, None),
        ({"HTTP_PROXY": "http://p:1"}, CLEAR, "http://p:1"),
        ({"http_proxy": "p:1"}, CLEAR, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, SECURE, None),
        ({"HTTPS_PROXY": "http://me:pw@p:1"}, SECURE, "http://me:pw@p:1"),
        ({"ALL_PROXY": "socks5://p:1"}, SECURE, "socks5://p:1"),
        ({"HTTPS_PROXY": "https://p:1", "ALL_PROXY": "http://q:1"}, SECURE, "https://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example.test"}, SECURE, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".test"}, SECURE, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, SECURE, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.test"}, SECURE, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, "http://localhost:2024", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://127.0.0.1", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://[::1]:1", None),
    ],
)
def test_the_environment_names_the_proxy_of_a_url(
    environment: pytest.MonkeyPatch, variables: dict[str, str], url: str, proxy: str | None
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    assert environment_proxy(url) == proxy


def config(**options: Any) -> Any:
    with Client(api_key=None, transport="httpx", **options) as client:
        return client._sender.pools._config


def test_a_proxy_of_the_keyword_beats_the_environment_which_may_be_left_out(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("HTTP_PROXY", "http://env:1")
    assert config(url=CLEAR).proxy == "http://env:1"
    assert config(url=CLEAR, proxy="http://own:1").proxy == "http://own:1"
    assert config(url=CLEAR, trust_env=False).proxy is None


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost", True),
        ("http://LOCALHOST:1", True),
        ("http://agent.localhost", True),
        ("http://127.0.0.1", True),
        ("http://127.1.2.3:1", True),
        ("http://[::1]", True),
        ("http://127.0.0.1.example.test", False),
        ("http://localhost.example.test", False),
        ("http://notlocalhost", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, *, local: bool) -> None:
    assert is_loopback(url) == local


def certificate(folder: Path, password: bytes | None = None) -> tuple[Path, Path]:
    """Write a certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    locked = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    return files


def test_the_machine_s_certificates_are_trusted_and_names_are_checked() -> None:
    context = tls_context(ClientSettings())
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.get_ca_certs()


def test_without_verification_any_server_is_trusted() -> None:
    context = tls_context(ClientSettings(verify=False))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_a_file_and_a_folder_of_certificates_replace_the_machine_s(tmp_path: Path) -> None:
    file, _ = certificate(tmp_path)
    context = tls_context(ClientSettings(verify=str(file)))
    (trusted,) = context.get_ca_certs()
    assert trusted["subject"] == ((("commonName", "example.test"),),)
    assert tls_context(ClientSettings(verify=str(tmp_path))).get_ca_certs() == []  # on demand


def test_a_context_is_used_as_it_is() -> None:
    context = ssl.create_default_context()
    assert tls_context(ClientSettings(verify=context)) is context


def test_a_client_certificate_is_loaded_with_its_password(tmp_path: Path) -> None:
    file, key = certificate(tmp_path, b"s3cr3t")
    tls_context(ClientSettings(cert=(str(file), str(key), "s3cr3t")))


@pytest.mark.parametrize("password", [(), ("wr0ng",)])
def test_a_locked_key_without_its_password_is_an_error_and_asks_nobody(
    tmp_path: Path, password: tuple[str, ...]
) -> None:
    file, key = certificate(tmp_path, b"s3cr3t")
    cert: Any = (str(file), str(key), *password)
    with pytest.raises(
        ConfigurationError, match=r"^keyword cert=: .*key\.pem.* cannot be used"
    ) as e:
        Client("https://example.test", cert=cert)
    assert "wr0ng" not in str(e.value)


@pytest.mark.parametrize("content", [None, "no certificate", ""])
def test_files_that_hold_no_certificate_are_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "some.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match=r"^keyword verify=: .*some\.pem' holds no cert"):
        Client("https://example.test", verify=str(file))
    with pytest.raises(ConfigurationError, match=r"^keyword cert=: .*some\.pem' cannot be used"):
        Client("http://example.test", cert=str(file))


def test_plain_http_loads_no_certificates_unless_tokens_come_from_elsewhere(
    environment: pytest.MonkeyPatch,
) -> None:
    assert config(url=CLEAR).tls is None
    assert config(url=CLEAR, auth=Bearer("t")).tls is None
    assert config(url=SECURE).tls is not None
    assert config(url=CLEAR, proxy="https://p:1").tls is not None
    oauth = OAuth2ClientCredentials("https://tokens.test", "me", "s3cr3t")
    assert config(url=CLEAR, auth=oauth).tls is not None
