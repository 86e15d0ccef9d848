"""Lines of JSON as writers, careless ones and forgers might write them."""

from __future__ import annotations

import json

from hypothesis import strategies as st

LONG = "x" * 900

_texts = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["a", "b", '": ', '", "', "},{", "\n", "\\", "\u2714", "e\u0301", " ", "\x7f", '{"a": 1}', LONG]),
)
_keys = st.one_of(st.sampled_from(["a", "b", "c d", 'q"', "\u00e9", ""]), _texts)
_values = st.recursive(
    st.one_of(
        _texts,
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none(),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.lists(st.tuples(_keys, inner), max_size=3)),
    max_leaves=5,
)
_spaces = st.sampled_from(["", "", "", " ", "  ", "\t", "\r", "\n"])


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Draw lines that a writer, a careless one or a forger might write; objects are drawn as pairs, so keys repeat."""
    comma, colon = draw(st.sampled_from([(",", ":"), (", ", ": "), (", ", ":"), (",", " : ")]))
    ascii_only = draw(st.booleans())
    odd = draw(st.booleans())

    def space() -> str:
        return draw(_spaces) if odd else ""

    def write(value: object) -> str:
        if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
            inner = (comma + space()).join(
                f"{json.dumps(key, ensure_ascii=ascii_only)}{space()}{colon}{write(child)}" for key, child in value
            )
            return "{" + inner + space() + "}"
        if isinstance(value, list):
            return "[" + comma.join(map(write, value)) + space() + "]"
        return json.dumps(value, ensure_ascii=ascii_only)

    objects = draw(st.lists(st.lists(st.tuples(_keys, _values), min_size=0, max_size=4), min_size=1, max_size=4))
    separators = st.sampled_from(["\n", "\n", "\n", "\n", " ", "\n\n", " \n", ""]) if odd else st.just("\n")
    text = "".join((write(pairs) if pairs else "{}") + draw(separators) for pairs in objects)
    return text.encode("utf-8", "surrogatepass") + (b"" if text.endswith("\n") else b"\n")
