"""Settings that are files: what Docker and Kubernetes mount as secrets.

A file's name is the setting's, in any case; its text without the space around it is the value. A
variable of the environment comes before a file, and an empty file counts as none, as an empty
variable does.
"""

import os
import warnings
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import SecretsSettingsSource

# Where Docker mounts them; Kubernetes wherever its manifests say.
DEFAULT_FOLDER = "/run/secrets"


class SecretFileRefused(Exception):
    """A file that is there but is no secret; the message says what to do."""


def folder() -> Path:
    """Where secrets lie; it need not be there."""
    return Path(os.environ.get("SECRETS_FOLDER") or DEFAULT_FOLDER)


class SecretFiles(SecretsSettingsSource):
    """The files of `folder()`, each the value of the setting of its name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's text, None where there is none or it is empty.

        Raises:
            SecretFileRefused: the file can't be read as text.
        """
        file = folder() / field_name
        try:
            # pydantic-settings only warns of a folder in the place of a file, which Docker makes
            # where the file that is to be mounted does not exist.
            with warnings.catch_warnings(action="error"):
                text, key, is_complex = super().get_field_value(field, field_name)
        except UserWarning:
            raise SecretFileRefused(
                f"{file} is no file; write the secret into one and mount that"
            ) from None
        except OSError as error:
            raise SecretFileRefused(
                f"{file} can't be read ({error.strerror}); let user {os.getuid()} read it"
            ) from None
        except UnicodeError:
            raise SecretFileRefused(f"{file} is not text (UTF-8); write the secret anew") from None
        return text or None, key, is_complex
