"""Dates as people type them into a search, in English and German."""

import re
from datetime import date, timedelta

from patient_service.fields.calendar_dates import EARLIEST
from service_kit.clock import now

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar", "feb february februar", "mar march marz maerz mrz",
            "apr april", "may mai", "jun june juni", "jul july juli", "aug august",
            "sep sept september", "oct october okt oktober", "nov november",
            "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAME = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_PATTERNS = {
    "year first": re.compile(r"(?<!\d)(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?!\d)"),
    "year last": re.compile(r"(?<!\d)(\d{1,2})([-./])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)"),
    "day and name": re.compile(rf"(?<!\d)(\d{{1,2}})\.?\s*{_NAME}\b\.?,?\s*(\d{{4}})(?!\d)"),
    "name and day": re.compile(rf"\b{_NAME}\.?\s*(\d{{1,2}}),?\s+(\d{{4}})(?!\d)"),
}


def take_dates(key: str) -> tuple[list[tuple[str, set[date]]], str]:
    """The dates in a search, each with the days it may mean, and what else was typed.

    Both 3 April and 4 March are meant by 03/04/1961, since a search doesn't know its reader's
    country. A date that no patient can have been born on is left where it stands.

    Args:
        key: the search without case and accents.

    >>> take_dates("renee 30.04.1961")
    ([('30.04.1961', {datetime.date(1961, 4, 30)})], 'renee  ')
    """
    found = []
    for order, pattern in _PATTERNS.items():
        for match in list(pattern.finditer(key)):
            if days := {day for day in _readings(order, match) if day is not None}:
                found.append((match.group(), days))
                key = key.replace(match.group(), " ", 1)
    return found, key


def _readings(order: str, match: re.Match[str]) -> list[date | None]:
    match order, match.groups():
        case "year first", (year, _, month, day):
            return [_day(year, month, day)]
        case "year last", (first, _, second, year):
            years = [year] if len(year) == 4 else [f"19{year}", f"20{year}"]
            return [
                _day(full, *numbers)
                for full in years
                for numbers in ((second, first), (first, second))
            ]
        case "day and name", (day, name, year):
            return [_day(year, str(_MONTHS[name]), day)]
        case _, (name, day, year):
            return [_day(year, str(_MONTHS[name]), day)]
    return []


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if EARLIEST <= found <= now().date() + timedelta(days=1) else None
