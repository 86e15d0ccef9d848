"""The admission records of a sweep: read once, and the one that each run is to be judged by picked from them.

With one file, every run is judged by it, as by ``cto-audit RUN_DIR --admission FILE``. With a folder, a run is judged by
the record that admits the pair it requested at the time it started. A run that was refused is judged by the record that it
was refused under, where that is one of the folder's, or by none where it had none: the required negative gates could
never be shown sound otherwise. Such a choice can only refuse; what a run says of itself never admits it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.admission import judge_valid, read_authority, read_record
from auditor.contract import AdmissionRecord
from auditor.errors import OperatorError
from auditor.facts import Pair
from auditor.instants import instant
from auditor.layout import Layout
from auditor.sweep.find import Recogniser
from auditor.sweep.outside import lies_in_run

MAX_RECORDS = 10_000
"""Records in a folder beyond this are a mistake: a sweep asks each of them about each run."""

_ENDING = ".json"


class Authority(msgspec.Struct, frozen=True):
    """One admission record, as it was at the sweep's start.

    `record` is None where it is not valid, and `fault` then says why, as the end of a sentence. `place` is its path with
    links followed, `identity` its device and inode: by both is known whether it lies in a run. `admitted` and `expires`
    are when it comes into force and lapses, None where the record does not say it.
    """

    path: str
    place: str
    identity: tuple[int, int]
    sha256: str
    record: AdmissionRecord | None
    fault: str = ""
    admitted: int | None = None
    expires: int | None = None


class Request(msgspec.Struct, frozen=True):
    """What a run's report says that decides which record it is judged by; None where it does not say it.

    `status` is the admission status that the run reports, `admission_sha256` the digest of the record it read, `has_copy`
    whether a copy of a record lies in the run.
    """

    pair: Pair | None = None
    started: int | None = None
    status: str | None = None
    admission_sha256: str | None = None
    has_copy: bool = False


class Choice(msgspec.Struct, frozen=True):
    """The record a run is judged by, None for none. `note` says where several would have done, and why this one."""

    authority: Authority | None
    note: str = ""


class Authorities(msgspec.Struct, frozen=True):
    """All records of a sweep, sorted by path; `each` tells that every run gets its own choice from them."""

    records: tuple[Authority, ...] = ()
    each: bool = False

    def choose(self, request: Request) -> Choice:
        """Return the record that a run of this request is judged by. The same request always gets the same answer."""
        if not self.each or not self.records:
            return Choice(self.records[0] if self.records else None)
        refused = request.status not in (None, "admitted")
        named = [one for one in self.records if one.sha256 == request.admission_sha256]
        if refused and named:
            return Choice(named[0])
        if request.status == "missing_admission" and request.admission_sha256 is None and not request.has_copy:
            return Choice(None)
        admitting = [one for one in self.records if _status(one, request) == "admitted"]
        if admitting:
            return _one_of([one for one in admitting if one in named] or admitting)
        return Choice(min(self.records, key=lambda one: _nearness(one, request)))


def load(
    given: Path | None,
    layouts: Sequence[Layout] = (),
    *,
    holds_credential: Callable[[bytes], bool] = lambda _: False,
) -> Authorities:
    """Read the file, or every ``*.json`` file in the folder and below it; None gives no record at all.

    Links to files are followed, links to folders are not, and nothing is read in a run directory of the `layouts`: a run's
    copy of a record is no authority, for itself or for another run. Raise `OperatorError` for what cannot be read, for what is
    given or linked from such a directory, for a folder without a record, and for one with more than `MAX_RECORDS`.
    """
    if given is None:
        return Authorities()
    recogniser = Recogniser(layouts)
    if not given.is_dir():
        record = _read(given, holds_credential)
        _refuse_in_run(str(given), recogniser)
        return Authorities((record,))
    _refuse_in_run(str(given), recogniser)
    paths = sorted(_files(given, recogniser), key=os.fsencode)
    if len(paths) > MAX_RECORDS:
        raise OperatorError(
            f"the folder {given} holds more than {MAX_RECORDS} records", "name the folder of the records"
        )
    if not paths:
        raise OperatorError(
            f"the folder {given} holds no admission record", "name the folder that holds the *.json files"
        )
    return Authorities(tuple(_read(Path(path), holds_credential) for path in paths), each=True)


def _files(folder: Path, recogniser: Recogniser) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise OperatorError(f"the folder {error.filename} cannot be listed: {error.strerror}", "check its permissions")

    for place, folders, names in os.walk(folder, onerror=refuse):
        if recogniser.is_run(frozenset((*folders, *names)), place) and not recogniser.holds_runs(folders, place):
            folders.clear()
            continue
        for name in names:
            path = os.path.join(place, name)  # noqa: PTH118 - a name need not be valid UTF-8
            if name.endswith(_ENDING) and stat.S_ISREG(_mode(path)):
                if os.path.islink(path):  # noqa: PTH114 - as above
                    _refuse_in_run(path, recogniser)
                yield path


def _refuse_in_run(path: str, recogniser: Recogniser) -> None:
    """Refuse an authority in a run directory, links followed: whoever writes runs could admit them by it."""
    if lies_in_run(Path(path), recogniser):
        raise OperatorError(
            f"the admission record {path} lies inside a run directory, and what a run holds admits no run",
            "name the authority's own record, from outside of every run",
        )


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode  # noqa: PTH116
    except OSError as error:
        raise OperatorError(
            f"the admission record {path} cannot be read: {error.strerror}", "mend or remove it"
        ) from None


def _read(path: Path, holds_credential: Callable[[bytes], bool]) -> Authority:
    given = read_authority(path)
    record, fault = read_record(given.data, holds_credential=holds_credential)
    return Authority(
        path=str(path),
        place=os.path.realpath(path),
        identity=given.identity,
        sha256=hashlib.sha256(given.data).hexdigest(),
        record=record,
        fault=fault,
        admitted=instant(record.admitted_at) if record else None,
        expires=instant(record.expires_at) if record else None,
    )


def _status(one: Authority, request: Request) -> str:
    if one.record is None:
        return "invalid_admission"
    return judge_valid(one.record, request.pair, request.started).status


def _one_of(admitting: list[Authority]) -> Choice:
    """Take the record that was admitted last; of equal ones, the first by path."""
    latest = max(one.admitted or 0 for one in admitting)
    chosen = next(one for one in admitting if (one.admitted or 0) == latest)
    if len({one.sha256 for one in admitting}) == 1:
        return Choice(chosen)
    note = f"{len(admitting)} records admit the pair at the run's start: the one admitted last was taken"
    return Choice(chosen, note)


def _nearness(one: Authority, request: Request) -> tuple[int, int, str]:
    """Rank a record that does not admit: the one nearest to what was asked for tells most about why not."""
    pair = Pair(one.record.provider, one.record.model) if one.record else None
    if one.sha256 == request.admission_sha256:
        rank = 0
    elif pair is not None and pair == request.pair:
        rank = 1
    elif _status(one, request) == "mismatch":
        rank = 2
    else:
        rank = 3 if one.record else 4
    return rank, -(one.admitted or 0), one.path
