"""May a worker of a cluster judge for this sweep? Only one that would reach, to the byte, the coordinator's own verdicts.

It must run the same code on the same Python with the same rules, see the same roots, and read the same admission records and
files of the operator's at the same paths. Anything else is refused before a verdict is made of it.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import msgspec

from auditor import __version__, ruleset
from auditor.admission import read_authority
from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.sweep.admissions import Authority
from auditor.sweep.worker import Job, Outcome, Setup, prepare
from auditor.tree import is_url

_SAME_INSTALLED = "install the same cto-audit on every worker, on the same Python, and start the workers again"
_SAME_STORAGE = "let every worker mount the storage at the same path"


class Installed(msgspec.Struct, frozen=True):
    """What decides a verdict besides run, policy and admission: the version, its rules, its very code, and the Python.

    `code_sha256` tells two checkouts of one version apart.
    """

    version: str
    ruleset_sha256: str
    code_sha256: str
    python: str


@cache
def installed() -> Installed:
    """Return what is installed here."""
    package = Path(__file__).parents[1]
    code = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        code.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(package)}\n".encode())
    python = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"
    return Installed(__version__, ruleset.load().sha256, code.hexdigest(), python)


def equipping(setup: Setup, roots: Sequence[str]) -> Callable[[], Callable[[], Callable[[Job], Outcome]]]:
    """Return what makes a worker ready to judge for a sweep of these roots, or refuses it there; it survives pickling.

    Workers neither read nor write the store, whose URL may hold a password: they are not told of it.
    """
    records = tuple(msgspec.structs.replace(one, path=os.path.abspath(one.path)) for one in setup.authorities.records)  # noqa: PTH100 - links in it are kept
    authorities = msgspec.structs.replace(setup.authorities, records=records)
    sent = msgspec.structs.replace(setup, authorities=authorities, url=None, shares=False)
    return partial(equip, sent, tuple(roots), installed())


def equip(setup: Setup, roots: tuple[str, ...], coordinator: Installed) -> Callable[[], Callable[[Job], Outcome]]:
    """Return what makes a process on this worker ready. Raise `OperatorError` where it would judge otherwise than elsewhere."""
    _compare(installed(), coordinator)
    for root in roots:
        if not is_url(root) and not os.path.isdir(root):  # noqa: PTH112 - a path that may hold undecodable bytes stays a text
            raise OperatorError(f"the worker on {_here()} does not see the root {visible(root)}", _SAME_STORAGE)
    records = tuple(_seen_here(one) for one in setup.authorities.records)
    try:
        alike = setup.options is None or setup.options() == setup.basis.options_sha256
    except OSError:
        alike = False
    if not alike:
        reason = f"the worker on {_here()} does not read the known credentials or the allow-list that the sweep reads"
        raise OperatorError(reason, _SAME_STORAGE)
    authorities = msgspec.structs.replace(setup.authorities, records=records)
    return partial(prepare, msgspec.structs.replace(setup, authorities=authorities))


def _compare(ours: Installed, coordinator: Installed) -> None:
    """Refuse what is installed here where it differs, and say in what."""
    where = f"the worker on {_here()}"
    if ours.version != coordinator.version:
        reason = f"{where} has cto-audit {ours.version}, the sweep {coordinator.version}"
    elif ours.ruleset_sha256 != coordinator.ruleset_sha256:
        reason = f"{where} has other rules than the sweep ({ours.ruleset_sha256[:12]}, not {coordinator.ruleset_sha256[:12]})"
    elif ours.code_sha256 != coordinator.code_sha256:
        reason = f"{where} has another build of cto-audit {ours.version} than the sweep"
    elif ours.python != coordinator.python:
        reason = f"{where} runs {ours.python}, the sweep {coordinator.python}"
    else:
        return
    raise OperatorError(reason, _SAME_INSTALLED)


def _seen_here(one: Authority) -> Authority:
    """Return the record with the device and inode that its file has on this machine, by which it is known in a run."""
    try:
        given = read_authority(Path(one.path))
    except OperatorError as error:
        raise OperatorError(f"on the worker on {_here()} {error.sentence}", _SAME_STORAGE) from None
    if hashlib.sha256(given.data).hexdigest() != one.sha256:
        reason = f"the worker on {_here()} reads another admission record at {visible(one.path)} than the sweep"
        raise OperatorError(reason, _SAME_STORAGE)
    return msgspec.structs.replace(one, identity=given.identity, place=os.path.realpath(one.path))


def _here() -> str:
    return visible(socket.gethostname())
