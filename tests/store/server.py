"""A PostgreSQL server of the tests' own: made, started and removed again, on a socket in a folder that only it uses."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_NUMBERS = count(1)
_WHERE = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")

WANTED = "PostgreSQL's server programs are not installed: apt-get install postgresql"


def programs() -> Path | None:
    """Return the folder with `initdb` and `pg_ctl`, the newest where there are several, None if there is none."""
    on_path = shutil.which("pg_ctl")
    if on_path:
        return Path(on_path).resolve().parent
    found = [path for where in _WHERE for path in Path("/").glob(f"{where[1:]}/pg_ctl")]
    return max(found, key=lambda path: [int(part) for part in path.parts if part.isdigit()]).parent if found else None


@contextmanager
def running(bin_folder: Path) -> Iterator[str]:
    """Yield the URL of a running server's database `postgres`, without its name at the end, ending in a slash."""
    # The server refuses to run as root, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="cto-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        _run(
            [bin_folder / "initdb", "-D", data, "-U", "auditor", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        )
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=30"
        _run([bin_folder / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"])
        try:
            yield f"postgresql://auditor@/postgres?host={folder}"
        finally:
            _run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(postgres: str, *, encoding: str = "UTF8") -> str:
    """Make an empty database on the server and return its URL."""
    import psycopg  # noqa: PLC0415 - an extra

    name = f"verdicts{next(_NUMBERS)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
    return postgres.replace("/postgres?", f"/{name}?")


def _run(words: Sequence[str | Path]) -> None:
    command = [str(word) for word in words]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", *command]
    done = subprocess.run(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")
