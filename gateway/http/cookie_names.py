"""What our cookies are called."""

# Browsers take a cookie with this prefix only over HTTPS and only with `Secure`, so that no page
# served over plain HTTP can plant one. `__Host-` would forbid the path that keeps the refresh token
# away from all other routes.
_SECURE = "__Secure-"


def cookie_name(name: str, *, secure: bool) -> str:
    """The name as browsers know it.

    Args:
        name: without a prefix.
        secure: the cookie travels over HTTPS only.
    """
    return f"{_SECURE}{name}" if secure else name
