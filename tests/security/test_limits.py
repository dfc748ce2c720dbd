"""The limits of the gateway and of auth_service fit each other."""

from limits import parse

from auth_service import guesses, mail_limits
from auth_service.guesses import By, Guess
from gateway.settings import RATE_LIMITS


def test_the_gateway_stops_no_address_before_auth_service_does() -> None:
    for guess, name in ((Guess.PASSWORD, "login"), (Guess.CODE, "two-factor")):
        flood, narrowest = parse(RATE_LIMITS[name]), guesses.LIMITS[guess, By.ADDRESS][0]
        assert flood.get_expiry() == narrowest.window.total_seconds()
        assert flood.amount > narrowest.tries
    for name in ("register", "forgot"):
        flood, narrowest = parse(RATE_LIMITS[name]), mail_limits.BY_ADDRESS[0]
        assert flood.get_expiry() == narrowest.window.total_seconds()
        assert flood.amount > narrowest.tries
