"""The doc set of this site, for the doors."""

from django.conf import settings

from portal.docs.catalogue import Catalogue
from portal.docs.library import Library
from portal.docs.references import References

catalogue = Catalogue(settings.PORTAL_DOCS_ROOT)
library = Library(catalogue, source_url=settings.PORTAL_SOURCE_URL)
references = References(settings.PORTAL_DOCS_ROOT)
