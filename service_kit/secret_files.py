"""Settings read from files: what Docker and Kubernetes mount as secrets.

A file has the setting's name, in upper or lower case; its trimmed text is the value. An environment
variable takes precedence over a file, and an empty file counts as missing, like an empty variable.
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
    """A file that can't be read as a secret; the message says what to do."""


def folder() -> Path:
    """Where secrets are; the folder need not exist."""
    return Path(os.environ.get("SECRETS_FOLDER") or DEFAULT_FOLDER)


class SecretFiles(SecretsSettingsSource):
    """The files in `folder()`, each the value of the setting with its name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's text, None where there is none or it is empty.

        Raises:
            SecretFileRefused: the file can't be read as text.
        """
        file = folder() / field_name
        try:
            # pydantic-settings only warns of a folder in place of a file, which Docker creates
            # where the file to be mounted doesn't exist.
            with warnings.catch_warnings(action="error"):
                text, key, is_complex = super().get_field_value(field, field_name)
        except UserWarning:
            raise SecretFileRefused(
                f"{file} isn't a file; put the secret in a file and mount that"
            ) from None
        except OSError as error:
            raise SecretFileRefused(
                f"{file} can't be read ({error.strerror}); let user {os.getuid()} read it"
            ) from None
        except UnicodeError:
            raise SecretFileRefused(f"{file} isn't UTF-8 text; write the secret again") from None
        return text or None, key, is_complex
