"""Certificates by which services know each other (mTLS): read from a folder, renewed in place.

The folder is laid out as cert-manager mounts it: `tls.crt` (this service's chain), `tls.key`,
`ca.crt` (the authority that must have signed everybody's certificate). Kubernetes replaces all
three at once by one symbolic link, `service_kit.certificate_authority` by renaming. The three
therefore belong together if none has changed while they were read.
"""

from dataclasses import dataclass
from pathlib import Path

import grpc


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a service presents and what it trusts, PEM."""

    chain: bytes
    key: bytes
    authority: bytes

    def for_channel(self) -> grpc.ChannelCredentials:
        """Credentials for calling others."""
        return grpc.ssl_channel_credentials(self.authority, self.key, self.chain)

    def for_server(self) -> grpc.ServerCertificateConfiguration:
        """The configuration for being called."""
        return grpc.ssl_server_certificate_configuration(
            [(self.key, self.chain)], root_certificates=self.authority
        )


class CertificateFolder:
    """A folder of certificates that may be renewed at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = self._stamps()
        self._read = self._load()

    def current(self) -> Certificates:
        """The newest certificates; in the middle of a renewal, the previous ones."""
        try:
            stamp = self._stamps()
            if stamp != self._stamp:
                renewed = self._load()
                if self._stamps() == stamp:
                    self._stamp, self._read = stamp, renewed
        except OSError:
            # In the middle of a renewal; the next call finds them.
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

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        found = [path.stat() for path in self._paths()]
        return tuple((stat.st_mtime_ns, stat.st_ino) for stat in found)

    def _paths(self) -> list[Path]:
        return [self._folder / name for name in ("tls.crt", "tls.key", "ca.crt")]
