"""One run as one HTML page: self-contained, readable on a phone and in print, and deaf to whatever the run wrote.

`run_page` makes the page of a verdict. The static site of a sweep uses the same `environment` for its own pages.
"""

from auditor.emit.page.environment import Asset, environment
from auditor.emit.page.run import Context, run_page

__all__ = ["Asset", "Context", "environment", "run_page"]
