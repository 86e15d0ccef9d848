"""What a run's report says of the admission it asked for, read before the run is judged, to pick its authority by."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from auditor.facts import Pair
from auditor.instants import instant
from auditor.layout import Layout
from auditor.sweep.admissions import Request

_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class _Asked(msgspec.Struct):
    """The fields of a report that say what was asked for, of whatever type they are; the others are not decoded."""

    case_model_provider: Any = None
    case_model: Any = None
    started_at: Any = None
    case_model_admission_status: Any = None
    admission_sha256: Any = None


_asked = msgspec.json.Decoder(_Asked).decode


def read_request(run_dir: str, layouts: Sequence[Layout], limit: int) -> Request:
    """Return the request of the run in `run_dir`; one that says nothing where no report of at most `limit` bytes is.

    The report, and the copy of a record, are looked for where any of the `layouts` has them. Nothing is judged here:
    whatever is wrong with the report, the rules say it of the bytes that they read themselves.
    """

    def read(path: str) -> bytes:
        return _content(f"{run_dir}/{path}", limit)

    has_copy = any(os.path.lexists(f"{run_dir}/{path}") for path in paths_of(layouts, "admission_copy"))
    return request_of(read, layouts, has_copy=has_copy)


def request_of(read: Callable[[str], bytes], layouts: Sequence[Layout], *, has_copy: bool) -> Request:
    """Return what the report asks for; `read` returns the content of an artifact, or raises `OSError` where there is none."""
    asked = _asked_in(read, layouts)
    provider, model = _text(asked.case_model_provider), _text(asked.case_model)
    return Request(
        pair=None if provider is None or model is None else Pair(provider, model),
        started=instant(asked.started_at),
        status=_text(asked.case_model_admission_status),
        admission_sha256=_text(asked.admission_sha256),
        has_copy=has_copy,
    )


def paths_of(layouts: Sequence[Layout], kind: str) -> list[str]:
    """Return where any of the layouts has the one artifact of a kind."""
    kinds = [one for layout in layouts for one in layout.kinds if one.kind == kind]
    return list(dict.fromkeys(path for one in kinds for path in one.paths if "*" not in path))


def _asked_in(read: Callable[[str], bytes], layouts: Sequence[Layout]) -> _Asked:
    for path in paths_of(layouts, "report"):
        try:
            return _asked(read(path))
        except (
            OSError,
            msgspec.MsgspecError,
            UnicodeDecodeError,
            RecursionError,
        ):  # the audit reads it again, and says so
            continue
    return _Asked()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _content(path: str, limit: int) -> bytes:
    descriptor = os.open(path, _OPEN_FILE)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return b""
        with open(descriptor, "rb", buffering=0, closefd=False) as file:
            return file.read(status.st_size)
    finally:
        os.close(descriptor)
