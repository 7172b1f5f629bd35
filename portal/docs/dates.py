"""Dates as people write them in headings and file names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ZONE = r"(?:[ \t]?(?P<zone>utc|gmt|z\b|[+-]\d{2}:?\d{2}(?!\d)))?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?!\d)"
_DIGITS = r"(?P<hour{0}>\d{{2}})(?P<minute{0}>\d{{2}})(?P<second{0}>\d{{2}})?(?!\d)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d)(?P<year>\d{{4}})(?P<mark>[-/._])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})(?!\d)"
        rf"(?:(?:T|,?[ \t]+(?:at[ \t]+)?){_CLOCK}{_ZONE}|[T_-]{_DIGITS.format(2)})?",
        rf"(?<!\d)(?P<year>(?:19|20)\d{{2}})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
        rf"(?:[T_-]?{_DIGITS.format(2)}|(?!\d))",
        rf"(?<![\d.])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?[ \t]+{_MONTH},?[ \t]+(?P<year>\d{{4}})(?!\d)"
        rf"(?:,?[ \t]+(?:at[ \t]+)?{_CLOCK}{_ZONE})?",
        rf"\b{_MONTH}[ \t]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[ \t]+(?P<year>\d{{4}})(?!\d)"
        rf"(?:,?[ \t]+(?:at[ \t]+)?{_CLOCK}{_ZONE})?",
    )
)


@dataclass(frozen=True, slots=True)
class Written:
    """A date found in a text at `start:end`. `when` is in UTC, midnight where no time is given; None: no such day."""

    when: datetime | None
    has_time: bool
    start: int
    end: int

    def rest_of(self, text: str) -> str:
        """The text without the date and the marks that set it off."""
        before, after = text[: self.start], text[self.end :]
        if before.rstrip().endswith(("[", "(")) and after.lstrip().startswith(("]", ")")):
            before, after = before.rstrip()[:-1], after.lstrip()[1:]
        before = _WEEKDAY.sub("", before.rstrip(_SETTING_OFF))
        return " ".join(f"{before} {after.lstrip(_SETTING_OFF)}".split())


_SETTING_OFF = " \t-–—:·|,_/"
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\Z", re.IGNORECASE)


def find_date(text: str) -> Written | None:
    """The first full date in `text`, with the time of day where one follows it; UTC unless the text says otherwise."""
    found = min((hit for form in _FORMS if (hit := form.search(text))), key=re.Match.start, default=None)
    if found is None:
        return None
    parts = found.groupdict()
    hour, minute, second = (int(parts.get(name) or parts.get(name + "2") or 0) for name in ("hour", "minute", "second"))
    has_time = any(parts.get(name) for name in ("hour", "hour2"))
    if hour > 23 or minute > 59 or second > 59:
        end = found.start("hour") if parts.get("hour") else found.start("hour2")
        return Written(_moment(parts, time()), False, found.start(), len(text[:end].rstrip(_SETTING_OFF + "T")))
    return Written(_moment(parts, time(hour, minute, second)), has_time, found.start(), found.end())


def _moment(parts: dict[str, str | None], clock: time) -> datetime | None:
    month = parts.get("month") or _MONTHS.index((parts.get("name") or "")[:3].lower()) + 1
    try:
        day = date(int(parts["year"] or 0), int(month), int(parts["day"] or 0))
        return datetime.combine(day, clock, _zone(parts)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(parts: dict[str, str | None]) -> timezone:
    written = (parts.get("zone") or "").replace(":", "")
    if not written.startswith(("+", "-")):
        return UTC
    ahead = timedelta(hours=int(written[1:3]), minutes=int(written[3:5]))
    return timezone(-ahead if written[0] == "-" else ahead)
