"""The limits of the gateway and of auth_service fit each other."""

from limits import parse

from auth_service.credentials import guesses
from auth_service.credentials.guesses import By, Guess
from auth_service.mail import mail_limits
from auth_service.settings import Settings
from gateway.settings import RATE_LIMITS


def test_the_gateway_stops_no_address_before_auth_service_does() -> None:
    for guess, name in ((Guess.PASSWORD, "login"), (Guess.CODE, "two-factor")):
        flood, narrowest = parse(RATE_LIMITS[name]), guesses.LIMITS[guess, By.ADDRESS][0]
        assert flood.get_expiry() == narrowest.window.total_seconds()
        assert flood.amount > narrowest.tries
    mails = mail_limits.by_address(Settings.model_fields["mails_per_hour_by_address"].default)
    for name in ("register", "forgot"):
        flood, narrowest = parse(RATE_LIMITS[name]), mails[0]
        assert flood.get_expiry() == narrowest.window.total_seconds()
        assert flood.amount > narrowest.tries
