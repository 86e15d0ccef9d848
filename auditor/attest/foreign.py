"""What a refused file is, if it is not an envelope in our form: so that a person knows where to turn with it.

Nothing is believed here, and nothing in the file is quoted; it only chooses the words of a refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from auditor.attest import canonical
from auditor.attest.refused import Reason, Refused, refusal

_GET_AGAIN = "get the file again, byte for byte, as `cto-audit --attest` wrote it"
_NAME_OURS = "name the file that `cto-audit --attest` wrote"
_ENVELOPE = frozenset({"payload", "payloadType", "signatures"})
_BOM = b"\xef\xbb\xbf"


def recognised(content: bytes) -> Refused | None:
    """Return the refusal of a file that is something known, None for one that is not."""
    if not content.strip():
        return refusal("the file is empty", _GET_AGAIN)
    if content.startswith(_BOM) or b"\r\n" in content:
        return refusal(
            "the file was rewritten by an editor or a checkout (a byte order mark, or other line ends)",
            f"{_GET_AGAIN}; in git, mark it `-text` in .gitattributes",
        )
    try:
        value: Any = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeError, ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    found = next((reason for is_it, reason in _KINDS if is_it(value)), None)
    if found is None and value.keys() >= _ENVELOPE and canonical.encode(value) != content.rstrip(b"\n"):
        found = _REWRITTEN
    return None if found is None else Refused((found,))


_KINDS: tuple[tuple[Callable[[dict[str, Any]], bool], Reason], ...] = (
    (
        lambda value: "dsseEnvelope" in value or "messageSignature" in value or "verificationMaterial" in value,
        Reason(
            "the file is a Sigstore bundle, and cto-audit writes and reads a plain envelope (DSSE) with one line",
            f"{_NAME_OURS}; a bundle is verified with cosign or sigstore",
        ),
    ),
    (
        lambda value: "signed" in value and "signatures" in value,
        Reason("the file is a signed in-toto link or layout in the old form, no attestation of a run", _NAME_OURS),
    ),
    (
        lambda value: "predicateType" in value,
        Reason("the file is a statement without its envelope: there is no signature to verify", _NAME_OURS),
    ),
    (
        lambda value: value.get("schema") == "cto-audit-verdict/v1",
        Reason(
            "the file is a verdict as --json prints it: it is not signed, and anyone could have written it",
            "judge the run with --attest FILE --key PRIVATE_KEY, and name that file",
        ),
    ),
)
_REWRITTEN = Reason(
    "the file is an envelope (DSSE), but not in the one form that cto-audit writes: another program wrote or reformatted it",
    _GET_AGAIN,
)
