"""``cto-audit sweep ROOT…``: judge every run below, and read again only what is new."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli_admissions import admission_option
from auditor.cli_known import KnownFingerprint, SecretEnv, SecretFile
from auditor.cli_output import complain, say
from auditor.cli_store import StoreUrl
from auditor.commands.audit import AllowFile, BaselineFile, read_allow, read_key, tell_of_slowness
from auditor.errors import OperatorError
from auditor.tree import as_place, is_url

if TYPE_CHECKING:
    from auditor.exports import Exports
    from auditor.secrets import Engine
    from auditor.sweep.summary import SweepSummary

EXIT_COULD_NOT = 3
EXIT_INTERRUPTED = 130

_SPAN = re.compile(r"([0-9]{1,9})([smhdw])", re.ASCII)
_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_INTERRUPTED, _GO_ON = "interrupted; what was judged is kept", "run the same command again to go on"
_MAX_JOBS = 256


def command(
    roots: Annotated[
        list[str],
        typer.Argument(
            metavar="ROOT...", help="Folders below which runs lie, at any depth, or their URLs.", show_default=False
        ),
    ],
    admission: Annotated[
        Path | None,
        admission_option(
            "FILE|DIR",
            "The authority's record for all runs, or the folder of its records, of which each run gets its own.",
        ),
    ] = None,
    store: StoreUrl = None,
    jobs: Annotated[
        str, typer.Option(metavar="N", help="Processes that judge; by default one a core.", show_default=False)
    ] = "",
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Judge on the workers of a dask.distributed cluster over shared storage: tcp://host:8786.",
        ),
    ] = None,
    since: Annotated[
        str,
        typer.Option(metavar="T", help="Only runs written to since then: a time, or 24h, 7d ago.", show_default=False),
    ] = "",
    timeout: Annotated[str, typer.Option(metavar="SECONDS", help="How long one run may take.")] = "300",
    trust_stat: Annotated[
        bool,
        typer.Option(
            "--trust-stat", help="Take a run for unchanged by size, times and inode of its files, without reading them."
        ),
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the site of the store there, to be opened in a browser.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the new verdicts there as JUnit XML, a suite a run.")
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what does not hold in the new verdicts there as SARIF.")
    ] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Print annotations for GitHub Actions, and append the step's summary.")
    ] = False,
    window: Annotated[
        str, typer.Option(metavar="DAYS", help="Over how long each gate must have been seen to refuse.")
    ] = "30",
    everything: Annotated[
        bool, typer.Option("--all", help="Exit by the worst of all verdicts and export all, not the new ones alone.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on the way.")] = False,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="A policy of your own.")] = None,
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="A profile of the policy.")] = None,
    fingerprint_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The key of the secrets' fingerprints.")
    ] = None,
    known_secret_env: SecretEnv = None,
    known_secret_file: SecretFile = None,
    known_fingerprint: KnownFingerprint = None,
    allow: AllowFile = None,
    secrets_baseline: BaselineFile = None,
) -> int:
    """Judge every run below the roots whose verdict in the store is not current, and say what the sweep brought.

    Exit codes: the worst decision among the new verdicts (1 fail, 3 blocked, 0 pass or nothing new); a run that was soundly
    refused is blocked. 3 also where something could not be looked into or the store failed; 130 when interrupted. Whatever
    happens, what was judged is kept, and the same command goes on.
    """
    span = _since(since)
    workers, seconds = _number("--jobs", jobs, _MAX_JOBS) if jobs else _cores(), _number("--timeout", timeout, 10**6)
    days = _number("--window", window, 36_500)
    if json and github:
        raise OperatorError("--json and --github both want standard output", "give one of them")

    from auditor import __version__, ruleset  # noqa: PLC0415 - what a wrong option need not wait for
    from auditor import layout as layouts  # noqa: PLC0415
    from auditor import policy as policies  # noqa: PLC0415
    from auditor.audit import holds_credential  # noqa: PLC0415
    from auditor.engines import lacks_vectorscan, rules_engine  # noqa: PLC0415
    from auditor.exports import Exports  # noqa: PLC0415
    from auditor.places import rules_folder  # noqa: PLC0415
    from auditor.published_json import as_json  # noqa: PLC0415
    from auditor.store import Basis  # noqa: PLC0415
    from auditor.sweep import admissions  # noqa: PLC0415
    from auditor.sweep.drive import Plan, Stopped, sweep  # noqa: PLC0415
    from auditor.sweep.progress import Silence, reporter  # noqa: PLC0415
    from auditor.sweep.summary import as_text  # noqa: PLC0415
    from auditor.sweep.worker import Setup  # noqa: PLC0415

    if cluster is not None:
        _check_cluster(cluster, roots, known_secret_env, jobs=jobs, sends_key=fingerprint_key is not None)
        known_secret_file, known_fingerprint = _absolute(known_secret_file), _absolute(known_fingerprint)
        allow, secrets_baseline = (path and path.absolute() for path in (allow, secrets_baseline))
    exports = Exports(junit, sarif, github, everything)
    exports.check()
    in_force = policies.load(policy, profile)
    key = None if fingerprint_key is None else read_key(fingerprint_key)
    engine: Callable[[], Engine] = rules_engine
    if known_secret_env or known_secret_file or known_fingerprint:
        from auditor.cli_known import engine as with_known  # noqa: PLC0415

        engine = partial(with_known, known_secret_env, known_secret_file, known_fingerprint, key)
        engine()
    listed = allow is not None or secrets_baseline is not None
    if listed:
        read_allow(allow, secrets_baseline)
    files = [*(known_secret_file or ()), *(known_fingerprint or ()), allow, secrets_baseline]
    options = partial(_options, key, files, known_secret_env)
    setup = Setup(
        policy=in_force,
        authorities=admissions.load(
            admission,
            layouts.load(rules_folder() / "layouts"),
            holds_credential=partial(holds_credential, rules_engine()),
        ),
        basis=Basis(__version__, ruleset.load().sha256, in_force.sha256, options_sha256=options()),
        trust_stat=trust_stat,
        since=span,
        fingerprint_key=key,
        engine=engine,
        allow=partial(read_allow, allow, secrets_baseline) if listed else None,
        options=options,
    )
    try:
        plan = Plan(tuple(as_place(root) for root in roots), setup, store, workers, seconds, days, html, cluster)
        summary = sweep(plan, Silence() if quiet else reporter())
    except Stopped as stopped:
        complain(stopped.sentence, stopped.hint)
        return EXIT_COULD_NOT
    except KeyboardInterrupt:  # before the first run, after the last, or for the second time
        complain(_INTERRUPTED, _GO_ON)
        return EXIT_INTERRUPTED
    say(as_json(summary) if json else as_text(summary, _width()))
    if summary.judged and cluster is None and not quiet and lacks_vectorscan():
        tell_of_slowness()
    return _leave(summary, exports, store)


def _leave(summary: SweepSummary, exports: Exports, store: str | None) -> int:
    """Write what else was asked for, and return the exit code."""
    try:
        exports.write(store, summary.sweep)
    except OperatorError as error:
        complain(error.sentence, error.hint)
        return EXIT_COULD_NOT
    if summary.interrupted:
        complain(_INTERRUPTED, _GO_ON)
        return EXIT_INTERRUPTED
    return summary.exit_code(everything=exports.everything)


def _since(text: str) -> int | None:
    """Return the time that ``--since`` means in nanoseconds since the epoch, None for none."""
    from auditor.instants import instant, now  # noqa: PLC0415

    if not text:
        return None
    span = _SPAN.fullmatch(text)
    if span:
        return (now() - int(span[1]) * _SPANS[span[2]] * 1_000_000) * 1000
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        text += "T00:00:00Z"
    moment = instant(text)
    if moment is None:
        raise OperatorError(f"--since {text} is no time", "write 2026-11-23T03:00:00Z, 2026-11-23, 24h or 7d")
    return moment * 1000


def _number(option: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:12]) <= most):
        raise OperatorError(f"{option} {text} is no whole number from 1 to {most}", f"give {option} a number")
    return int(text)


def _cores() -> int:
    """Return how many processes can run at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_cluster(
    address: str, roots: Sequence[str], variables: Sequence[str] | None, *, jobs: str, sends_key: bool
) -> None:
    """Refuse what a cluster cannot have: a variable of this machine, or a secret that others could read on the way."""
    from auditor.sweep.cluster_client import is_private  # noqa: PLC0415
    from auditor.sweep.roots import recorded  # noqa: PLC0415

    if jobs:
        raise OperatorError(
            "--jobs is for processes of this machine", "leave it out: a cluster's workers say their number"
        )
    if variables:
        reason = "--known-secret-env names a variable of this machine, which a cluster's workers do not have"
        raise OperatorError(reason, "put it into a file on the shared storage, and name that by --known-secret-file")
    if is_private(address):
        return
    if sends_key:
        reason = "the fingerprint key would cross the network unencrypted"
        raise OperatorError(reason, "use a scheduler at tls://..., or leave --fingerprint-key out")
    if any(is_url(root) and recorded(root) != root for root in roots):
        reason = "the credentials in a root's URL would cross the network unencrypted"
        raise OperatorError(reason, "use a scheduler at tls://..., or configure the workers' access to the storage")


def _absolute(paths: list[Path] | None) -> list[Path] | None:
    """Return the paths as they are understood on other machines."""
    return None if paths is None else [path.absolute() for path in paths]


def _options(key: bytes | None, files: Sequence[Path | None], names: Sequence[str] | None) -> str | None:
    """Return a digest of what the operator gave besides policy and admission; None where that is nothing.

    Some of it is secret, and what could be guessed must not be found out from a store: the digest is slow on purpose.
    """
    given = [path.read_bytes() for path in files if path is not None]
    given += [os.environb.get(os.fsencode(name), b"") for name in names or ()]
    if key is None and not given:
        return None
    parts = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in [key or b"", *given])).digest()
    return hashlib.scrypt(parts, salt=b"cto-audit sweep options", n=1 << 14, r=8, p=1, dklen=32).hex()


def _width() -> int:
    return max(80, min(120, get_terminal_size((100, 24)).columns))
