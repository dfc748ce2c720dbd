"""Whose signature an installation demands of a model archive, and whether an archive has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from serving.archives.reasons import ArchiveReason, Defect
from serving.archives.signatures import fingerprint, is_signed, read_keys


@dataclass(frozen=True, slots=True)
class Policy:
    """What this installation demands of an archive beyond being sound.

    Attributes:
        trusted_keys: Ed25519 public keys in PEM; a signature must come from one of them. Empty:
            signatures are ignored.
        signature_required: whether an unsigned archive is refused where there are trusted keys.
    """

    trusted_keys: tuple[str, ...] = ()
    signature_required: bool = True

    def signer(self, sha256: str, signature: bytes | None) -> str:
        """The fingerprint of the trusted key that signed the archive; "" where none did."""
        if signature is None:
            return ""
        signers = (key for key in self.trusted_keys if is_signed(key, sha256, signature))
        return next(map(fingerprint, signers), "")

    def violations(self, signature: bytes | None, signer: str) -> Iterator[Defect]:
        """Why an archive with this signature, by this `signer`, is refused."""
        if not self.trusted_keys:
            return
        if signature is None and self.signature_required:
            yield Defect(
                ArchiveReason.SIGNATURE_MISSING, "Archives must be signed here; this one is not."
            )
        if signature is not None and not signer:
            yield Defect(
                ArchiveReason.SIGNATURE_WRONG, "No key that is trusted here signed this archive."
            )


NO_POLICY = Policy()


def read_policy(trusted_keys: Path | None, signature_required: bool) -> Policy:
    """The policy that settings describe: a folder of public keys, and whether one must have signed.

    Raises:
        KeyInvalid: one of the files is not a public key.
        OSError: the folder doesn't exist.
        ValueError: it holds no keys, which would let everything in.
    """
    if trusted_keys is None:
        return NO_POLICY
    keys = read_keys(trusted_keys)
    if not keys:
        raise ValueError(f"{trusted_keys} holds no public keys (*.pem)")
    return Policy(keys, signature_required)
