"""Importing this loads what every worker process needs: rules, policy, patterns and their compiled database.

The processes of a pool are parted from one that has imported it, so that it is loaded once a sweep, and a process that
takes the place of a dead one is ready at once.
"""

from __future__ import annotations

import contextlib

from auditor import policy, ruleset, sources
from auditor.audit import rules_allow
from auditor.engines import rules_engine
from auditor.errors import OperatorError
from auditor.sweep import worker

__all__ = ["worker"]

with contextlib.suppress(OperatorError):  # each worker meets the same fault again, and says what it is
    ruleset.load()
    policy.load()
    sources.fact_kinds()
    rules_allow()
    rules_engine().accelerate()
