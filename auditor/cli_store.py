"""The option that names the verdict store, for every command that has one."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

StoreUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="CTO_AUDIT_STORE",
        help="The verdict store: a file, or postgresql://... Default: verdicts.sqlite3 in your state folder.",
        show_default=False,
    ),
]
"""Keep a password out of it: every process sees the arguments. ``~/.pgpass`` and ``PGPASSWORD`` are for that."""
