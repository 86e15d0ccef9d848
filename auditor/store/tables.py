"""The store's tables: the same on SQLite and on PostgreSQL.

Digests are stored as their bytes, half the size of hex. What judged (`basis`) and where (`place`) are rows of their own,
because ten thousand verdicts share them. Documents stand apart from the figures, so that listing never pages over them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)


class Blob(LargeBinary):
    """Bytes as the driver gives them. SQLAlchemy's own type calls `bytes` on them: of a number, that is so many zeros."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> None:
        """Leave what was read as it is; whoever reads it checks its kind."""


SCHEMA_VERSION = 1
"""Version of the tables. A store of a later version is refused, never guessed at."""

# SQLite gives its own row numbers to an INTEGER key alone.
_Number = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

meta = Table("store_meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

place = Table(
    "place",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("key", Blob, nullable=False, unique=True),  # a digest of the place itself
    Column("path", Blob, nullable=False),  # as it may be shown; bytes, because a name need not be UTF-8
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("last_sweep", BigInteger),
    Column("by_stat", BigInteger),  # the verdict that was last let stand by its files' metadata alone
)

basis = Table(
    "basis",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("key", Blob, nullable=False, unique=True),  # a digest of the other columns
    Column("version", Text, nullable=False),
    Column("ruleset_sha256", Blob, nullable=False),
    Column("policy_sha256", Blob, nullable=False),
    Column("admission_sha256", Blob),
    Column("admission_expires", BigInteger),
    Column("options_sha256", Blob),
)

sweep = Table(
    "sweep",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("roots", Text, nullable=False),  # a JSON list
    Column("counts", Text, nullable=False),  # a JSON object
    Column("interrupted", Boolean, nullable=False),
)

COUNTS = ("holds", "violated", "unproven", "not_applicable", "confirmed", "likely", "possible", "gaps")

verdict = Table(
    "verdict",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("place_id", BigInteger, ForeignKey("place.id"), nullable=False),
    Column("basis_id", BigInteger, ForeignKey("basis.id"), nullable=False),
    Column("sweep_id", BigInteger),
    Column("run_id", Text, nullable=False),
    Column("judged_at", BigInteger, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("root_sha256", Blob),
    Column("stat_sha256", Blob),
    Column("trust", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("total_bytes", BigInteger, nullable=False),
    Column("files", BigInteger, nullable=False),
    Column("engine", Text),
    Column("stage", BigInteger),
    Column("claimed", Text),
    Column("supports", Boolean, nullable=False),
    Column("grade", Text),
    *(Column(name, Integer, nullable=False) for name in COUNTS),
    Column("gate", Text),
    Column("refusal_sound", Boolean, nullable=False),
    Column("baseline", Text, nullable=False),
    Column("trace_sha256", Blob),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("report_mtime", BigInteger),
    Index("verdict_by_place", "place_id", "id"),
    Index("verdict_by_run", "run_id"),
    sqlite_autoincrement=True,
)

document = Table(
    "document",
    metadata,
    Column("verdict_id", BigInteger, ForeignKey("verdict.id"), primary_key=True, autoincrement=False),
    Column("published", Blob, nullable=False),
    Column("display", Blob),
)

response = Table(
    "response",
    metadata,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    Column("place_id", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

memo = Table(
    "memo",
    metadata,
    Column("key", Blob, primary_key=True),
    Column("engine", Blob, nullable=False),
    Column("value", Blob, nullable=False),
)

KEPT = (verdict, document)
"""Tables whose rows are written once: the database itself refuses to change or delete them (`schema`)."""
