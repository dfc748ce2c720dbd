"""Cursors of keyset pagination: opaque and signed, so that nobody relies on what is inside."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64

from service_kit.errors import DomainError
from service_kit.reasons import Reason

_MAC_BYTES = 12


class Cursors:
    """Writes and reads cursors.

    Args:
        key: 32 bytes, for this purpose only.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, collection: str, position: str) -> str:
        """The cursor that continues `collection` after `position`."""
        content = position.encode()
        return urlsafe_b64encode(self._mac(collection, content) + content).rstrip(b"=").decode()

    def read(self, collection: str, cursor: str) -> str | None:
        """The position in a cursor of this collection; None for an empty cursor.

        Raises:
            DomainError: INVALID_ARGUMENT CURSOR_INVALID for a cursor that isn't ours.
        """
        if not cursor:
            return None
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (BadBase64, ValueError):
            raw = b""
        mac, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(collection, content)):
            raise DomainError(Reason.CURSOR_INVALID)
        return content.decode()

    def _mac(self, collection: str, content: bytes) -> bytes:
        return hmac.digest(self._key, collection.encode() + b"\0" + content, "sha256")[:_MAC_BYTES]
