"""What one run of the harness is told: everything that tells one sample from another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from tests.harness import script

ROOT = "/srv/harness"
"""Where the imaginary machine keeps its fixtures and runs."""

LOCAL = ("openrouter", "lab/echo-1")
"""A local Case-compatible pair, reached through the harness's loopback gateway."""

HOSTED = ("anthropic", "claude-sonnet-4-6")
"""An external pair, reached directly."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict a run deserves.

    `topics` are the topics of the rulings that are violated or unproven with the effect `fail` or `block`.
    """

    decision: Literal["pass", "blocked", "fail"]
    supports_stage2_pass: bool
    model_grade: str | None
    topics: list[str]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    `record` is the authority's content (None: there is none). `config` replaces the generated configuration's models.
    `believes` is the admission status that the harness acts on where it does not judge the record properly itself.
    `credential` is what the child really gets as its provider key (never recorded by the harness itself).
    `observed` says which of the harness's hooks work. `claims` overwrites fields of the report before it is sealed;
    `tamper` is let loose on the finished run directory.
    """

    name: str
    expected: Expected
    pid: int
    started: str = "2026-07-02T08:15:00Z"
    case_id: str = "r2-tide-clock"
    engine: Literal["case", "fake"] = "case"
    pair: tuple[str, str] = HOSTED
    record: dict[str, Any] | bytes | None = None
    believes: str | None = None
    config: dict[str, Any] | None = None
    flags: tuple[str, ...] = ()
    env: dict[str, str] = {}
    profile: str = "tiny"
    script: list[script.Step] = msgspec.field(default_factory=script.tiny)
    served: dict[str, str] = {}
    gateway: bool = False
    observed: frozenset[str] = frozenset({"dispatch", "response", "tool"})
    stall_at: int | None = None
    first_sequence: int = 1
    credential: str = "lab-credential"
    claims: dict[str, Any] = {}
    tamper: Callable[[Path], None] | None = None

    @property
    def run_id(self) -> str:
        """The run's name: time, case and process id."""
        stamp = self.started.replace("-", "").replace(":", "").replace("Z", "")
        return f"{stamp}Z-{self.case_id}-{self.pid}"
