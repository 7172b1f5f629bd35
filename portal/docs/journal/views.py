"""The HTTP doors to the journal."""

from __future__ import annotations

import asyncio
from itertools import groupby
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render

from portal.docs.here import catalogue, library
from portal.docs.journal import feed as atom
from portal.docs.journal.charts import chart_all, chart_month
from portal.docs.journal.entries import Entry
from portal.docs.journal.filtering import Question, choose, count_kinds, show
from portal.docs.journal.parts import Part, divide, read_part
from portal.docs.journal.reading import Journal, Reader
from portal.docs.passages import Passages
from portal.docs.surroundings import crumbs_of
from portal.docs.unreadable import says_when_unreadable
from portal.docs.views import missing

reader = Reader(catalogue, Passages(library))
_says_so = says_when_unreadable("Improvement Journal")

ROWS_A_PAGE = 60
_LONGEST_QUESTION = 200


@_says_so
async def home(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The journal's newest entries, or those a reader asks for, each as one line or two."""
    journal = await asyncio.to_thread(reader.read)
    if year is not None and not any(month[0] == year for month in (journal.months if journal else ())):
        return await missing(request)
    if journal is None or not journal.entries:
        return _empty(request, journal)
    question = Question(request.GET.get("q", "").strip()[:_LONGEST_QUESTION], request.GET.get("kind", ""), year)
    return render(request, "journal/home.html", await asyncio.to_thread(_home, request, journal, question))


def _home(request: HttpRequest, journal: Journal, question: Question) -> dict[str, object]:
    within = choose(journal.entries, Question(year=question.year))
    chosen = choose(within, question)
    part = divide(chosen, read_part(request.GET.get("page", "")), most=ROWS_A_PAGE, most_text=None)
    rows = [show(entry, question) for entry in part.entries]
    asked = {name: value for name, value in (("q", question.text), ("kind", question.kind)) if value}
    return _around(journal) | {
        "question": question,
        "part": part,
        "days": [(day, list(found)) for day, found in groupby(rows, key=lambda row: row.entry.when.date())],
        "kinds": count_kinds(within),
        "chart": chart_all(chosen),
        "preface": "" if question or question.year else reader.preface(journal),
        "pages": _addresses(part, asked),
    }


@_says_so
async def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """The entries of a month in full, in parts where they are many."""
    journal = await asyncio.to_thread(reader.read)
    entries = journal.months.get((year, month)) if journal else None
    if journal is None or entries is None:
        return await missing(request)
    if request.path != (address := _address_of(year, month)):
        return HttpResponsePermanentRedirect(address)
    return render(request, "journal/month.html", await asyncio.to_thread(_month, request, journal, (year, month)))


def _month(request: HttpRequest, journal: Journal, at: tuple[int, int]) -> dict[str, object]:
    entries = journal.months[at]
    part = divide(entries, read_part(request.GET.get("page", "")))
    order = sorted(journal.months)
    place = order.index(at)
    return _around(journal) | {
        "month": at,
        "when": entries[0].when,
        "part": part,
        "shown": [(entry, reader.draw(entry, top=3, prefix=f"{entry.name}-")) for entry in part.entries],
        "chart": chart_month(entries, *at),
        "kinds": count_kinds(entries),
        "older": _link(order[place - 1]) if place else None,
        "newer": _link(order[place + 1]) if place + 1 < len(order) else None,
        "pages": _addresses(part, {}),
    }


@_says_so
async def entry(request: HttpRequest, year: int, month: int, name: str) -> HttpResponse:
    """One entry, at the address that stays its own."""
    journal = await asyncio.to_thread(reader.read)
    if journal is None:
        return await missing(request)
    key = f"{year:04}-{month:02}-{name}"
    found = journal.by_name.get(key)
    if found is None:
        # Its title may have been edited: where one entry alone has that minute, it is the one that was meant.
        alike = [other for other in journal.months.get((year, month), ()) if _is_of_minute(other, key)]
        return HttpResponseRedirect(quote(alike[0].url)) if len(alike) == 1 else await missing(request)
    if request.path != found.url:
        return HttpResponsePermanentRedirect(quote(found.url))
    html = await asyncio.to_thread(reader.draw, found, top=2)
    newer, older = journal.around(found)
    trail = [(journal.title, "/journal/"), (f"{found.when:%B %Y}", _address_of(year, month)), (found.title, request.path)]
    crumbs = crumbs_of(trail, request.build_absolute_uri)
    context = {"entry": found, "html": html, "newer": newer, "older": older, "when": found.when, "crumbs": crumbs}
    return render(request, "journal/entry.html", _around(journal) | context | {"month": (year, month)})


def _is_of_minute(entry: Entry, key: str) -> bool:
    length = len("2026-11-23-1839-" if entry.has_time else "2026-11-23-")
    return entry.name[:length] == key[:length]


@_says_so
async def feed(request: HttpRequest) -> HttpResponse:
    """The newest entries as an Atom feed, and the older ones on its further pages."""
    journal = await asyncio.to_thread(reader.read)
    base = request.build_absolute_uri("/").rstrip("/")
    entries = journal.entries if journal else ()
    part = divide(entries, read_part(request.GET.get("page", "")), most=atom.ENTRIES_A_PAGE, most_text=None)
    body = await asyncio.to_thread(
        atom.write_feed,
        part,
        title=journal.title if journal else "Journal",
        site=settings.PORTAL_TITLE,
        base=base,
        draw=lambda entry: reader.draw(entry, top=2, base=base),
    )
    return HttpResponse(body, content_type=atom.CONTENT_TYPE)


def _empty(request: HttpRequest, journal: Journal | None) -> HttpResponse:
    return render(request, "journal/empty.html", {"journal": journal, "root": catalogue.root.name})


def _around(journal: Journal) -> dict[str, object]:
    """What stands beside every page of the journal: its years and months."""
    years = [
        (year, [(_link(at), len(journal.months[at])) for at in months])
        for year, months in ((year, list(found)) for year, found in groupby(journal.months, key=lambda at: at[0]))
    ]
    return {"journal": journal, "years": years}


def _link(at: tuple[int, int]) -> dict[str, object]:
    return {"url": _address_of(*at), "at": at, "name": _MONTHS[at[1] - 1], "year": at[0]}


def _address_of(year: int, month: int) -> str:
    return f"/journal/{year:04}/{month:02}/"


def _addresses(part: Part, asked: dict[str, str]) -> list[tuple[int, str]]:
    return [(number, "?" + urlencode(asked | ({"page": str(number)} if number > 1 else {}))) for number in part.numbers]


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
