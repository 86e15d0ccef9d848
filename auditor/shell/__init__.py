"""What files does an agent's tool call touch? A reading of shell commands and path arguments against the fixture copy.

`references` judges a shell command, `outside` a tool's own path argument, `suspects` sieves commands before the copy's
place is known.
"""

from __future__ import annotations

from auditor.shell.paths import Reference, outside
from auditor.shell.references import references
from auditor.shell.suspects import suspects

__all__ = ["Reference", "outside", "references", "suspects"]
