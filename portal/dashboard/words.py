"""Times and sizes as the dashboard says them."""

from __future__ import annotations

from datetime import datetime, timedelta

_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")
# A model that is kept for good is given a date centuries away.
_FOR_GOOD = timedelta(days=3650)


def span_text(span: timedelta) -> str:
    """How long, in its largest unit: “4 min”."""
    seconds = max(0, round(span.total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def ago_text(when: datetime, now: datetime) -> str:
    """How long since: “4 min ago”."""
    span = now - when
    return "just now" if span < timedelta(seconds=60) else f"{span_text(span)} ago"


def stay_text(until: datetime | None, now: datetime) -> str:
    """How long a model stays in memory."""
    if until is None:
        return ""
    left = until - now
    if left > _FOR_GOOD:
        return "for good"
    return f"for {span_text(left)}" if left > timedelta(0) else "leaving"


def size_text(size: int) -> str:
    """Bytes in powers of a thousand, as `ollama list` has them."""
    value, at = float(size), 0
    while value >= 999.5 and at < len(_SIZES) - 1:
        value, at = value / 1000, at + 1
    return f"{value:.0f} {_SIZES[at]}" if at == 0 or value >= 100 else f"{value:.1f} {_SIZES[at]}"


def time_text(milliseconds: float | None) -> str:
    """Milliseconds as ms or s; "" where it is not known."""
    if milliseconds is None:
        return ""
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.2g} s"
