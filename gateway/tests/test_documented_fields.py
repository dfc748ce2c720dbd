"""Who may change which field of an account, as docs/security.md says ("Fields")."""

from typing import Any

import pytest

from dermis.auth.v1 import auth_pb2
from gateway.schemas.accounts import ProfileChange
from gateway.schemas.admin import UserChange
from gateway.tests.conftest import Gateway, bearer

BY_ADMINISTRATORS = {"role", "clinic_id", "active", "require_two_factor", "owns_clinic"}
# The password proves who asks; it is not changed.
BY_OWNERS = {"full_name", "email", "reminders", "current_password"}


def test_an_administrators_body_and_its_message_have_the_documented_fields_alone() -> None:
    assert set(UserChange.model_fields) == BY_ADMINISTRATORS
    assert set(auth_pb2.UpdateUserRequest.DESCRIPTOR.fields_by_name) == {
        "user_id", *BY_ADMINISTRATORS
    }  # fmt: skip


def test_an_owners_body_and_its_message_have_the_documented_fields_alone() -> None:
    assert set(ProfileChange.model_fields) == BY_OWNERS
    assert set(auth_pb2.UpdateMeRequest.DESCRIPTOR.fields_by_name) == BY_OWNERS


@pytest.mark.parametrize(
    "body",
    [
        {"password": "eleven-pears-under-snow"},
        {"full_name": "Somebody Else"},
        {"email": "else@clinic.example"},
        {"two_factor_enabled": False},
        {"secret": "JBSWY3DPEHPK3PXP"},
    ],
)
async def test_an_administrator_sets_no_password_name_address_or_factor(
    gateway: Gateway, body: dict[str, Any]
) -> None:
    answer = await gateway.http.patch(
        "/api/admin/users/u-1", json={"active": True} | body, headers=bearer("admin")
    )
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")
    assert gateway.auth.count("UpdateUser") == 0


@pytest.mark.parametrize(
    "body", [{"role": "admin"}, {"clinic_id": "c-2"}, {"active": True}, {"id": "u-2"}]
)
async def test_nobody_sets_their_own_role_clinic_or_state(
    gateway: Gateway, body: dict[str, Any]
) -> None:
    answer = await gateway.http.put(
        "/api/users/me", json={"full_name": "Ada Byron"} | body, headers=bearer()
    )
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")
    assert gateway.auth.count("UpdateMe") == 0
