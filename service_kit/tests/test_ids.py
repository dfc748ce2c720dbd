import time
from datetime import UTC, datetime, timedelta

from service_kit.ids import earliest_id, new_id


def test_the_earliest_identifier_of_a_moment_bounds_what_was_made_from_then_on() -> None:
    before = new_id()
    time.sleep(0.005)
    moment = datetime.now(UTC)
    assert before < earliest_id(moment) <= new_id()
    assert earliest_id(moment) < earliest_id(moment + timedelta(milliseconds=1))
