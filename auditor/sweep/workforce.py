"""Who judges in a sweep: processes of this machine, or the workers of a cluster. Both are used alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from auditor.sweep.pool import Pool
from auditor.sweep.worker import Job, Outcome, Setup, prepare

if TYPE_CHECKING:
    from auditor.sweep.cluster import Cluster
    from auditor.sweep.cluster_client import Scheduler

Workforce: TypeAlias = "Pool[Job, Outcome] | Cluster[Job, Outcome]"

_PRELOAD = ("auditor.sweep.warm",)


@contextmanager
def scheduler_at(address: str | None) -> Iterator[Scheduler | None]:
    """Connect to the cluster's scheduler at the address; None is no cluster. Raise `OperatorError` where that cannot be done."""
    if address is None:
        yield None
        return
    from auditor.sweep.cluster_client import connected  # noqa: PLC0415 - an optional library, slow to load

    with connected(address) as scheduler:
        yield scheduler


def workforce(
    setup: Setup, roots: Sequence[str], scheduler: Scheduler | None, *, workers: int, timeout: float
) -> Workforce:
    """Return who judges the runs below the roots, at most `timeout` seconds each; `workers` processes without a cluster."""
    if scheduler is None:
        return Pool(partial(prepare, setup), workers=workers, timeout=timeout, preload=_PRELOAD)
    from auditor.sweep.cluster import Cluster  # noqa: PLC0415 - as above
    from auditor.sweep.cluster_fit import equipping  # noqa: PLC0415

    return Cluster(scheduler, equipping(setup, roots), timeout=timeout, preload=_PRELOAD)
