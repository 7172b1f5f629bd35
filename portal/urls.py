"""Every HTTP route of the site."""

from django.urls import path

from portal.dashboard import views as dashboard
from portal.docs import views as docs
from portal.docs.search import views as search
from portal.runs import views as runs

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("docs/", docs.all_documents, name="documents"),
    path("docs/<path:path>/", docs.page, name="page"),
    path("search/", search.results, name="search"),
    path("models/", runs.models, name="models"),
    path("healthz", runs.healthz, name="healthz"),
]
handler404 = "portal.docs.views.missing"
