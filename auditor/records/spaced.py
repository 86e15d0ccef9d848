"""Lines whose writer leaves a space after each comma and colon: are they all that was decoded from them?

An encoder leaves no spaces, and to put them in takes longer than all else where texts are long. So long texts, which
were kept as they are written, are left out while that is done, and copied back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any

import msgspec
from msgspec import UNSET, Raw

_SPACED, _FIRST_KEY = b'": ', 100
"""By what, and where, one sees that spaces were left between the tokens."""
_HOLE, _END = b'"(text)"', b'"(end)"'
"""What stands for a text, and after a record, meanwhile. Lines that hold the same are compared in vain, and only that."""

_encoder = msgspec.json.Encoder()


def are_spaced(data: bytes) -> bool:
    """Tell whether the writer of these lines seems to leave spaces."""
    return _SPACED in data[:_FIRST_KEY]


def with_usual_spaces(records: Sequence[Any]) -> bytes:
    """Return the records with a space after each comma and each colon, in one list: that is what the formatter knows."""
    return msgspec.json.format(_encoder.encode(records), indent=0)


def are_all(structs: Sequence[msgspec.Struct], texts: Mapping[str, Sequence[Any]], data: bytes) -> bool:
    """Tell whether `data` is just these records, one a line, with the usual spaces.

    `texts` are the columns of `Raw` texts, or UNSET, by the attribute of the structs at which they stand, in its order.
    """
    hole = Raw(_HOLE)
    left_out = [
        (name, [(struct, text) for struct, text in zip(structs, column, strict=True) if text is not UNSET])
        for name, column in texts.items()
    ]
    marked: list[Any] = [Raw(_END)] * (2 * len(structs))
    marked[::2] = structs
    try:
        for name, pairs in left_out:
            for struct, _ in pairs:
                setattr(struct, name, hole)
        outline = with_usual_spaces(marked)
    finally:
        for name, pairs in left_out:
            for struct, text in pairs:
                setattr(struct, name, text)
    lines = outline[1:-1].replace(b", " + _END + b", ", b"\n").removesuffix(b", " + _END) + b"\n"
    between = lines.split(_HOLE)
    inside = [text for row in zip(*texts.values(), strict=True) for text in row if text is not UNSET]
    if len(between) != len(inside) + 1:
        return False
    return b"".join(chain.from_iterable(zip_longest(between, inside, fillvalue=b""))) == data
