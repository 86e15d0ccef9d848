"""The static site of a sweep: an overview of every run, and a page for each, to be opened from a disk or any web server.

`write_site` makes it from a verdict store and needs nothing else. It holds no script from elsewhere, asks no network, and
is written again only where a verdict has changed.
"""

from auditor.site.findings import Findings, Gate
from auditor.site.write import Written, check_site, write_site

__all__ = ["Findings", "Gate", "Written", "check_site", "write_site"]
