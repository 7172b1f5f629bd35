"""The routes of Django's admin, which `portal.team.admin_views` answers by."""

from django.urls import path

import portal.library.admin_entries
import portal.runs.admin_records  # noqa: F401 - it adds its tables
from portal.team.admin_site import site

urlpatterns = [path("admin/", site.urls)]
