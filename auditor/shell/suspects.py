"""A first, context-free look at a command: could it leave the copy at all?

It is used while a log streams by, before the copy's place is known, and so must never miss what the full analysis would
find: everything it lets pass is made of plain relative words.
"""

from __future__ import annotations

import re

from auditor.shell.marks import scrub

LONG_COMMAND = 16384
"""A command of this length or more is always looked at: the analysis itself may give up on it."""

_FOLDER = r"(?![ \t]+\w[\w./-]*[ \t]*(?:$|[\n;&|)]))"
"""No plain relative folder follows, to go down into, and nothing after it."""
_SCRIPT = r"(?![ \t]+\w[\w./-]*(?=$|[ \t\n;&|)])(?!.*[ \t]-\w*c))"
"""No plain relative file follows, to run, or a ``-c`` after it, which might be the shell's own."""

_SIGNS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "absolute",
        ("/", ":"),
        re.compile(r"(?<![\w.*?%+\]}-])/|(?<!\w)-(?:.|\w+)/|file:", re.DOTALL | re.IGNORECASE),
    ),
    (
        "parent",
        ("..", ".?", ".[", ".*"),
        re.compile(r"(?<![\w.])\.\.(?![\w.])|(?<!\w)-(?:.|\w{1,64})\.\.|\.\**[?\[]", re.DOTALL),
    ),
    ("home", ("~", "ome", "HOME", "expanduser"), re.compile(r"~|\b[Hh]ome|HOME\b|expanduser")),
    ("variable", ("$", "`"), re.compile(r"[$`]")),
    ("redirect", ("<", ">"), re.compile(r"[<>](?!&[\d-])")),
    ("cd", ("cd", "pushd", "popd"), re.compile(rf"\b(?:cd\b{_FOLDER}|(?:pushd|popd)\b)")),
    ("brace", ("{",), re.compile(r"\{[^{}\s]*[,}][^{}\s]*\S")),
    ("escape", ("\\",), re.compile(r"\\(?:[xuU0-7]|\n)")),
    ("stream", ("sed",), re.compile(r"(?<![\w.-])[gpIiMme\d]*[rRwW]/")),
    (
        "nested",
        ("eval", "alias", "trap", "watch", "xargs", "sh"),
        re.compile(rf"\b(?:eval|alias|trap|watch|xargs)\b|(?<![\w.])(?:r?ba|da|z|k|a|mk|fi)?sh\b{_SCRIPT}", re.DOTALL),
    ),
)
"""Each sign with the fragments one of which its pattern needs (cheap to look for) and the pattern itself."""

_QUOTING = re.compile(r"\\\n|['\"\\]")
_HARMLESS = re.compile(r"(?<=[\s\d&])[&\d]?>{1,2}[ ]?/dev/null(?=$|[\s;|&)])")


_PLAIN_LONGEST = 500
_TEXT = r"[A-Za-z0-9_]++(?:[.-][A-Za-z0-9_]++)*+"
_WORD = (
    rf"(?:\./)?+\.?+{_TEXT}(?:/\.?+{_TEXT})*+/?+",
    rf"--?+{_TEXT}(?:={_TEXT})?+",
    r'"[A-Za-z0-9_ ,]*+"',
    r"'[A-Za-z0-9_ ,]*+'",
    r"--|\.|&&|\|\|?+|;|2>&1",
)
_ONE_WORD = rf"(?:{'|'.join(f'(?:{word});?+(?![^ ])' for word in _WORD)})"
_PLAIN_WORDS = re.compile(rf"{_ONE_WORD}(?: {_ONE_WORD})*+", re.ASCII)
_OF_WORDS = {hint: sign for _, hints, sign in _SIGNS for hint in hints if hint.isalpha()}
"""The signs that plain words may be: what a pattern of theirs needs, and the pattern."""
_FRAGMENTS = re.compile("|".join(sorted(_OF_WORDS)))


def is_plain(command: str) -> bool:
    """Tell whether a command consists of nothing but plain relative words, so that `suspects` has nothing to find in it.

    Much faster than that, and often wrong about harmless commands.
    """
    if len(command) > _PLAIN_LONGEST or _PLAIN_WORDS.fullmatch(command) is None:
        return False
    fragments = {*_FRAGMENTS.findall(command)}
    if not fragments:
        return True
    return not ("'" in command or '"' in command or any(_OF_WORDS[met].search(command) for met in fragments))


def suspects(command: str) -> tuple[str, ...]:
    """Return the signs in `command` of something that may leave the copy; `()` if it is clearly harmless.

    The signs are names such as `absolute`, `parent`, `variable`, `redirect`, in a fixed order. A command without a sign
    has no reference under any copy, as long as it starts inside the copy.
    """
    text = scrub(command)
    if "/dev/null" in text:
        text = _HARMLESS.sub(" ", text)
    # Quotes may split a sign (`.''.`) or stand before one (`'/etc'`): both readings count.
    bare = _QUOTING.sub("", text)
    found = [
        name
        for name, hints, sign in _SIGNS
        if _shows(text, hints, sign) or (bare != text and _shows(bare, hints, sign))
    ]
    if len(text) >= LONG_COMMAND:
        found.append("long")
    return tuple(found)


def _shows(text: str, hints: tuple[str, ...], sign: re.Pattern[str]) -> bool:
    for hint in hints:  # a generator would cost as much as the search
        if hint in text:
            return sign.search(text) is not None
    return False
