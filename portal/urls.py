"""Every HTTP route of the site."""

from django.urls import path
from django.views.generic import RedirectView

from portal.dashboard import selftest_views as selftest
from portal.dashboard import views as dashboard
from portal.docs import doors as examples
from portal.docs import machines
from portal.docs import views as docs
from portal.docs.book import views as book
from portal.docs.journal import views as journal
from portal.docs.reference import views as reference
from portal.docs.search import views as search
from portal.docs.sitemap import sitemap
from portal.library import views as library
from portal.operating import views as operating
from portal.runs import doors, pages, plain_views
from portal.runs import share_views as shares
from portal.runs import views as runs
from portal.runs.playground import playground
from portal.team import admin_views as admin
from portal.team import people_views as people
from portal.team import usage_views as usage
from portal.team import views as team
from portal.team.audiences import Audience, open_to
from portal.team.second import passkey_views as passkeys
from portal.team.second import views as second
from portal.team.sign_on import views as sign_on

# Routes are grouped by whom they are for; with PORTAL_ACCESS=solo everybody is everybody.
urlpatterns = [
    *open_to(
        Audience.ANYBODY,
        path("robots.txt", machines.robots, name="robots"),
        path("favicon.ico", machines.icon),
        path("healthz", runs.healthz, name="healthz"),
        path("readyz", runs.readyz, name="readyz"),
        path("selftest/echo", selftest.echo),
        path("sign-in/", team.sign_in, name="sign-in"),
        path("sign-in/second/", second.step),
        path("sign-in/second/passkey/options", passkeys.ask_to_show),
        path("sign-in/second/passkey", passkeys.show),
        path("sign-on/<str:name>/", sign_on.begin),
        path("sign-on/<str:name>/back", sign_on.back),
        path("setup/<str:token>/", team.setup),
        path("invitation/<str:token>/", team.invitation),
        path("reset/<str:token>/", team.reset),
    ),
    *open_to(
        Audience.READERS,
        path("", dashboard.home, name="home"),
        path("live/", dashboard.live),
        path("docs/", docs.all_documents, name="documents"),
        path("docs/index/", docs.index, name="index"),
        path("docs/<path:path>.md", machines.markdown, name="markdown"),
        path("docs/<path:path>/", docs.page, name="page"),
        path("docs/<path:path>", docs.file_or_page),
        path("llms.txt", machines.llms, name="llms"),
        path("llms-full.txt", machines.llms_full, name="llms-full"),
        path("sitemap.xml", sitemap, name="sitemap"),
        path("reference/", reference.index, name="reference"),
        path("reference/<path:path>/", reference.page, name="reference-page"),
        path("search/", search.results, name="search"),
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
        path("runs/token", doors.token),
        path("runs/may", runs.may),
        path("playground/", playground, name="playground"),
        path("endpoints/", runs.endpoints, name="endpoints"),
        path("shared/<str:token>/log", shares.shared_log),
        path("shared/<str:token>/", shares.shared, name="shared"),
        path("examples/read", examples.read),
        path("examples/snippets", examples.snippets),
        path("upstreams/", dashboard.upstreams, name="upstreams"),
        path("models/", runs.models, name="models"),
        path("models/choice", runs.choice),
        path("selftest", selftest.page, name="selftest"),
        path("selftest/words", selftest.words),
        # Addresses of the docs server mindX had before.
        path("doc/<path:path>", docs.older_address),
        path("docs.html", RedirectView.as_view(url="/docs/", permanent=True)),
        path("redoc", RedirectView.as_view(url="/reference/", permanent=True)),
    ),
    *open_to(
        Audience.PEOPLE,
        path("runs/", pages.runs, name="runs"),
        path("runs/new/", plain_views.form),
        path("runs/delete", doors.delete_several),
        path("runs/<str:run_id>/log", doors.log),
        path("runs/<str:run_id>/events", doors.events),
        path("runs/<str:run_id>/cancel", doors.cancel),
        path("runs/<str:run_id>/delete", doors.delete),
        path("runs/<str:run_id>/again", doors.again),
        path("runs/<str:run_id>/share", shares.share),
        path("runs/<str:run_id>/unshare", shares.unshare),
        path("runs/<str:run_id>/", pages.run, name="run"),
        path("shared/", shares.links, name="links"),
        path("shared/<str:token>/take-back", shares.take_back),
        path("shared/<str:token>/comments", shares.comment),
        path("comments/<int:comment>/edit", shares.change_comment),
        path("comments/<int:comment>/delete", shares.delete_comment),
        path("library/", library.library, name="library"),
        path("library/<int:saved>/", library.saved, name="saved"),
        path("library/<int:saved>/edit", library.edit),
        path("library/<int:saved>/delete", library.delete),
        path("account/", team.account, name="account"),
        path("account/password", team.password),
        path("account/identities/<str:name>/link", sign_on.add),
        path("account/identities/<int:identity>/unlink", sign_on.remove),
        path("account/second-factor/", second.setup),
        path("account/second-factor/codes", second.codes),
        path("account/second-factor/remove", second.remove),
        path("account/passkeys/options", passkeys.ask_to_make),
        path("account/passkeys", passkeys.make),
        path("account/passkeys/<int:passkey>/remove", passkeys.remove),
        path("sign-out", team.sign_out),
        path("sign-out/everywhere", team.sign_out_everywhere),
    ),
    *open_to(
        Audience.ADMINISTRATORS,
        path("people/", people.people, name="people"),
        path("people/invite", people.invite),
        path("people/invitations/<int:invitation>/take-back", people.take_back),
        path("people/grants", people.give),
        path("people/grants/<int:grant>/take-back", people.take_away),
        path("people/<str:handle>/role", people.role),
        path("people/<str:handle>/groups", people.groups),
        path("people/<str:handle>/password/reset", people.reset_password),
        path("people/<str:handle>/second-factor/reset", people.reset_factor),
        path("people/<str:handle>/suspend", people.suspend),
        path("people/<str:handle>/restore", people.restore),
        path("audit/", people.audit, name="audit"),
        path("usage/", usage.usage, name="usage"),
        path("admin/", admin.index),
        path("admin/<path:path>", admin.page),
    ),
    *open_to(Audience.OPERATORS, path("metrics", operating.metrics)),
]
handler400 = "portal.misasked.bad_request"
handler404 = "portal.docs.views.not_found"
