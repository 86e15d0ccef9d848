"""What programs make of the text that is piped through them, as far as that may become a command again."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable

from auditor.shell.escapes import decode
from auditor.shell.marks import FETCHED, UNKNOWN, scrub

_DECODES = re.compile(r"-\w*[dD]\w*|--decode")
_FORMAT = re.compile(r"%[-+ #0-9.*]*([sdiqbcxXufge%])")
_SAVES = re.compile(r"-\w*[oO].*|--output(?:=.*)?|--remote-name", re.DOTALL)
_PRINTS = re.compile(r"-\w*O-?|--output-document(?:=-)?")


def formatted(texts: list[str]) -> str:
    """Return what `printf` prints, near enough: `%s` and its kin filled in order, the rest of the words appended."""
    pending = iter(texts[1:])
    first = _FORMAT.sub(lambda found: "%" if found[1] == "%" else next(pending, ""), decode(texts[0]))
    return " ".join([first, *pending])


def fetched(name: str, texts: list[str]) -> str | None:
    """Return the mark of a text from the network if the command with these words prints one."""
    saves = any(map(_SAVES.fullmatch, texts)) if name == "curl" else not any(map(_PRINTS.fullmatch, texts))
    return None if name not in ("curl", "wget") or saves else UNKNOWN + FETCHED


def unpacked(name: str, texts: list[str], piped: str) -> str | None:
    """Return what the command makes of `piped`, if it is one that decodes text; None for any other."""
    if name in ("base64", "gbase64") or (name == "openssl" and not {"base64", "-base64", "-a"}.isdisjoint(texts)):
        return _decoded(piped, binascii.a2b_base64) if any(map(_DECODES.fullmatch, texts)) else None
    if name == "xxd" and "r" in "".join(text for text in texts if text[:1] == "-"):
        return _decoded("".join(piped.split()), binascii.unhexlify)
    if name == "rev":
        return "\n".join(line[::-1] for line in piped.split("\n"))
    return None


def _decoded(text: str, reader: Callable[[str], bytes]) -> str | None:
    try:
        return scrub(reader(text.strip()).decode(errors="replace"))
    except ValueError:
        return None
