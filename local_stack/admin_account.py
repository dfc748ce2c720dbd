"""The administrator account of a local system: created once, with its own password."""

import json
import secrets
from dataclasses import asdict, dataclass

from local_stack.stack import Stack
from service_kit.files import write_private_json

EMAIL = "admin@dermis.example"


@dataclass(frozen=True, slots=True)
class Administrator:
    """The administrator's first sign-in; it also sets up the second factor."""

    email: str
    password: str


async def admin_account(stack: Stack) -> Administrator:
    """The administrator of a running stack, created at the first start.

    Raises:
        NotReady: auth_service could not create the account.
    """
    path = stack.folder / "admin_sign_in.json"
    if path.exists():
        return Administrator(**json.loads(path.read_text()))
    made = Administrator(EMAIL, secrets.token_urlsafe(18))
    await stack.create_admin(made.email, made.password)
    write_private_json(path, asdict(made))
    return made
