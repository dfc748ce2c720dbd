"""The roles of accounts, by the names that tokens and tables use."""

from enum import StrEnum
from uuid import UUID

from dermis.options.v1 import access_pb2
from service_kit.errors import DomainError
from service_kit.reasons import Reason


class Role(StrEnum):
    """The roles that people have (`dermis.options.v1.Role` without ROLE_, in lower case)."""

    CLINICIAN = "clinician"
    ML_ENGINEER = "ml_engineer"
    ADMIN = "admin"

    @property
    def number(self) -> access_pb2.Role.ValueType:
        """The same role in the contracts."""
        return access_pb2.Role.Value(f"ROLE_{self.name}")

    @classmethod
    def from_number(cls, number: access_pb2.Role.ValueType) -> "Role":
        """Read a role from a request.

        Raises:
            DomainError: INVALID_ARGUMENT ROLE_INVALID when no person can have it.
        """
        for role in cls:
            if role.number == number:
                return role
        raise DomainError(Reason.ROLE_INVALID)


# Every role of a person sees patients, models or accounts, so each must have a second factor.
TWO_FACTOR_ROLES = frozenset(Role)


def check_clinic(role: Role, clinic_id: UUID | None) -> None:
    """A clinician sees the patients of one clinic; the other roles see no patients.

    Raises:
        DomainError: INVALID_ARGUMENT CLINIC_REQUIRED.
    """
    if role == Role.CLINICIAN and clinic_id is None:
        raise DomainError(Reason.CLINIC_REQUIRED)
