"""Every HTTP route of the site."""

from django.urls import path

from portal.dashboard import views as dashboard
from portal.docs import views as docs
from portal.docs.book import views as book
from portal.docs.journal import views as journal
from portal.runs import views as runs

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("docs/", docs.all_documents, name="documents"),
    path("docs/<path:path>/", docs.page, name="page"),
    path("book/", book.contents, name="book"),
    path("book/print/", book.whole),
    path("book/editions/", book.editions),
    path("book/editions/<str:edition>/", book.contents),
    path("book/editions/<str:edition>/print/", book.whole),
    path("book/editions/<str:edition>/<str:name>/", book.chapter),
    path("book/compare/", book.choose),
    path("book/compare/<str:old>/<str:new>/", book.compared),
    path("book/compare/<str:old>/<str:new>/<str:name>/", book.compared_chapter),
    path("book/<str:name>/", book.chapter),
    path("journal/", journal.home, name="journal"),
    path("journal/feed.xml", journal.feed),
    path("journal/<int:year>/", journal.home),
    path("journal/<int:year>/<int:month>/", journal.month),
    path("journal/<int:year>/<int:month>/<str:name>/", journal.entry),
    path("models/", runs.models, name="models"),
    path("healthz", runs.healthz, name="healthz"),
]
handler404 = "portal.docs.views.missing"
