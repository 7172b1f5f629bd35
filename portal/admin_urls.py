"""The routes of Django's admin, which `portal.team.admin_views` answers by."""

from django.urls import path

import portal.runs.admin_records  # noqa: F401 - it adds its table
from portal.team.admin_site import site

urlpatterns = [path("admin/", site.urls)]
