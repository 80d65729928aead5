"""A private certificate authority, made for a test."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder: Path, name: str = "private") -> None:
        self._folder = folder
        self._name = _named(f"{name} authority")
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}-ca.pem"
        """The authority's own certificate."""
        self.file.write_bytes(self._signed(self._name, self._key, authority=True))

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool = False
    ) -> bytes:
        now = datetime.now(UTC)
        names = [x509.DNSName(name) for name in ("localhost", "server.test")]
        hosts = [*names, x509.IPAddress(ip_address("127.0.0.1"))]
        issuer = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
            .add_extension(issuer, critical=False)
        )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def issue(self, name: str) -> tuple[str, str]:
        """Issue a certificate for this machine; return the files of certificate and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._folder / f"{name}.pem"
        certificate.write_bytes(self._signed(_named(name), key))
        secret = self._folder / f"{name}.key"
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return str(certificate), str(secret)

    def server_context(self, *, asks: bool = False) -> ssl.SSLContext:
        """Return the context of a server, one that asks for a client certificate if told so."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue("server"))
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.file)
        return context
