"""Who may do what, as a page: `python -m gateway.documents.permissions > docs/permissions.md`.

Made from the contracts' options and the routes' own permissions, so it can't disagree with what
is enforced; a test compares the page with the code.
"""

import sys
from collections.abc import Iterable, Iterator

from google.protobuf.descriptor import FileDescriptor

from dermis.auth.v1 import auth_pb2
from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2
from gateway.api import described_api
from gateway.routers.guards import route_permissions
from service_kit.principal import Permission, granted_permissions, method_permission

ROLES = (
    access_pb2.ROLE_CLINICIAN,
    access_pb2.ROLE_ML_ENGINEER,
    access_pb2.ROLE_ADMIN,
    access_pb2.ROLE_SERVICE,
)
_HEAD = """# Who may do what

Made by `python -m gateway.documents.permissions > docs/permissions.md` from
`protos/dermis/options/v1/access.proto` and the code; a test fails when it is out of date.

A call is refused unless its route and its RPC both name a permission that the caller's role
grants. What is public is open to anyone. Patients' data is also bound to the caller's clinic, by
row-level security in the database.
"""


def page() -> str:
    """The page as Markdown."""
    routes = route_permissions(described_api())
    return "\n".join(
        [
            _HEAD,
            "## Routes\n",
            *_table((f"`{route}`", named) for route, named in sorted(routes.items(), key=_by_path)),
            "\n## RPCs\n",
            *_table(_methods(auth_pb2.DESCRIPTOR)),
            *_rows(_methods(patient_pb2.DESCRIPTOR)),
            "",
        ]
    )


def _by_path(entry: tuple[str, object]) -> tuple[str, str]:
    method, _, path = entry[0].partition(" ")
    return path, method


def _methods(contract: FileDescriptor) -> Iterator[tuple[str, Permission]]:
    for service in contract.services_by_name.values():
        for method in service.methods:
            named = method_permission(f"/{service.full_name}/{method.name}")
            yield f"`{service.full_name}/{method.name}`", named


def _table(operations: Iterable[tuple[str, Permission | None]]) -> Iterator[str]:
    names = [_name(access_pb2.Role.Name(role), "ROLE_") for role in ROLES]
    yield f"| operation | permission | {' | '.join(names)} |"
    yield f"| --- | --- |{' :-: |' * len(ROLES)}"
    yield from _rows(operations)


def _rows(operations: Iterable[tuple[str, Permission | None]]) -> Iterator[str]:
    for operation, named in operations:
        permission = named or access_pb2.PERMISSION_UNSPECIFIED
        is_public = permission == access_pb2.PERMISSION_PUBLIC
        marks = [
            "✓" if is_public or permission in granted_permissions(role) else "" for role in ROLES
        ]
        name = _name(access_pb2.Permission.Name(permission), "PERMISSION_")
        yield f"| {operation} | {name} | {' | '.join(marks)} |"


def _name(value: str, prefix: str) -> str:
    return value.removeprefix(prefix).lower().replace("_", " ")


if __name__ == "__main__":
    sys.stdout.write(page())
