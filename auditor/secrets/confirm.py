"""Is it one? The match of a pattern around its anchor, weighed by its surroundings, its form and its validators."""

from __future__ import annotations

import re

from auditor.secrets import blobs, doubts, services
from auditor.secrets.collector import Found
from auditor.secrets.decode import Buffer, starts_freely
from auditor.secrets.effort import Effort
from auditor.secrets.encoded import encoded_text
from auditor.secrets.marks import Role
from auditor.secrets.patterns import TRIED, Pattern
from auditor.secrets.placeholders import is_placeholder
from auditor.secrets.published import is_published
from auditor.secrets.unwrap import FARTHEST, folded
from auditor.secrets.validators import INNER, PROVING

MOST_LINES = 24
"""Lines of a folded value that are tried one by one where neither their widths nor a checksum tell where it ends."""

_WEIGHED, _BYTES_A_UNIT = 8, 4
"""Units of effort that a match costs which has to be weighed, and the bytes of it that cost one more."""

_DIGIT = re.compile(rb"[0-9]")
_DIGEST = re.compile(rb"sha(?:224|256|384|512)[=:-]\Z", re.IGNORECASE)
"""What stands before a digest in a lock file and in the record of an installed package."""
_BREAKS = {b"\n", b"\r", b"\\", b'"', b"'", b" "}


def confirm(data: Buffer, start: int, role: Role, effort: Effort) -> Found | None:
    """The match of `role`'s pattern around its anchor at `start`, if its form, surroundings and validators agree."""
    pattern = role.pattern
    assert pattern is not None
    table = pattern.table
    if table.left == "word" and not table.before and not starts_freely(data, start):
        return None
    limit = start + role.length + table.reach
    if table.before:
        effort.spend(table.before)  # about one for each place where a match is tried
        match = _around(pattern.regex, data, start, max(0, start - table.before), limit)
    else:
        match = pattern.regex.match(data, start, limit)
    if match is None:
        effort.spend(pattern.vain)
        return None
    if table.left == "word" and table.before and not starts_freely(data, match.start()):
        return None
    # Where a pattern names its value in one alternative only, the whole match is the value in the others.
    group = "v" if "v" in pattern.regex.groupindex and match["v"] is not None else 0
    value = match[group]
    effort.spend(_WEIGHED + len(value) // _BYTES_A_UNIT)
    if is_placeholder(value, len(pattern.prefix(value))) or not pattern.named(data, start):
        return None
    if pattern.bare and _hidden(data, match, effort):
        return None
    confidence, doubted = table.confidence, pattern.is_public(value)
    for validator in pattern.validators:
        opinion = validator(value)
        if opinion == "rejected":
            return None
        if opinion == "confirmed":
            confidence = "confirmed"
        doubted = doubted or opinion == "doubtful"
    step = ""
    inner = encoded_text(value) if table.generic and not table.inner else None
    if inner is not None:
        if is_placeholder(inner):
            return None
        value, step = inner, "base64"
    if confidence == "possible" and pattern.services is not None:
        effort.spend(services.EFFORT)
        if pattern.services.opened_by(data, match.start(group), value):
            confidence = "likely"
    if confidence != "possible":
        effort.spend(doubts.EFFORT)
        public = len(pattern.prefix(value))
        doubted = doubted or doubts.is_doubtful(data, match.start(group), match.end(group), value, public)
        if doubted or any(doubt(match, data) for doubt in pattern.doubts):
            confidence = "possible"
    if table.inner:
        inner = INNER[table.inner](value)
        if inner is None:
            return None
        if inner != value and confidence != "possible" and is_published(inner):
            confidence = "possible"
        value, step = inner, "base64" if table.inner == "basic" else ""
    return Found(match.start(group), match.end(group), value, pattern, confidence, step)


def _hidden(data: Buffer, match: re.Match[bytes], effort: Effort) -> bool:
    """Whether a match is a piece of a long encoded text, or a digest that is called one."""
    effort.spend(blobs.EFFORT)
    if _DIGEST.search(data, max(0, match.start() - 8), match.start()) is not None:
        return True
    return blobs.in_blob(data, match.start(), match.end())


def _around(regex: re.Pattern[bytes], data: Buffer, start: int, low: int, limit: int) -> re.Match[bytes] | None:
    """The match in ``data[low:limit]`` that takes in `start`. None is looked for that would begin after it."""
    at = low
    while at <= start:
        match = regex.match(data, at, limit)
        if match is not None and match.end() > start:
            return match
        at = max(at + 1, match.end() if match is not None else 0)
    return None


def unfolded(data: Buffer, start: int, role: Role, plain: Found | None, effort: Effort) -> Found | None:
    """A better match than `plain`, as `_unfolded` finds it, unless it is a piece of a long encoded text."""
    better = _unfolded(data, start, role, plain, effort)
    if better is None or not better.pattern.bare:
        return better
    effort.spend(blobs.EFFORT)
    return None if blobs.in_folded_blob(data, start, role.length, better.value) else better


def _unfolded(data: Buffer, start: int, role: Role, plain: Found | None, effort: Effort) -> Found | None:
    """A better match than `plain`, the one without line breaks undone, if the value at `start` was folded over lines.

    Where the widths of the lines prove a fold, what they tell is taken; a checksum that fits tells as much. Else a fold
    is believed only where nothing was found without one.
    """
    pattern = role.pattern
    assert pattern is not None
    if plain is not None:
        proved = plain.confidence == "confirmed" and _provable(pattern)
        # An exact pattern's match does not become longer by more lines.
        if proved or pattern.exact or bytes(data[plain.end : plain.end + 1]) not in _BREAKS:
            return None
    effort.spend(TRIED)
    if pattern.holds and data.find(pattern.holds, start, start + FARTHEST) < 0:
        return None
    words, likeliest, proven, unspoken = folded(data, start, bytes(data[start : start + role.length]))
    effort.spend(sum(map(len, words)) // (4 * _BYTES_A_UNIT) + 2 * len(words))
    provable = _provable(pattern)
    # The line after a value that only seems too short begins with a word more often than with its end.
    believed = len(words) if proven or pattern.exact else unspoken
    likeliest = likeliest if likeliest < believed else -1
    if not words or not (proven or provable or (plain is None and believed)):
        return None
    best = confirm(words[likeliest], 0, role, effort) if likeliest >= 0 else None
    if best is not None and not (proven or pattern.exact or _DIGIT.search(best.value)):
        best = None  # names in a list, not pieces of one
    if best is not None and (best.confidence == "confirmed" or not provable):
        return best if proven or plain is None or (provable and best.confidence == "confirmed") else None
    first = None
    for index, word in enumerate(words[:MOST_LINES]) if provable or plain is None else ():
        effort.spend(_WEIGHED)
        found = best if index == likeliest else confirm(word, 0, role, effort)
        if found is None:
            continue
        if found.confidence == "confirmed" and provable:
            return found
        if first is None and index < believed and (pattern.exact or _DIGIT.search(found.value)):
            first = found
            if not provable:
                break
    if proven and best is not None:
        return best
    return None if plain is not None else first if pattern.exact else best or first


def _provable(pattern: Pattern) -> bool:
    return pattern.table.confidence != "confirmed" and not PROVING.isdisjoint(pattern.validators)
