"""Which part of the body an overview photo shows, and what such a photo is not for.

See docs/decisions/0056-an-overview-photo-is-a-photo-of-a-region.md.
"""

from dataclasses import dataclass
from typing import Self

from patient_service.models import Image
from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class OverviewRegion:
    """A part of the body: `pb.BodySite`, `pb.BodyRegion` and `pb.BodySide` in words.

    Attributes:
        site: always stated.
        region: within the site; "" for all of it.
        side: the patient's, of what the body has twice; "" for both or none.
    """

    site: str
    region: str = ""
    side: str = ""

    def check(self) -> None:
        """Refuse a photo of nowhere.

        Raises:
            DomainError: INVALID_ARGUMENT / OVERVIEW_REGION_REQUIRED.
        """
        if not self.site:
            raise DomainError(Reason.OVERVIEW_REGION_REQUIRED, metadata={"field": "overview"})

    @classmethod
    def of(cls, image: Image) -> Self | None:
        """What an image shows; None where it is no overview."""
        if image.overview_site is None:
            return None
        return cls(image.overview_site, image.overview_region or "", image.overview_side or "")

    def write_to(self, image: Image) -> bool:
        """Have an image show this; whether it showed something else before."""
        if OverviewRegion.of(image) == self:
            return False
        image.overview_site = self.site
        image.overview_region, image.overview_side = self.region, self.side
        return True


def refuse_overview(image: Image) -> None:
    """Refuse what is for photos of lesions only.

    Raises:
        DomainError: FAILED_PRECONDITION / IMAGE_IS_OVERVIEW.
    """
    if image.overview_site is not None:
        raise DomainError(Reason.IMAGE_IS_OVERVIEW)


def require_overview(image: Image) -> None:
    """Refuse what is for overview photos only.

    Raises:
        DomainError: FAILED_PRECONDITION / IMAGE_NOT_OVERVIEW.
    """
    if image.overview_site is None:
        raise DomainError(Reason.IMAGE_NOT_OVERVIEW)
