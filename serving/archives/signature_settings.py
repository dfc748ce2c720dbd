"""The settings about signatures, the same for the gateway and every follower."""

from pathlib import Path

from pydantic import BaseModel, Field

from serving.archives.signature_policy import Policy, read_policy


class SignatureSettings(BaseModel):
    """Whose signature an installation demands; a base of the settings of whoever takes archives."""

    trusted_keys: Path | None = Field(
        default=None,
        description="Folder of the public keys (*.pem) that may sign model archives. "
        "Unset: signatures are not checked.",
    )
    signature_required: bool = Field(
        default=True,
        description="Refuse archives without a signature, where TRUSTED_KEYS is set.",
    )

    def signature_policy(self) -> Policy:
        """What these settings demand of an archive.

        Raises:
            KeyInvalid, OSError, ValueError: as `read_policy`.
        """
        return read_policy(self.trusted_keys, self.signature_required)
