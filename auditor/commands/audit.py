"""``cto-audit RUN_DIR``: judge one run directory."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from auditor import commands
from auditor.cli_admissions import admission_option
from auditor.cli_attest import AttestFile, SigningKeyFile, Unsigned, attesting
from auditor.cli_known import KnownFingerprint, SecretEnv, SecretFile, engine
from auditor.cli_output import complain, destination, wants_colour
from auditor.emit import Style, choose
from auditor.emit.style import DEFAULT_WIDTH
from auditor.errors import OperatorError
from auditor.tree import as_place, is_url

if TYPE_CHECKING:
    from auditor.secrets import AllowList, Engine

AllowFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--allow", metavar="FILE", help="Findings that you allow, by fingerprint and with a reason; never silent."
    ),
]
BaselineFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--secrets-baseline", metavar="FILE", help="The same, from a baseline of detect-secrets."),
]

EXIT_CODES = {"pass": 0, "fail": 1, "blocked": 3}

_MAX_KEY_BYTES = 1 << 16


def command(
    run_dir: Annotated[
        str,
        typer.Argument(
            metavar="RUN_DIR", help="The run directory to judge, or its URL, such as s3://….", show_default=False
        ),
    ],
    admission: Annotated[
        Path | None,
        admission_option("FILE", "The authority's admission record, from outside the run directory."),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format", metavar="NAME", help="Output format, such as text, json or markdown.", show_default=False
        ),
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there instead of standard output, whole or not at all.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what holds as well, with its evidence.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show the headline only.")] = False,
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
    attest: AttestFile = None,
    key: SigningKeyFile = None,
    unsigned: Unsigned = False,
) -> int:
    """Judge a run directory: may a pass be claimed from it?"""
    chosen = choose(format_, json=json)
    if verbose and quiet:
        raise OperatorError("--verbose and --quiet contradict each other", "give one of them")
    place = as_place(run_dir)
    local = None if is_url(place) else Path(place)
    if local is not None:
        _check_directory(local)
    own = (
        admission,
        policy,
        fingerprint_key,
        allow,
        secrets_baseline,
        *(known_secret_file or ()),
        *(known_fingerprint or ()),
    )
    inputs = [path for path in own if path is not None]
    others = inputs if output is None else [*inputs, output]
    with (
        destination(output, local, inputs) as write,
        attesting(attest, key, local, others, unsigned=unsigned) as seal,
    ):
        # The machinery, which a wrong option need not wait for.
        from auditor.audit import conclude, examine  # noqa: PLC0415
        from auditor.engines import rules_engine  # noqa: PLC0415
        from auditor.policy import load  # noqa: PLC0415

        known = known_secret_env or known_secret_file or known_fingerprint
        in_force = load(policy, profile)
        prints = None if fingerprint_key is None else read_key(fingerprint_key)
        searching = engine(known_secret_env, known_secret_file, known_fingerprint, prints) if known else rules_engine()
        examined = examine(
            place,
            in_force,
            admission=admission,
            fingerprint_key=prints,
            engine=searching,
            allow=read_allow(allow, secrets_baseline),
        )
        verdict = conclude(examined, in_force)
        seal(examined, verdict)
        style = Style(verbose, quiet, output is None and wants_colour(), _width())
        write(chosen.emit(verdict, style))
    if chosen.NAME == "github":
        from auditor.cli_github import append_step_summary  # noqa: PLC0415 - a build server only
        from auditor.emit.github import summary  # noqa: PLC0415

        append_step_summary(summary(verdict, style))
    tell_speed(searching)
    return EXIT_CODES[verdict.decision]


def read_key(path: Path) -> bytes:
    """Return the content of the key file without surrounding whitespace. A pipe will do; an empty key will not."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_KEY_BYTES + 1)
    except OSError as error:
        raise OperatorError(
            f"--fingerprint-key {path} cannot be read: {error.strerror}", "name a readable file"
        ) from error
    key = content.strip()
    if not key or len(content) > _MAX_KEY_BYTES:
        what = "longer than 64 KiB" if key else "empty"
        raise OperatorError(f"--fingerprint-key {path} is {what}", "name a file that holds the key alone")
    return key


def read_allow(allow: Path | None, baseline: Path | None) -> AllowList:
    """Return the operator's allow-list. Raise `OperatorError` for a file that cannot be read or is not well formed."""
    from auditor.secrets import AllowList  # noqa: PLC0415

    try:
        return AllowList.load(allow, baseline)
    except OSError as error:
        named = "--allow" if allow is not None and error.filename == str(allow) else "--secrets-baseline"
        reason = f"{named} {error.filename} cannot be read: {error.strerror}"
        raise OperatorError(reason, "name a readable file") from error
    except ValueError as error:
        raise OperatorError(f"the allow-list cannot be used: {error}", "mend the list, or leave it out") from error


def tell_speed(used: Engine) -> None:
    """Say on standard error that a scan went slower than it might, where it did. The findings are the same."""
    if used.accelerated is False:
        tell_of_slowness()


def tell_of_slowness() -> None:
    """Say on standard error what would make the secret scan faster."""
    complain("vectorscan is not installed, so secrets were searched for more slowly", "install `hyperscan`")


def _check_directory(run_dir: Path) -> None:
    if run_dir.is_dir():
        return
    if run_dir.exists():
        raise OperatorError(f"{run_dir} is not a directory", "name the run directory that holds report.json")
    near = commands.near(str(run_dir))
    hint = (
        f"did you mean the command `{near}`?" if near else "name an existing run directory, or see `cto-audit --help`"
    )
    raise OperatorError(f"there is no directory {run_dir}", hint)


def _width() -> int:
    return max(80, min(120, get_terminal_size((DEFAULT_WIDTH, 24)).columns))
