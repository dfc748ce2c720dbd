"""The administrator of a local system: made once, with a password of its own."""

import json
import secrets
from dataclasses import asdict, dataclass

from local_stack.stack import Stack
from service_kit.files import write_private_json

EMAIL = "admin@dermis.example"


@dataclass(frozen=True, slots=True)
class Administrator:
    """How the administrator signs in for the first time; the second factor is set up then."""

    email: str
    password: str


async def admin_account(stack: Stack) -> Administrator:
    """The administrator of a running stack, made at the first start.

    Raises:
        NotReady: auth_service could not make the account.
    """
    path = stack.folder / "admin_sign_in.json"
    if path.exists():
        return Administrator(**json.loads(path.read_text()))
    made = Administrator(EMAIL, secrets.token_urlsafe(18))
    await stack.create_admin(made.email, made.password)
    write_private_json(path, asdict(made))
    return made
