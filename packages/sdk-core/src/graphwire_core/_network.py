"""TLS and proxies, decided once per client, so that they mean the same on every transport."""

from __future__ import annotations

import ipaddress
import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import certifi

from graphwire_core._option_checks import clean_proxy
from graphwire_core.errors import ConfigurationError
from graphwire_core.settings import ClientSettings

__all__ = ["environment_proxy", "is_loopback", "tls_context"]

Certificate = str | tuple[str, str] | tuple[str, str, str]


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine, so that what is sent there does not leave it."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def environment_proxy(url: str) -> str | None:
    """Return the proxy that the environment names for a URL, by `HTTP_PROXY` and its kin.

    Raises:
        ConfigurationError: The variable does not hold the URL of a proxy.
    """
    parts = urlsplit(url)
    if is_loopback(url) or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    proxies = getproxies_environment()
    for kind in (parts.scheme, "all"):
        if proxies.get(kind):
            return _proxy(kind, proxies[kind])
    return None


def _proxy(kind: str, value: str) -> str:
    problem = ""
    try:
        proxy: str = clean_proxy(value).get_secret_value()
    except ValueError as error:
        problem = str(error)
    if problem:  # raised here, it has no context that holds the value
        raise ConfigurationError(f"environment {kind.upper()}_PROXY: {problem}")
    return proxy


def tls_context(settings: ClientSettings) -> ssl.SSLContext:
    """Make the TLS context of a client from `verify` and `cert`.

    Raises:
        ConfigurationError: A file cannot be read as what it should be.
    """
    verify, certificate = settings.verify, settings.cert
    if isinstance(verify, ssl.SSLContext):
        context = verify
    elif verify is True:
        context = _trusting_the_machine()
    elif verify is False:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = _trusting(Path(verify), settings.source("verify"))
    if certificate is not None:
        _present(context, certificate, settings.source("cert"))
    return context


def _present(context: ssl.SSLContext, certificate: Certificate, source: str) -> None:
    files = (certificate,) if isinstance(certificate, str) else certificate
    file, key, password = (*files, None, None)[:3]
    try:
        # Without a password OpenSSL would ask for one at the terminal, and wait.
        context.load_cert_chain(file, key, password or "")
    except (OSError, ValueError) as error:
        named = " and ".join(repr(str(one)) for one in files[:2])
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"{source}: {named} cannot be used: {reason}") from error


def _trusting_the_machine() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not context.get_ca_certs() and not os.environ.get("SSL_CERT_DIR"):
        context.load_verify_locations(certifi.where())  # a machine without a store of its own
    return context


def _trusting(path: Path, source: str) -> ssl.SSLContext:
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=str(path))
        return ssl.create_default_context(cafile=str(path))
    except (OSError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        message = f"{source}: {str(path)!r} holds no certificates: {reason}"
        raise ConfigurationError(message) from error
