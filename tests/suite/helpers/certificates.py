"""Certificates for the tests of TLS, made again for each run: a CA, and servers good and bad."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Party:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def write(self, folder: Path, name: str) -> Path:
        """Write certificate and key into one file and return its path."""
        path = folder / f"{name}.pem"
        pem = serialization.Encoding.PEM
        key = self.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(self.certificate.public_bytes(pem) + key)
        return path


def issue(common_name: str, signer: Party | None = None, *, host: str = "127.0.0.1", days: int = 2) -> Party:
    """Return a certificate for `host` that ends in `days`; signed by itself, as a CA is, where there is no signer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signer.certificate.subject if signer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 9 * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
    )
    return Party(builder.sign(signer.key if signer else key, hashes.SHA256()), key)


@dataclass(frozen=True)
class Certificates:
    """The CA's file, that of a client signed by it, and servers' TLS contexts by the kind of their certificate."""

    ca_file: Path
    client_file: Path
    servers: dict[str, ssl.SSLContext]


@pytest.fixture(name="certificates", scope="session")
def certificates_fixture(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of this run."""
    folder = tmp_path_factory.mktemp("certificates")
    ca, stranger = issue("Test CA"), issue("Unknown CA")
    servers = {
        "good": issue("server", ca),
        "expired": issue("server", ca, days=-1),
        "wrong-host": issue("server", ca, host="192.0.2.1"),
        "self-signed": issue("server"),
        "unknown-ca": issue("server", stranger),
    }
    return Certificates(
        ca_file=ca.write(folder, "ca"),
        client_file=issue("client", ca).write(folder, "client"),
        servers={name: context(party.write(folder, name)) for name, party in servers.items()},
    )


def context(path: Path) -> ssl.SSLContext:
    """Return a server's TLS context with the certificate and key in `path`."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(path)
    return found
