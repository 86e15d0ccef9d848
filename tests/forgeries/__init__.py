"""A library of forgeries: sound runs with one thing changed, and the verdict each deserves."""

from tests.forgeries import (
    admission,
    baseline,
    clean,
    command,
    copies,
    digest,
    elsewhere,
    fake,
    gate,
    hostile,
    model,
    network,
    report,
    secret,
    timeline,
    writes,
)
from tests.forgeries.kit import FORGERIES, Forgery, Scene

__all__ = [
    "FORGERIES",
    "Forgery",
    "Scene",
    "admission",
    "baseline",
    "clean",
    "command",
    "copies",
    "digest",
    "elsewhere",
    "fake",
    "gate",
    "hostile",
    "model",
    "network",
    "report",
    "secret",
    "timeline",
    "writes",
]
