"""Expressions that are compiled late are like others once they are asked, and all of the package's can be compiled."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import walk_packages

import pytest

import auditor
from auditor.expressions import _QUESTIONS, _Expression, expression


@pytest.mark.parametrize("text", ["ab1 c2, d", "", "7"])
def test_it_answers_as_a_compiled_one_does(text: str) -> None:
    pattern = r"(?P<n>[a-z]+)(\d)"
    made, late = re.compile(pattern), expression(pattern)
    for question in ("fullmatch", "match", "search"):
        assert repr(getattr(expression(pattern), question)(text)) == repr(getattr(made, question)(text))
    assert late.findall(text) == made.findall(text)
    assert late.split(text) == made.split(text)
    assert late.sub("-", text) == made.sub("-", text)
    assert (late.pattern, late.groups, dict(late.groupindex)) == (made.pattern, made.groups, dict(made.groupindex))


def test_it_has_all_questions_of_a_compiled_one() -> None:
    made = re.compile("a")
    assert {name for name in dir(made) if callable(getattr(made, name)) and name[0] != "_"} == {*_QUESTIONS, "scanner"}


def test_flags_are_heeded() -> None:
    assert expression("a", re.IGNORECASE).fullmatch("A")
    assert not expression("a").fullmatch("A")


def test_nothing_is_compiled_before_it_is_asked() -> None:
    broken = expression("(")
    with pytest.raises(re.error):
        broken.search("x")


def test_every_expression_of_the_package_can_be_compiled() -> None:
    names = [module.name for module in walk_packages(auditor.__path__, "auditor.") if module.name != "auditor.__main__"]
    late = [value for name in names for value in vars(import_module(name)).values() if isinstance(value, _Expression)]
    assert len(late) > 100
    for value in late:
        assert value.groups >= 0
