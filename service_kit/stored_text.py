"""Text that PostgreSQL can be asked for."""


def without_nul(text: str) -> str:
    """The same without NUL, which PostgreSQL refuses and nothing stored holds."""
    return text.replace("\0", "\ufffd")
