"""What a follower says of a failure: never nothing."""


def reason_of(failure: Exception) -> str:
    """The failure's own words; a deadline that has passed has none."""
    if isinstance(failure, TimeoutError) and not str(failure):
        return "it gave no answer in time"
    return str(failure) or type(failure).__name__
