"""Identity: accounts, sign-in, two-factor authentication, sessions and their audit."""
