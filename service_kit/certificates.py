"""Certificates of services that know each other (mTLS): read from a folder, renewed in place.

The folder is as cert-manager mounts it: `tls.crt` (this service's chain), `tls.key`, `ca.crt` (the
authority that everybody's certificate must come from). Kubernetes exchanges all three at once by
one symbolic link, `service_kit.certificate_authority` by renaming; so what is read together fits
together once it stays the same for two looks.
"""

from dataclasses import dataclass
from pathlib import Path

import grpc


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a service shows and what it trusts, PEM."""

    chain: bytes
    key: bytes
    authority: bytes

    def for_channel(self) -> grpc.ChannelCredentials:
        """To call others with."""
        return grpc.ssl_channel_credentials(self.authority, self.key, self.chain)

    def for_server(self) -> grpc.ServerCertificateConfiguration:
        """To be called with."""
        return grpc.ssl_server_certificate_configuration(
            [(self.key, self.chain)], root_certificates=self.authority
        )


class CertificateFolder:
    """A folder of certificates that may be renewed at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = self._look()
        self._read = self._load()

    def current(self) -> Certificates:
        """The newest certificates; while a renewal is half done, the ones before."""
        try:
            stamp = self._look()
            if stamp != self._stamp:
                renewed = self._load()
                if self._look() == stamp:
                    self._stamp, self._read = stamp, renewed
        except OSError:
            # Between two files of a renewal; the next look finds them.
            return self._read
        return self._read

    def server_credentials(self) -> grpc.ServerCredentials:
        """Credentials of a server that asks every peer for a certificate of our authority.

        gRPC asks for the newest certificates at each handshake.
        """
        return grpc.dynamic_ssl_server_credentials(
            self.current().for_server(),
            lambda: self.current().for_server(),
            require_client_authentication=True,
        )

    def _load(self) -> Certificates:
        chain, key, authority = (path.read_bytes() for path in self._paths())
        return Certificates(chain, key, authority)

    def _look(self) -> tuple[tuple[int, int], ...]:
        looks = [path.stat() for path in self._paths()]
        return tuple((look.st_mtime_ns, look.st_ino) for look in looks)

    def _paths(self) -> list[Path]:
        return [self._folder / name for name in ("tls.crt", "tls.key", "ca.crt")]
