"""``cto-audit verify ATTESTATION [RUN_DIR]``: is this verdict authentic, of this run, and enough?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_admissions import admission_option
from auditor.cli_attest import PublicKeyFiles, duration, public_keys
from auditor.cli_known import KnownFingerprint, SecretEnv, SecretFile, engine
from auditor.cli_output import complain, say
from auditor.commands.audit import EXIT_CODES, AllowFile, BaselineFile, read_allow, read_key
from auditor.errors import OperatorError

EXIT_REFUSED = 1

_HEX = frozenset("0123456789abcdef")
_DIGITS = 64


def command(
    attestation: Annotated[
        Path, typer.Argument(metavar="ATTESTATION", help="The file that --attest wrote.", show_default=False)
    ],
    run_dir: Annotated[
        Path | None,
        typer.Argument(metavar="RUN_DIR", help="The run directory, to be compared byte for byte.", show_default=False),
    ] = None,
    key: PublicKeyFiles = None,
    max_age: Annotated[
        str | None, typer.Option(metavar="AGE", help="Refuse what is older, such as 30d, 12h or 90m.")
    ] = None,
    policy_digest: Annotated[
        str | None, typer.Option(metavar="SHA256", help="Refuse what was judged by other rules or another policy.")
    ] = None,
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEVEL", help="Refuse what does not state this level; may be repeated, or a list with commas."
        ),
    ] = None,
    reaudit: Annotated[
        bool, typer.Option("--reaudit", help="Judge RUN_DIR afresh, and compare ruling by ruling.")
    ] = False,
    admission: Annotated[
        Path | None,
        admission_option("FILE", "For --reaudit: the authority's admission record."),
    ] = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="For --reaudit: a policy of your own.")] = None,
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="For --reaudit: a profile of the policy.")] = None,
    fingerprint_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="For --reaudit: the key of the secrets' fingerprints.")
    ] = None,
    known_secret_env: SecretEnv = None,
    known_secret_file: SecretFile = None,
    known_fingerprint: KnownFingerprint = None,
    allow: AllowFile = None,
    secrets_baseline: BaselineFile = None,
    allow_unsigned: Annotated[
        bool,
        typer.Option("--dangerously-allow-unsigned", help="Let an attestation without any signature through."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Verify an attestation: signature, verifier, policy, age, levels, and that RUN_DIR is what was judged.

    Exits 1 if the attestation is refused, with every reason. If it is believed, exits as the audit did: 0 for an
    attested pass, 1 for a fail, 3 for blocked; an attested failure is authentic, but no reason to go on.
    """
    levels = _levels(require or [])
    if policy_digest is not None and (len(policy_digest) != _DIGITS or not set(policy_digest) <= _HEX):
        raise OperatorError(
            "--policy-digest is no SHA-256 in lower-case hex", "copy it from a verification that you trust"
        )
    if reaudit and run_dir is None:
        raise OperatorError("--reaudit needs the run directory", "name it after the attestation")
    if not key and not allow_unsigned:
        raise OperatorError("no key is named that you trust", "name the signer's public key with --key")
    age = None if max_age is None else duration(max_age, "--max-age")
    keys = public_keys(key or [], run_dir)
    from auditor.attest import Refused, read_envelope, verify  # noqa: PLC0415 - loads the cryptography
    from auditor.attest.answer import as_text, believed, refused  # noqa: PLC0415
    from auditor.withhold import withhold  # noqa: PLC0415

    prints = None if fingerprint_key is None else read_key(fingerprint_key)
    searching = engine(known_secret_env, known_secret_file, known_fingerprint, prints)
    try:
        verified = verify(
            read_envelope(attestation),
            keys=keys,
            run_dir=run_dir,
            max_age=age,
            policy_digest=policy_digest,
            require=levels,
            allow_unsigned=allow_unsigned,
        )
        rulings = None
        if reaudit and run_dir is not None:
            from auditor.attest.recheck import recheck  # noqa: PLC0415 - the whole machinery
            from auditor.policy import load  # noqa: PLC0415

            recheck(
                verified.verdict,
                run_dir,
                load(policy, profile),
                admission=admission,
                fingerprint_key=prints,
                engine=searching,
                allow=read_allow(allow, secrets_baseline),
            )
            rulings = len(verified.verdict.rulings)
    except Refused as refusal:
        answer, code = refused(refusal.reasons), EXIT_REFUSED
    else:
        answer, code = believed(verified, rulings), EXIT_CODES[verified.decision]
        if verified.key_id is None:
            complain("the attestation is NOT SIGNED: anyone could have written it", "rely on nothing it says")
    answer = withhold(answer, searching, ())  # reasons name files as they are now, which the verdict has never seen
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(answer))
    else:
        say(as_text(answer))
    return code


def _levels(require: list[str]) -> list[str]:
    """Return the levels that are asked for. A misspelt one could never be stated, and is a mistake of the operator."""
    from auditor.attest.levels import known_levels  # noqa: PLC0415 - only where levels are asked for

    wanted = [level.strip() for text in require for level in text.split(",")]
    known = known_levels() if wanted else {}
    for level in wanted:
        if level not in known:
            raise OperatorError(f"there is no level {level!r}", f"levels: {', '.join(known)}")
    return wanted
