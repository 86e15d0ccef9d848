"""The marked block of a work item: where the verdict stands for people to read, and its history.

The block lies between two HTML comments. The first carries the digest of what lies between, so that an edit by hand is
seen before it would be lost; a gate does not rely on it, and renders the block afresh from the attestation instead.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from urllib.parse import quote, unquote_to_bytes

import msgspec

from auditor.emit.safe import code
from auditor.errors import OperatorError
from auditor.instants import instant, rfc3339
from auditor.workitems.document import LINE_END, Document
from auditor.workitems.markdown import comments
from auditor.workitems.render import headline, points
from auditor.workitems.standing import Standing

_MARKER = re.compile(r"<!-- cto-audit:verdict:(begin v1 sha256=(?P<sha256>[0-9a-f]{64})|end) -->[ \t]*")
_MARKER_WORDS = re.compile(r"cto-audit:verdict", re.IGNORECASE)
_END = "<!-- cto-audit:verdict:end -->"
_HISTORY = "History, newest first:"
_PAST = re.compile(
    r"- `(?P<judged>[0-9TZ:.-]{20,32})` \*\*(?P<decision>PASS|BLOCKED|FAIL)\*\* run (?P<run>`.{1,1000}`),"
    r" attestation `sha256:(?P<sha256>[0-9a-f]{64})`"
)
_LINK = re.compile(r"- (?P<what>Attestation|Log proof): \[[^\]\n]{1,2000}\]\((?P<name>[^()<>\s]{1,2000})\).*")
_NOT_IN_LINK_TEXT = re.compile(r"[^A-Za-z0-9._ -]")
MAX_HISTORY = 1000


class Past(msgspec.Struct, frozen=True):
    """One line of the history: when a verdict was reached (microseconds), its attestation's digest, what it is, the line."""

    judged: int
    sha256: str
    decision: str
    line: str


class Block(msgspec.Struct, frozen=True):
    """The block as it stands in a document.

    `start` and `end` are its first and last character (without the last line end), `lines` what lies between the markers,
    `intact` whether that is what was written there. `attestation` and `proof` are the names of the files beside the work
    item that it links to.
    """

    start: int
    end: int
    line: int
    lines: tuple[str, ...]
    intact: bool
    history: tuple[Past, ...] = ()
    attestation: str | None = None
    proof: str | None = None


class Files(msgspec.Struct, frozen=True):
    """The names of the files that are stored beside the work item: the attestation, and its proof if a log is in use."""

    attestation: str
    proof: str | None = None


def find_block(document: Document) -> Block | None:
    """Return the document's block, None if it has none.

    Raise `OperatorError` where markers are broken, repeated, nested or inside something else: then nobody can say what
    belongs to the verdict. Markers in code are quotations, and are left alone.
    """
    found: list[tuple[int, str | None]] = []
    for line, text, alone in comments(document):
        if not _MARKER_WORDS.search(text):
            continue
        marker = _MARKER.fullmatch(text)
        if marker is None or not alone:
            why = "is not as it was written" if alone else "stands inside a list, a quotation or other HTML"
            raise OperatorError(f"its verdict marker on line {line} {why}", _MEND)
        found.append((line, marker["sha256"]))
    if not found:
        return None
    kinds = ["begin" if sha256 else "end" for _, sha256 in found]
    if kinds != ["begin", "end"]:
        where = ", ".join(f"{kind} on line {line}" for kind, (line, _) in zip(kinds, found, strict=True))
        raise OperatorError(f"its verdict markers do not make one block: {where[:300]}", _MEND)
    (first, stated), (last, _) = found
    starts = [0, *(each.end() for each in LINE_END.finditer(document.text))]
    stop = LINE_END.search(document.text, starts[last - 1])
    inner = tuple(LINE_END.split(document.text[starts[first] : starts[last - 1]]))[:-1]
    links = {match["what"]: _linked(match["name"]) for match in map(_LINK.fullmatch, inner) if match}
    return Block(
        start=starts[first - 1],
        end=stop.start() if stop else len(document.text),
        line=first,
        lines=inner,
        intact=stated == _digest(inner),
        history=tuple(past for past in map(_past, inner) if past),
        attestation=links.get("Attestation"),
        proof=links.get("Log proof"),
    )


_MEND = 'remove the "cto-audit:verdict" marker lines and what lies between them, then attach again with --force'


def render(standing: Standing, item: str, files: Files, earlier: Sequence[Past]) -> list[str]:
    """Return the block's lines, markers included, for the work item with the id `item`.

    `earlier` is the history that is to be kept, in any order; a line for `standing` is added unless it has one. The blank
    lines and the plain link target are what formatters of Markdown would make of it, so that none of them changes it.
    """
    lines = [
        "",
        f"{headline(standing)} on {code(item)}",
        "",
        *points(standing),
        f"- Attestation: {_link(files.attestation)}, {code('sha256:' + standing.sha256)}",
        *([f"- Log proof: {_link(files.proof)}"] if files.proof else []),
        "",
        _HISTORY,
        "",
        *(past.line for past in _history(standing, earlier)),
        "",
    ]
    return [f"<!-- cto-audit:verdict:begin v1 sha256={_digest(lines)} -->", *lines, _END]


def place_block(document: Document, block: Block | None, lines: Sequence[str]) -> str:
    """Return the document's text with the lines in the block's place, or at its end where there is none."""
    text = document.text
    written = document.newline.join(lines)
    if block is not None:
        return text[: block.start] + written + text[block.end :]
    needed = 2 - _trailing(text)
    return text + document.newline * needed + written + document.newline


def _trailing(text: str) -> int:
    """Return how many line ends the text ends with, at most 2."""
    match = re.search("(?:\r\n|\r|\n){1,2}\\Z", text[-4:])
    return len(LINE_END.findall(match[0])) if match else 0


def _history(standing: Standing, earlier: Sequence[Past]) -> list[Past]:
    own = Past(standing.judged, standing.sha256, standing.decision, _past_line(standing))
    others = [past for past in earlier if past.sha256 != standing.sha256]
    return [own, *sorted(others, key=lambda past: past.judged, reverse=True)][:MAX_HISTORY]


def _past_line(standing: Standing) -> str:
    return (
        f"- `{rfc3339(standing.judged)}` **{standing.decision.upper()}** run {code(standing.run_id[:200])},"
        f" attestation `sha256:{standing.sha256}`"
    )


def _past(line: str) -> Past | None:
    match = _PAST.fullmatch(line)
    judged = instant(match["judged"]) if match else None
    return None if match is None or judged is None else Past(judged, match["sha256"], match["decision"].lower(), line)


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _link(name: str) -> str:
    """Return a Markdown link to a file in the same folder; nothing in its name can end the link."""
    return f"[{_NOT_IN_LINK_TEXT.sub('_', name)}](./{quote(os.fsencode(name))})"


def _linked(target: str) -> str:
    return os.fsdecode(unquote_to_bytes(target)).removeprefix("./")
