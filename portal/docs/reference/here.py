"""The reference of this site, for the doors."""

from django.conf import settings

from portal.docs.here import catalogue, press
from portal.docs.reference.library import Reference

reference = Reference(catalogue, source_url=settings.PORTAL_SOURCE_URL, press=press)
