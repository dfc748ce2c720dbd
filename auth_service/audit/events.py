"""What the audit records, by name."""

from enum import StrEnum


class Event(StrEnum):
    """What happened. The part before the dot is its kind."""

    ACCOUNT_REGISTERED = "account.registered"
    ACCOUNT_REGISTRATION_REPEATED = "account.registration_repeated"
    ACCOUNT_CREATED_BY_COMMAND = "account.created_by_command"
    ACCOUNT_NAME_CHANGED = "account.name_changed"
    ACCOUNT_ROLE_CHANGED = "account.role_changed"
    ACCOUNT_CLINIC_CHANGED = "account.clinic_changed"
    ACCOUNT_ENABLED = "account.enabled"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_TWO_FACTOR_DEMANDED = "account.two_factor_demanded"
    ACCOUNT_TWO_FACTOR_OPTIONAL = "account.two_factor_optional"

    EMAIL_VERIFIED = "email.verified"
    EMAIL_CHANGE_REQUESTED = "email.change_requested"
    EMAIL_CHANGED = "email.changed"

    INVITATION_CREATED = "invitation.created"
    INVITATION_REVOKED = "invitation.revoked"

    CLINIC_CHANGED = "clinic.changed"
    CLINIC_OWNER_ADDED = "clinic.owner_added"
    CLINIC_OWNER_REMOVED = "clinic.owner_removed"
    JOIN_REQUESTED = "clinic.join_requested"
    JOIN_APPROVED = "clinic.join_approved"
    JOIN_DECLINED = "clinic.join_declined"

    PASSWORD_CHANGED = "password.changed"  # noqa: S105  the name of an event
    PASSWORD_RESET_REQUESTED = "password.reset_requested"  # noqa: S105  the name of an event
    PASSWORD_RESET = "password.reset"  # noqa: S105  the name of an event
    PASSWORD_REFUSED = "password.refused"  # noqa: S105  the name of an event

    SIGN_IN_SUCCEEDED = "sign_in.succeeded"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGN_IN_CHALLENGED = "sign_in.challenged"
    SIGN_IN_ENROLMENT_STARTED = "sign_in.enrolment_started"

    TWO_FACTOR_SET_UP = "two_factor.set_up"
    TWO_FACTOR_CONFIRMED = "two_factor.confirmed"
    TWO_FACTOR_MOVED = "two_factor.moved"
    TWO_FACTOR_REFUSED = "two_factor.refused"
    TWO_FACTOR_REMOVED = "two_factor.removed"
    TWO_FACTOR_RESET = "two_factor.reset"
    RECOVERY_CODE_USED = "two_factor.recovery_code_used"
    RECOVERY_CODES_REGENERATED = "two_factor.recovery_codes_regenerated"

    SESSION_ENDED = "session.ended"
    SESSIONS_ENDED = "session.all_ended"
    REFRESH_REUSED = "session.refresh_reused"

    HANDOFF_CREATED = "handoff.created"
    HANDOFF_CLAIMED = "handoff.claimed"
    HANDOFF_REFUSED = "handoff.refused"
    HANDOFF_ENDED = "handoff.ended"

    # Written before the change is made, so that nothing goes live without an entry.
    MODEL_UPLOAD_REQUESTED = "model.upload_requested"
    MODEL_RELEASE_REQUESTED = "model.release_requested"
    MODEL_ROLLBACK_REQUESTED = "model.rollback_requested"
    MODEL_CANARY_REQUESTED = "model.canary_requested"
    MODEL_SHADOW_REQUESTED = "model.shadow_requested"
    MODEL_WITHDRAWAL_REQUESTED = "model.withdrawal_requested"
    MODEL_REGENERATION_REQUESTED = "model.regeneration_requested"
    MODEL_RETIREMENT_REQUESTED = "model.retirement_requested"
    MODEL_REINSTATEMENT_REQUESTED = "model.reinstatement_requested"
    MODEL_APPROVAL_REQUESTED = "model.approval_requested"
    MODEL_REFERENCE_CASES_REQUESTED = "model.reference_cases_requested"

    NOT_FOUND = "refused.not_found"

    SIGNING_KEY_ROTATED = "key.signing_rotated"
    ENCRYPTION_KEY_ROTATED = "key.encryption_rotated"
