"""A no that is itself an event."""

from service_kit.errors import DomainError


class Refusal(DomainError):
    """A rule said no, and what it wrote before (audit, ended sessions) must outlive the error.

    A plain `DomainError` rolls the transaction back; for a refusal the servicer commits first.
    """
