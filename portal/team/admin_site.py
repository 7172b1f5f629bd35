"""The tables of people as Django's admin shows them: without hashes, keys or what somebody wrote, and to read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.forms import Media
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver

from portal.team.identity import reader_in
from portal.team.models import Authenticator, Event, Grant, Group, Identity, Invitation, Passkey, Person, Use
from portal.team.roles import is_at_least

# Pages of the admin that are about accounts of Django's own, or that change something.
_NOT_HERE = {"login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n", "view_on_site"}


class Site(admin.AdminSite):
    """An admin whose people are the portal's."""

    site_header = site_title = "Records"
    index_title = "What is kept"
    site_url = "/account/"
    index_template = "team/admin/index.html"
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators alone; the route says so as well."""
        return is_at_least(reader_in(getattr(request, "scope", {})).role, "administrator")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """As Django has them, without those that are not for here."""
        return [one for one in super().get_urls() if getattr(one, "name", None) not in _NOT_HERE]


site = Site()


if TYPE_CHECKING:
    Table = admin.ModelAdmin[Any]
else:
    Table = admin.ModelAdmin


class Shown(Table):
    """A table to look at. `shown` are its fields, in lists and alone."""

    shown: tuple[str, ...] = ()
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    change_form_template = "team/admin/row.html"
    media = Media()  # scripts for changing things

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The fields as columns."""
        return self.shown

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The same of one row."""
        return self.shown

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """To choose rows by what is shown alone: what is not could be guessed letter by letter from which rows there are."""
        return lookup.partition("__")[0] in self.shown and super().lookup_allowed(lookup, value, request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever is here at all may look."""
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


def _of_lists_alone(_table: Shown, _request: HttpRequest, obj: Model | None = None) -> bool:
    return obj is None


def show(
    model: type[Model], *shown: str, search: tuple[str, ...] = (), by: tuple[str, ...] = (), latest: str = "", alone: bool = True
) -> None:
    """Let the admin show these fields of a table; `search` and `by` are how rows are found, `latest` what they are sorted by.

    Where a row's number is a secret it is not shown `alone`, at an address that would tell it.
    """
    about: dict[str, Any] = {"shown": shown, "search_fields": search, "list_filter": by, "ordering": None}
    if not alone:
        about |= {"list_display_links": None, "has_view_permission": _of_lists_alone}
    if latest:
        about["ordering"] = (f"-{latest}",)
    site.register(model, type(f"{model.__name__}Shown", (Shown,), about))


show(Person, "handle", "name", "role", "created", "last_login", "suspended", search=("handle", "name"), by=("role",))
show(Group, "name")
show(Grant, "person", "group", "model", "upstream", search=("model",))
show(Identity, "person", "provider", "issuer", "subject", "email", "created", search=("email", "subject"), by=("provider",))
show(Authenticator, "person", "created")
show(Passkey, "person", "name", "count", "created")
show(Invitation, "role", "note", "by", "created", "ends", "used", "of_setup", by=("role",), latest="created")
show(Use, "handle", "what", "upstream", "model", "page", "began", "ended", "tokens", "outcome", "ttft_ms",
     search=("handle", "model"), by=("outcome", "upstream"), latest="began")  # fmt: skip
show(Event, "at", "actor", "what", "about", "detail", "address", search=("actor", "about"), by=("what",), latest="at")
