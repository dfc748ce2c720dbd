"""The personal sign-in of `dermis-model`, against a small gateway of our own seam."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from serving.cli import app

URL = "http://dermis.test"
# RFC 6238's own key, and what it gives at second 59 (appendix B, the last six digits).
SECRET, CODE = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082"


class Gateway:
    """Signs one account in, and answers the status of nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.bodies: list[Any] = []
        self.refresh = ""
        self.moods: set[str] = set()
        self.cookie = "__Secure-dermis_refresh"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api")
        self.asked.append(path)
        self.bodies.append(json.loads(request.content) if request.content else None)
        if "away" in self.moods:
            raise httpx.ConnectError("refused")
        return getattr(self, path.strip("/").replace("/", "_").replace("-", "_"))(request)

    def auth_login(self, _: httpx.Request) -> httpx.Response:
        if self.bodies[-1]["password"] != "right":
            return problem(401, "CREDENTIALS_INVALID", "The address or the password is wrong.")
        if "setup" in self.moods:
            found = {"status": "two_factor_setup_required", "enrolment_token": "e"}
        else:
            found = {"status": "two_factor_required", "challenge_token": "c"}
        return httpx.Response(200, json=found)

    def auth_verify_2fa(self, _: httpx.Request) -> httpx.Response:
        if self.bodies[-1]["code"] != CODE:
            return problem(401, "CODE_INVALID", "The code is wrong.")
        return self._tokens()

    def auth_refresh(self, request: httpx.Request) -> httpx.Response:
        sent = request.headers.get("cookie", "").split("; ")
        if f"{self.cookie}={self.refresh}" not in sent:
            return problem(401, "SIGN_IN_REQUIRED", "Sign in first.")
        return self._tokens()

    def auth_logout(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(204)

    def admin_models(self, request: httpx.Request) -> httpx.Response:
        if "expired" in self.moods:
            self.moods.remove("expired")
            return problem(401, "TOKEN_EXPIRED", "Sign in again.")
        assert request.headers["authorization"] == "Bearer access"
        return httpx.Response(200, json={"versions": [], "releases": []})

    def admin_serving(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"model": "lesion", "replicas": []})

    def _tokens(self) -> httpx.Response:
        self.refresh = f"r{len(self.asked)}"
        cookie = {"set-cookie": f"{self.cookie}={self.refresh}; HttpOnly; Path=/api/auth"}
        return httpx.Response(200, json={"access_token": "access"}, headers=cookie)


def problem(status: int, reason: str, detail: str) -> httpx.Response:
    return httpx.Response(status, json={"reason": reason, "detail": detail})


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Gateway:
    found = Gateway()

    def client(url: str) -> httpx.Client:
        return httpx.Client(base_url=f"{url}/api", transport=httpx.MockTransport(found))

    for module in ("account", "admin_api"):
        monkeypatch.setattr(f"serving.cli.{module}.open_http", client)
    monkeypatch.setattr("time.time", lambda: 59.0)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("DERMIS_URL", URL)
    for name, value in (("EMAIL", "ada@clinic.example"), ("PASSWORD", "right")):
        monkeypatch.setenv(f"DERMIS_{name}", value)
    monkeypatch.setenv("DERMIS_TOTP_SECRET", SECRET)
    return found


def status(*, fails: bool = False) -> Any:
    done = CliRunner().invoke(app, ["status", "--json"])
    assert (done.exit_code != 0) is fails, done.output
    return json.loads(done.stdout)


def test_a_second_command_goes_on_from_the_first_ones_session(gateway: Gateway) -> None:
    status()
    assert gateway.asked[:2] == ["/auth/login", "/auth/verify-2fa"]
    gateway.asked.clear()
    status()
    assert gateway.asked == ["/auth/refresh", "/admin/models", "/admin/serving"]


def test_a_secret_may_be_written_in_groups_as_apps_show_it(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [SECRET[start : start + 4].lower() for start in range(0, len(SECRET), 4)]
    monkeypatch.setenv("DERMIS_TOTP_SECRET", " ".join(groups))
    assert status()["replicas"] == []


def test_a_code_given_by_hand_is_used_as_it_is(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DERMIS_TOTP_SECRET")
    monkeypatch.setenv("DERMIS_CODE", CODE)
    assert status()["replicas"] == []


def test_a_session_that_is_over_is_replaced_by_a_new_one(gateway: Gateway) -> None:
    status()
    gateway.refresh = "another"
    status()
    assert gateway.asked[-4:-2] == ["/auth/login", "/auth/verify-2fa"]


def test_a_token_that_runs_out_during_a_command_is_renewed(gateway: Gateway) -> None:
    gateway.moods.add("expired")
    assert status()["model"] == "lesion"
    assert "/auth/refresh" in gateway.asked


def test_signing_out_forgets_the_session_here_and_there(gateway: Gateway, tmp_path: Path) -> None:
    status()
    assert CliRunner().invoke(app, ["sign-out"]).exit_code == 0
    assert gateway.asked[-1] == "/auth/logout"
    assert json.loads((tmp_path / "dermis" / "sign_in.json").read_text()) == {}


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("DERMIS_PASSWORD", "wrong", "CREDENTIALS_INVALID"),
        ("DERMIS_PASSWORD", "", "SIGN_IN_REQUIRED"),
        ("DERMIS_TOTP_SECRET", "!", "SECRET_INVALID"),
        ("DERMIS_TOTP_SECRET", "MFRGGZDFMZTWQ2LK", "CODE_INVALID"),
    ],
)
def test_a_refused_sign_in_is_told_with_its_reason(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert status(fails=True)["error"] == reason


def test_an_account_without_a_second_factor_is_told_how_to_get_one(gateway: Gateway) -> None:
    gateway.moods.add("setup")
    assert status(fails=True)["error"] == "TWO_FACTOR_SETUP_REQUIRED"


def test_a_dermis_that_is_away_does_not_cost_the_kept_session(
    gateway: Gateway, tmp_path: Path
) -> None:
    status()
    gateway.moods.add("away")
    assert status(fails=True)["error"] == "NOT_REACHABLE"
    gateway.moods.clear()
    gateway.asked.clear()
    status()
    assert gateway.asked[0] == "/auth/refresh"
