"""The tables of database `auth`.

Tokens and codes are stored only as SHA-256: they carry at least 120 random bits, so nothing can be
guessed from the hash (ASVS 5.0, 6.5.2). Passwords are kept as Argon2id, TOTP secrets and private
keys encrypted (`encryption.KeyRing`).
"""

from auth_service.models.accounts import Account, Clinic, Invitation, PendingRegistration
from auth_service.models.audit import AuditEntry, AuditHead
from auth_service.models.mail import MailedToken, OutboxMail
from auth_service.models.sessions import (
    Attempt,
    Handoff,
    KnownPlace,
    RefreshToken,
    SignInChallenge,
    SignInSession,
)
from auth_service.models.signing_keys import SigningKey
from auth_service.models.table import Table
from auth_service.models.two_factor import RecoveryCode, TwoFactor

__all__ = [
    "Account",
    "Attempt",
    "AuditEntry",
    "AuditHead",
    "Clinic",
    "Handoff",
    "Invitation",
    "KnownPlace",
    "MailedToken",
    "OutboxMail",
    "PendingRegistration",
    "RecoveryCode",
    "RefreshToken",
    "SignInChallenge",
    "SignInSession",
    "SigningKey",
    "Table",
    "TwoFactor",
]
