"""A certificate authority for services on one machine or in one compose file.

Kubernetes has cert-manager for this (k8s/components/mtls). Making certificates again renews them:
services pick the new ones up by themselves, and the authority stays the same, so that old and new
trust each other.

`python -m service_kit.certificate_authority FOLDER SERVICE…` makes what is missing, then keeps
running and renews what is about to expire.
"""

import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from service_kit import clock, logs
from service_kit.files import written_whole

log = structlog.get_logger()

LIFE = timedelta(days=90)
AUTHORITY_LIFE = timedelta(days=3650)
# Enough time for somebody to notice that renewal fails.
RENEW_BEFORE = timedelta(days=30)
CHECK_SECONDS = 6 * 3600
# Clocks differ a little.
_EARLIER = timedelta(minutes=5)

Signer = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def make_certificates(folder: Path, services: Sequence[str], *, life: timedelta = LIFE) -> None:
    """Write `<folder>/<service>/{tls.crt,tls.key,ca.crt}`, by the authority in `<folder>`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = _authority(folder)
    for service in services:
        key = ec.generate_private_key(ec.SECP256R1())
        chain = _certificate(service, key, authority, life)
        of_service = folder / service
        of_service.mkdir(exist_ok=True, mode=0o700)
        _write(of_service / "ca.crt", _pem(authority[0]))
        _write(of_service / "tls.key", _private_pem(key))
        # Written last: whoever finds it finds the others too.
        _write(of_service / "tls.crt", _pem(chain))


def renew_due(folder: Path, services: Sequence[str]) -> list[str]:
    """Make the certificates that are missing or expire within `RENEW_BEFORE`; returns whose."""
    due = [service for service in services if _is_due(folder / service / "tls.crt")]
    if due:
        make_certificates(folder, due)
    return due


def _is_due(certificate: Path) -> bool:
    if not certificate.exists():
        return True
    ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    return ends - clock.now() < RENEW_BEFORE


def _authority(folder: Path) -> Signer:
    certificate, key = folder / "ca.crt", folder / "ca.key"
    if certificate.exists() and key.exists():
        loaded = serialization.load_pem_private_key(key.read_bytes(), password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{key} holds no key of an elliptic curve")
        return x509.load_pem_x509_certificate(certificate.read_bytes()), loaded
    made = ec.generate_private_key(ec.SECP256R1())
    name = _name("Dermis authority")
    signed = (
        _builder(name, name, made.public_key(), AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(made, hashes.SHA256())
    )
    _write(key, _private_pem(made))
    _write(certificate, _pem(signed))
    return signed, made


def _certificate(
    service: str, key: ec.EllipticCurvePrivateKey, authority: Signer, life: timedelta
) -> x509.Certificate:
    names = [x509.DNSName(name) for name in (service, service.replace("_", "-"), "localhost")]
    return (
        _builder(_name(service), authority[0].subject, key.public_key(), life)
        .add_extension(
            x509.SubjectAlternativeName([*names, x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            critical=False,
        )
        .sign(authority[1], hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta
) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + life)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes) -> None:
    # A service may be reading it right now.
    with written_whole(path, mode=0o600) as partial:
        partial.write_bytes(data)


def main() -> None:
    """Keep certificates fresh until the process is ended."""
    if len(sys.argv) < 3:
        sys.stderr.write("Usage: python -m service_kit.certificate_authority FOLDER SERVICE…\n")
        raise SystemExit(2)
    folder, services = Path(sys.argv[1]), sys.argv[2:]
    logs.configure("certificates", "INFO")
    while True:
        for service in renew_due(folder, services):
            log.info("certificate made", of=service, days=LIFE.days)
        time.sleep(CHECK_SECONDS)


if __name__ == "__main__":
    main()
