"""The model that ships with Dermis."""

from local_stack.stack import SHIPPED_MODELS
from serving.archives.archive import CheckedArchive, check_archive
from serving.contract.releases import Release


def shipped_archive() -> CheckedArchive:
    """That of the newest release."""
    newest = max((SHIPPED_MODELS / "lesion" / "releases").glob("*.json"))
    release = Release.model_validate_json(newest.read_bytes())
    return check_archive(SHIPPED_MODELS / "archives" / f"{release.sha256}.mar")
