"""What a sweep found out beside the verdicts, as the overview shows it."""

from __future__ import annotations

import msgspec


class Gate(msgspec.Struct, frozen=True):
    """One of the refusals, or the baseline, that must be seen to work now and then.

    `seen` counts the runs within the window that show it, `last` is when one was judged (microseconds since the epoch,
    None: never), `warning` says what is wrong, empty where nothing is.
    """

    name: str
    seen: int
    last: int | None = None
    warning: str = ""


class Findings(msgspec.Struct, frozen=True):
    """Gate coverage, warnings and anomalies of a sweep; sentences free of credentials, in the order to be shown.

    `window` says over which time the gates were looked for, such as ``30 days``. `unseen` tells of the places that could not
    be looked into. `unnamed` and `unlisted` count the anomalies and such places that are left out.
    """

    gates: tuple[Gate, ...] = ()
    window: str = ""
    warnings: tuple[str, ...] = ()
    anomalies: tuple[str, ...] = ()
    unnamed: int = 0
    unseen: tuple[str, ...] = ()
    unlisted: int = 0
