"""A first, context-free look at a command: could it leave the copy at all?

It is used while a log streams by, before the copy's place is known, and so must never miss what the full analysis would
find: everything it lets pass is made of plain relative words.
"""

from __future__ import annotations

import re

_SIGNS = {
    "absolute": re.compile(r"(?<![\w.*?%+\]}-])/|(?<!\S)['\"]?-[A-Za-z]+/|file:"),
    "parent": re.compile(r"(?<![\w.])\.\.(?![\w.])|\.\?|\.\["),
    "home": re.compile(r"~|\b[Hh]ome|HOME\b|expanduser"),
    "variable": re.compile(r"[$`]"),
    "redirect": re.compile(r"[<>](?!&[\d-])"),
    "cd": re.compile(r"\b(?:cd|pushd|popd)\b"),
    "brace": re.compile(r"\{[^{}\s]*[,}][^{}\s]*\S"),
    "escape": re.compile(r"\\(?:[xuU0-7]|\n)"),
    "nested": re.compile(r"\b(?:eval|alias|trap|watch|xargs|(?:ba|da|z|k|a|mk|fi)?sh)\b"),
    "long": re.compile(r"(?s).{16384}"),
}
_QUOTING = str.maketrans("", "", "'\"\\\n")
_HARMLESS = re.compile(r"(?<=[\s\d&])[&\d]?>{1,2}[ ]?/dev/null(?=$|[\s;|&)])")


def suspects(command: str) -> tuple[str, ...]:
    """Return the signs in `command` of something that may leave the copy; `()` if it is clearly harmless.

    The signs are names such as `absolute`, `parent`, `variable`, `redirect`, in a fixed order. A command without a sign
    has no reference under any copy, as long as it starts inside the copy.
    """
    text = _HARMLESS.sub(" ", command)
    bare = text.translate(_QUOTING)
    return tuple(name for name, sign in _SIGNS.items() if sign.search(text) or sign.search(bare))
