"""The catalogue of refusals: every reason that Dermis gives for saying no.

Clients act on the name, people read the message. OpenAPI's examples, docs/reasons.md and the web
client's texts are made from it; it lies on the lowest floor because every service and the gateway
give reasons, and hand on each other's.

A message says what to do. It holds no secret and no patient data, and where it can be read by
somebody who has not signed in, it tells nothing about whether an account exists.
"""

from enum import Enum, unique

from service_kit.codes import Code


@unique
class Reason(Enum):
    """Why something was refused; the member's name is what travels.

    Attributes:
        code: the gRPC code, from which the HTTP status follows.
        message: for people, where the place that refuses has nothing more exact to say.
        http_status: where HTTP has a closer status than the code's.
    """

    def __init__(self, code: Code, message: str, http_status: int | None = None) -> None:
        self.code = code
        self.message = message
        self.http_status = http_status

    # The call itself. gRPC's own transport gives those that are named like a code.
    BAD_REQUEST = Code.INVALID_ARGUMENT, "The request can't be read.", 400
    INVALID_REQUEST = Code.INVALID_ARGUMENT, "Some fields are missing or not usable. See `errors`."
    INVALID_ID = Code.INVALID_ARGUMENT, "This identifier isn't a UUID."
    ENUM_INVALID = Code.INVALID_ARGUMENT, "A field has an unknown value."
    CURSOR_INVALID = (
        Code.INVALID_ARGUMENT,
        "This cursor doesn't belong to this list. Start at its top.",
    )
    BODY_TOO_LARGE = Code.INVALID_ARGUMENT, "The body is too large.", 413
    BODY_TOO_SLOW = (
        Code.DEADLINE_EXCEEDED,
        "What you sent came too slowly. Try again over a faster connection.",
        408,
    )
    HEAD_TOO_LARGE = Code.INVALID_ARGUMENT, "The address and headers are too long.", 431
    HEAD_TOO_SLOW = Code.DEADLINE_EXCEEDED, "The request's headers came too slowly.", 408
    MULTIPART_INVALID = (
        Code.INVALID_ARGUMENT,
        "Send the file as multipart/form-data in the field `file`.",
    )
    NOT_FOUND = Code.NOT_FOUND, "There is nothing at this address."
    METHOD_NOT_ALLOWED = Code.UNIMPLEMENTED, "This address doesn't accept this method.", 405
    IF_MATCH_REQUIRED = (
        Code.FAILED_PRECONDITION,
        "Send the ETag of what you changed in If-Match, so that nobody's change is lost.",
        428,
    )
    RATE_LIMITED = Code.RESOURCE_EXHAUSTED, "Too many requests. Wait a moment and try again."
    CLIENT_GONE = Code.CANCELLED, "The client has gone."
    CANCELLED = Code.CANCELLED, "The call was cancelled."
    DEADLINE_EXCEEDED = (
        Code.DEADLINE_EXCEEDED,
        "A service took too long to answer. Try again in a moment.",
    )
    RESOURCE_EXHAUSTED = Code.RESOURCE_EXHAUSTED, "A service is overloaded. Try again in a moment."
    UNAVAILABLE = Code.UNAVAILABLE, "A service isn't reachable. Try again in a moment."
    UNIMPLEMENTED = (
        Code.UNIMPLEMENTED,
        "A service doesn't know this call. It may be older than the gateway.",
    )
    UNKNOWN = Code.UNKNOWN, "A service could not answer."
    INTERNAL = Code.INTERNAL, "Something went wrong. Quote the request's id when you report it."
    DATABASE_UNAVAILABLE = Code.UNAVAILABLE, "The database isn't reachable. Try again in a moment."
    STORE_UNAVAILABLE = Code.UNAVAILABLE, "The object store isn't reachable. Try again in a moment."
    REDIS_AWAY = Code.UNAVAILABLE, "Redis isn't reachable. Try again in a moment."
    LOGS_UNAVAILABLE = Code.UNAVAILABLE, "The logs can't be read right now. Try again in a moment."

    # Signing in.
    SIGN_IN_REQUIRED = Code.UNAUTHENTICATED, "Sign in first."
    TOKEN_INVALID = Code.UNAUTHENTICATED, "The access token isn't valid. Sign in again."
    TOKEN_EXPIRED = Code.UNAUTHENTICATED, "The access token has expired. Refresh it."
    SESSION_ENDED = Code.UNAUTHENTICATED, "This session has ended. Sign in again."
    REFRESH_INVALID = Code.UNAUTHENTICATED, "You are signed out. Sign in again."
    CREDENTIALS_INVALID = (
        Code.UNAUTHENTICATED,
        "Wrong email address or password, or the address isn't verified yet.",
    )
    CHALLENGE_INVALID = Code.UNAUTHENTICATED, "This sign-in has expired. Start again."
    CODE_INVALID = (
        Code.INVALID_ARGUMENT,
        "This code isn't valid. Try the next one; if it fails too, check that your phone's clock is"
        " right.",
    )
    SERVICE_SECRET_INVALID = Code.UNAUTHENTICATED, "Unknown service or wrong secret."
    NOT_PERMITTED = Code.PERMISSION_DENIED, "Your role doesn't allow this."
    TWO_FACTOR_SETUP_REQUIRED = Code.PERMISSION_DENIED, "Set up two-factor authentication first."
    FOREIGN_ORIGIN = Code.PERMISSION_DENIED, "Another site may not use this session."
    TOO_MANY_ATTEMPTS = Code.RESOURCE_EXHAUSTED, "Too many attempts. Try again later."

    # Accounts.
    EMAIL_INVALID = Code.INVALID_ARGUMENT, "This isn't an email address."
    EMAIL_TAKEN = Code.ALREADY_EXISTS, "There is already an account with this address."
    NAME_INVALID = (
        Code.INVALID_ARGUMENT,
        "A name must have 1 to 200 characters and no control characters.",
    )
    CLINIC_NAME_INVALID = (
        Code.INVALID_ARGUMENT,
        "A clinic's name must have 1 to 200 characters and no control characters.",
    )
    PASSWORD_TOO_SHORT = Code.INVALID_ARGUMENT, "This password is too short. Choose a longer one."
    PASSWORD_TOO_LONG = Code.INVALID_ARGUMENT, "This password is too long. Choose a shorter one."
    PASSWORD_TOO_COMMON = (
        Code.INVALID_ARGUMENT,
        "This password is too easy to guess. Use more words, or less common ones.",
    )
    PASSWORD_WRONG = Code.PERMISSION_DENIED, "The password is wrong."
    LINK_INVALID = Code.INVALID_ARGUMENT, "This link is no longer valid. Request a new one."
    INVITATION_INVALID = (
        Code.INVALID_ARGUMENT,
        "This invitation is no longer valid. Ask for a new one.",
    )
    TWO_FACTOR_ALREADY_ON = Code.FAILED_PRECONDITION, "Two-factor authentication is already on."
    TWO_FACTOR_NOT_SET_UP = Code.FAILED_PRECONDITION, "Two-factor authentication isn't set up."
    TWO_FACTOR_REQUIRED = Code.FAILED_PRECONDITION, "Your account must have a second factor."
    USER_NOT_FOUND = Code.NOT_FOUND, "There is no such user."
    SESSION_NOT_FOUND = Code.NOT_FOUND, "There is no such session."
    HANDOFF_INVALID = (
        Code.UNAUTHENTICATED,
        "This code no longer works. Have a new one shown on the computer.",
    )
    HANDOFF_CLAIMED = (
        Code.UNAUTHENTICATED,
        "Another phone is using this code. If it isn't yours, end the hand-off on the computer.",
    )
    HANDOFF_NOT_FOUND = Code.NOT_FOUND, "This hand-off has ended."
    CLINIC_NOT_FOUND = Code.NOT_FOUND, "There is no such clinic."
    CLINIC_REQUIRED = Code.INVALID_ARGUMENT, "A clinician belongs to a clinic. Choose one."
    ROLE_INVALID = Code.INVALID_ARGUMENT, "No account can have this role."
    LAST_ADMINISTRATOR = (
        Code.FAILED_PRECONDITION,
        "This is the last active administrator. Appoint another one first.",
    )
    NOT_CLINIC_OWNER = (
        Code.PERMISSION_DENIED,
        "Only an owner of the clinic can do this.",
    )
    LAST_OWNER = (
        Code.FAILED_PRECONDITION,
        "This is the clinic's last owner. Make a colleague an owner first.",
    )
    INVITATION_NOT_FOUND = Code.NOT_FOUND, "There is no such pending invitation."
    JOIN_REQUEST_NOT_FOUND = Code.NOT_FOUND, "There is no such request to join. Reload the page."
    ADDRESS_INVALID = (
        Code.INVALID_ARGUMENT,
        "An address must have at most 500 characters and no control characters.",
    )
    TIME_ZONE_INVALID = Code.INVALID_ARGUMENT, "There is no such time zone. Choose one of the list."
    LOGO_INVALID = (
        Code.INVALID_ARGUMENT,
        "The logo must be a picture in PNG or JPEG of at most 2 MB.",
    )
    CHANGE_INVALID = Code.INVALID_ARGUMENT, "Name the change and the version."

    # The record.
    NO_CLINIC = Code.PERMISSION_DENIED, "Your account belongs to no clinic."
    PATIENT_NOT_FOUND = Code.NOT_FOUND, "There is no such patient."
    LESION_NOT_FOUND = Code.NOT_FOUND, "There is no such lesion."
    IMAGE_NOT_FOUND = Code.NOT_FOUND, "There is no such image."
    DETECTION_NOT_FOUND = Code.NOT_FOUND, "There is no such detection."
    PATIENT_ARCHIVED = (
        Code.FAILED_PRECONDITION,
        "This patient is archived. Restore the patient first.",
    )
    PATIENT_MERGED = (
        Code.FAILED_PRECONDITION,
        "This patient was merged with another one. Open that record.",
    )
    MERGE_WITH_ITSELF = Code.INVALID_ARGUMENT, "Choose another patient to merge with."
    MERGE_NOT_FOUND = Code.NOT_FOUND, "There is no such merge of this patient."
    MERGE_ADDED_TO = (
        Code.FAILED_PRECONDITION,
        "These patients can't be parted: more has been added since. Move photos one by one.",
    )
    RECORD_BUSY = (
        Code.ABORTED,
        "Somebody is working on one of these records right now. Try again in a moment.",
    )
    RECORD_NUMBER_TAKEN = (
        Code.ALREADY_EXISTS,
        "Another patient of this clinic has this record number.",
    )
    VERSION_CONFLICT = (
        Code.ABORTED,
        "Somebody else has changed this meanwhile. Reload it and repeat your change.",
        412,
    )
    TEXT_REQUIRED = Code.INVALID_ARGUMENT, "A required field is empty."
    TEXT_TOO_LONG = Code.INVALID_ARGUMENT, "A text is too long. Shorten it."
    TEXT_NOT_ALLOWED = Code.INVALID_ARGUMENT, "A text must not contain control characters."
    DATE_INVALID = Code.INVALID_ARGUMENT, "The date must be in the form YYYY-MM-DD."
    DATE_TOO_EARLY = Code.INVALID_ARGUMENT, "The date must not be before 1900."
    DATE_IN_FUTURE = Code.INVALID_ARGUMENT, "The date must not be in the future."
    FITZPATRICK_TYPE_INVALID = (
        Code.INVALID_ARGUMENT,
        "The Fitzpatrick type must be a number from 1 to 6.",
    )
    POSITION_INVALID = (
        Code.INVALID_ARGUMENT,
        "A position needs a view, and x and y between 0 and 1.",
    )
    VERDICT_REQUIRED = Code.INVALID_ARGUMENT, "A review needs a verdict."
    NOTHING_TO_AGREE_WITH = (
        Code.FAILED_PRECONDITION,
        "The model can't assess this photo, so there is no answer to agree with. "
        "Give a verdict of your own.",
    )
    DETECTION_NOT_COMPLETE = (
        Code.FAILED_PRECONDITION,
        "The model hasn't answered yet, so there is nothing to agree with.",
    )
    WITHDRAWAL_SAYS_MORE = (
        Code.INVALID_ARGUMENT,
        "A withdrawal names the verdict that it takes back, and says nothing else but a note.",
    )
    DIAGNOSIS_UNKNOWN = (
        Code.INVALID_ARGUMENT,
        "This diagnosis isn't on the list. Write it as free text.",
    )
    DIAGNOSIS_CONTRADICTS = (
        Code.INVALID_ARGUMENT,
        "The diagnosis contradicts the verdict. Change one of them.",
    )
    CHECKLIST_INVALID = (
        Code.INVALID_ARGUMENT,
        "Fill in every item of the checklist with points that it allows.",
    )
    MONITOR_DATE_INVALID = (
        Code.INVALID_ARGUMENT,
        "Say by when to look again: a date from today to ten years from now, with monitoring only.",
    )
    HISTOLOGY_UNEXPECTED = (
        Code.INVALID_ARGUMENT,
        "Histology belongs to the verdict of a biopsy.",
    )
    REVIEW_NOT_FOUND = Code.NOT_FOUND, "There is no such verdict."
    REVIEW_REPLACED = (
        Code.FAILED_PRECONDITION,
        "Somebody has corrected or withdrawn this verdict meanwhile. Look at the newest one.",
    )
    WORKLIST_KIND_REQUIRED = Code.INVALID_ARGUMENT, "Choose a worklist."
    ASSIGNMENTS_INVALID = Code.INVALID_ARGUMENT, "Name 1 to 200 photos, each of them once."
    ASSIGNMENT_CHANGED = (
        Code.ABORTED,
        "A colleague was faster with one of these photos. Nothing was changed: see the list again.",
        409,
    )
    COLLEAGUE_NOT_FOUND = Code.NOT_FOUND, "Nobody who works at your clinic has this account."

    # Photos.
    IMAGE_EMPTY = Code.INVALID_ARGUMENT, "The file is empty. Choose a photo."
    IMAGE_TOO_LARGE = (
        Code.INVALID_ARGUMENT,
        "The file is larger than 20 MiB. Export a smaller one.",
        413,
    )
    NOT_AN_IMAGE = (
        Code.INVALID_ARGUMENT,
        "This file can't be read as a photo. Send JPEG, PNG, HEIC, WebP or TIFF.",
        415,
    )
    IMAGE_TOO_MANY_PIXELS = (
        Code.INVALID_ARGUMENT,
        "The photo has more than 50 megapixels. Export a smaller one.",
    )
    IMAGE_ANIMATED = (
        Code.INVALID_ARGUMENT,
        "The file holds several pictures. Choose a single photo.",
    )
    IMAGE_TRUNCATED = Code.INVALID_ARGUMENT, "The photo is cut off or damaged. Send the file again."
    IMAGE_LOST = Code.DATA_LOSS, "The stored image is missing. Tell your administrator."
    IMAGE_VOIDED = (
        Code.FAILED_PRECONDITION,
        "This photo is marked as entered in error. Restore it first.",
    )
    MARKING_NOT_FOUND = Code.NOT_FOUND, "There is no such marking."
    MARKING_INVALID = (
        Code.INVALID_ARGUMENT,
        "These points make no such marking. Draw it again, on the photo.",
    )
    OUTLINE_CROSSES_ITSELF = (
        Code.INVALID_ARGUMENT,
        "The outline crosses itself, so it has no area. Draw it again.",
    )
    SCALE_INVALID = Code.INVALID_ARGUMENT, "A scale needs a distance of 0.1 to 2,000 millimetres."
    TOO_MANY_MARKINGS = (
        Code.FAILED_PRECONDITION,
        "A photo carries at most 100 markings. Remove one first.",
    )
    IMAGE_IS_OVERVIEW = (
        Code.FAILED_PRECONDITION,
        "An overview photo belongs to no lesion and isn't assessed by the model.",
    )
    IMAGE_NOT_OVERVIEW = (
        Code.FAILED_PRECONDITION,
        "This is no overview photo: it shows one lesion, not a region.",
    )
    OVERVIEW_REGION_REQUIRED = (
        Code.INVALID_ARGUMENT,
        "An overview photo needs a body site.",
    )
    PIN_INVALID = Code.INVALID_ARGUMENT, "A pin must be on the photo."
    TOO_MANY_PINS = (
        Code.FAILED_PRECONDITION,
        "An overview photo carries at most 200 pins. Remove one first.",
    )
    RESTORE_TOO_LATE = (
        Code.FAILED_PRECONDITION,
        "This photo was marked as entered in error more than 30 days ago. Upload it again.",
    )
    CAPTURED_TOO_EARLY = Code.INVALID_ARGUMENT, "The photo can't have been taken before 1900."
    CAPTURED_IN_FUTURE = Code.INVALID_ARGUMENT, "The photo can't have been taken in the future."
    TOO_MANY_UPLOADS = (
        Code.UNAVAILABLE,
        "Too many photos are under way at once. Try again in a moment.",
    )
    UPLOAD_TOO_SLOW = Code.DEADLINE_EXCEEDED, "The upload took too long. Try again."
    UPLOAD_RACED = Code.ABORTED, "The record has changed meanwhile. Try again."
    IDEMPOTENCY_KEY_TOO_LONG = Code.INVALID_ARGUMENT, "This idempotency key is too long."
    IDEMPOTENCY_KEY_REUSED = (
        Code.FAILED_PRECONDITION,
        "This idempotency key belongs to another upload. Use a new one.",
        422,
    )
    HEADER_EXPECTED = Code.INVALID_ARGUMENT, "An upload must begin with its header."
    HEADER_REPEATED = Code.INVALID_ARGUMENT, "An upload has only one header, before its bytes."
    LENGTH_MISMATCH = Code.INVALID_ARGUMENT, "The upload's length differs from its header."
    DIGEST_MISMATCH = Code.INVALID_ARGUMENT, "The upload's digest differs from its header."
    DIGESTS_INVALID = (
        Code.INVALID_ARGUMENT,
        "Name 1 to 50 files by their SHA-256, each of them once.",
    )

    # The model's answers.
    NOT_DIAGNOSED = Code.FAILED_PRECONDITION, "This detection has no result yet."
    MODEL_UNAVAILABLE = Code.UNAVAILABLE, "The model isn't answering. Try again in a moment."
    MODEL_FAILED = Code.INTERNAL, "The model failed on this photo. Take another one."
    MODEL_RETIRED = (
        Code.FAILED_PRECONDITION,
        "The version that assessed this photo is no longer loaded. Have the photo assessed again.",
    )
    FINDING_INVALID = Code.INVALID_ARGUMENT, "This isn't a valid finding."
    FAILURE_REASON_INVALID = (
        Code.INVALID_ARGUMENT,
        "A failure reason must be an UPPER_SNAKE code of at most 64 characters.",
    )
    OUTCOME_REQUIRED = Code.INVALID_ARGUMENT, "Say how the detection ended."
    LIMIT_INVALID = Code.INVALID_ARGUMENT, "That many detections can't be claimed at once."
    LEASE_INVALID = Code.INVALID_ARGUMENT, "A lease can't last that long."
    LEASE_ENDED = (
        Code.FAILED_PRECONDITION,
        "This lease has ended: the detection is finished, or somebody else has claimed it.",
    )
    RETRY_INVALID = Code.INVALID_ARGUMENT, "A retry can't wait that long."

    # Archives and releases.
    NO_MODEL_STORE = Code.UNIMPLEMENTED, "This gateway has no model store. Set MODEL_STORE."
    ARCHIVE_REFUSED = (
        Code.INVALID_ARGUMENT,
        "The archive isn't one that Dermis may run. See `errors`.",
    )
    TOO_MANY_ARCHIVES = (
        Code.UNAVAILABLE,
        "Another archive is being uploaded. Try again once it is done.",
    )
    MODEL_NAME_WRONG = (
        Code.INVALID_ARGUMENT,
        "The archive holds a different model from the one served here.",
    )
    VERSION_TAKEN = Code.ALREADY_EXISTS, "Another archive has this version. Raise the version."
    VERSION_NOT_FOUND = Code.NOT_FOUND, "There is no such version of the model."
    VERSION_RETIRED = (
        Code.FAILED_PRECONDITION,
        "This version is retired. Reinstate it first.",
    )
    VERSION_NOT_RETIRED = Code.FAILED_PRECONDITION, "This version isn't retired."
    VERSION_IN_USE = (
        Code.FAILED_PRECONDITION,
        "This version is live or a candidate. Release another one or withdraw it first.",
    )
    VERSION_NEVER_LIVE = (
        Code.FAILED_PRECONDITION,
        "This version was never live here. Release it instead: it must pass the gate.",
    )
    ENTRY_SOUND = Code.FAILED_PRECONDITION, "This entry can be read. It is part of the history."
    ENTRY_DAMAGED = (
        Code.DATA_LOSS,
        "An entry of the model store is damaged. Restore it from a backup, or retire it.",
    )
    APPROVAL_MISSING = (
        Code.FAILED_PRECONDITION,
        "A second person must approve this version first: dermis-model approve.",
    )
    REFERENCE_CASES_NOT_READY = (
        Code.FAILED_PRECONDITION,
        "No version has answered the shipped cases yet. Release one first, then add your own.",
    )
    REFERENCE_CASES_ONE_SIDED = (
        Code.FAILED_PRECONDITION,
        "At least one benign and one malignant case must be left.",
    )
    REFERENCE_CASES_TOO_MANY = (
        Code.FAILED_PRECONDITION,
        "At most 2,000 reference cases: every release answers them all.",
    )
    REFERENCE_PHOTO_MISSING = (
        Code.NOT_FOUND,
        "Send the photo first: POST /admin/reference-cases/photos.",
    )
    ALREADY_LIVE = Code.FAILED_PRECONDITION, "This version is already live."
    NOTHING_LIVE = Code.FAILED_PRECONDITION, "Release a version first."
    NOTHING_BEFORE = Code.FAILED_PRECONDITION, "No other version was released before."
    RELEASE_RACE = (
        Code.ABORTED,
        "Somebody else has just changed the release log. Look at it and try again.",
    )
    CANDIDATE_UNDER_WAY = (
        Code.FAILED_PRECONDITION,
        "A canary or shadow is running beside the live version. Withdraw or release it first.",
    )
    NO_CANDIDATE = Code.FAILED_PRECONDITION, "No canary or shadow is running."
    TRIAL_MISSING = Code.FAILED_PRECONDITION, "This version must pass a trial first."
    TRIAL_FAILED = Code.FAILED_PRECONDITION, "This version failed its trial. See `errors`."
    EVALUATION_MISSING = (
        Code.FAILED_PRECONDITION,
        "The model card lacks the evaluation it would be compared on.",
    )
    METRICS_WORSE = (
        Code.FAILED_PRECONDITION,
        "This version is worse than the live one. See `errors`.",
    )
