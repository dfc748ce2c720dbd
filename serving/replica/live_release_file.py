"""Which release was live here last, on disk: known even without follower or object store."""

import contextlib
from pathlib import Path

from pydantic import ValidationError

from service_kit.files import written_whole
from serving.contract.releases import Release


class LiveReleaseFile:
    """One file beside TorchServe."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "live.json"

    def read(self) -> Release | None:
        """The release; None where there was none, or the file is damaged."""
        try:
            return Release.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return None

    def write(self, release: Release) -> None:
        """Remember a release; on a full disk the file stays as it was."""
        with contextlib.suppress(OSError), written_whole(self._path) as partial:
            partial.write_text(release.model_dump_json())
