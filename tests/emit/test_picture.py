"""A verdict that was published, and the picture kept beside it, give the same page again."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.emit import formats
from auditor.emit.picture import MAX_NAMINGS, decode, encode, picture, restore
from auditor.emit.published import publish
from auditor.errors import OperatorError
from auditor.facts import Moment, Verdict, Where
from tests.emit.verdicts import broken, naming, scrawled, sound


def again(verdict: Verdict) -> Verdict:
    """Return the verdict as a store would give it back."""
    remedies = {ruling.rule: ruling.remedy for ruling in verdict.rulings}
    return restore(publish(verdict), decode(encode(picture(verdict))), remedies)


@pytest.mark.parametrize("verdict", [sound(), broken()])
def test_what_is_restored_reads_the_same(verdict: Verdict) -> None:
    for name in ("text", "json", "markdown"):
        assert formats()[name].emit(again(verdict)) == formats()[name].emit(verdict)


@given(st.text(st.characters(), max_size=20))
def test_any_text_survives(scrawl: str) -> None:
    moment = Moment("step", "harness", scrawl, Where(scrawl, 1, scrawl), 5, None, scrawl)
    verdict = msgspec.structs.replace(scrawled(scrawl), moments=(moment,))
    assert again(again(verdict)) == again(verdict)
    assert publish(again(verdict)) == publish(verdict)


def test_what_differs_from_the_admitted_pair_is_kept_before_the_rest() -> None:
    many = tuple(naming("served", "harness", "t", n + 1) for n in range(MAX_NAMINGS + 5))
    stranger = naming("served", "harness", "t", 900, model="other")
    kept = picture(msgspec.structs.replace(sound(), namings=(*many, stranger))).namings
    assert len(kept) == MAX_NAMINGS and kept[0].model == "other"


def test_without_a_picture_nothing_is_made_up() -> None:
    bare = restore(publish(sound()))
    assert (bare.namings, bare.moments) == ((), ())
    assert bare.decision == "pass"


def test_a_broken_picture_is_the_operator_s_to_mend() -> None:
    with pytest.raises(OperatorError, match="picture"):
        decode(b'{"schema":"cto-audit-picture/v9"}')
