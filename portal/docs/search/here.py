"""Search over the doc set of this site, for the doors."""

from django.conf import settings

from portal.docs.search.index import folder_for
from portal.docs.search.searching import Search
from portal.docs.search.upkeep import Upkeep

upkeep = Upkeep(settings.PORTAL_DOCS_ROOT, folder_for(settings.PORTAL_DOCS_ROOT, settings.PORTAL_DATA))
search = Search(upkeep.folder, on_damage=upkeep.rebuild)
