"""The grammar of developers' tools whose words are patterns, expressions or the system's own places: tables only."""

from __future__ import annotations

from auditor.shell.grammar import Spec, each, options

_COMPILER = Spec(options=options(library="I L isystem idirafter iquote"), long=True)
_PYTEST = Spec(options=options(text="k m deselect W p", path="c o rootdir basetemp confcutdir junitxml"))
_COVERAGE = Spec(options=options(text="omit include m module", path="rcfile data-file o d"))

TOOLS: dict[str, Spec] = {
    **each("gcc g++ cc c++ clang clang++ tcc", _COMPILER),
    **each("pytest py.test", _PYTEST),
    **each("coverage coverage3", _COVERAGE),
    "rspec": Spec(options=options(text="e example E example-matches t tag", path="I r O o out")),
    "lcov": Spec(
        rest="text",
        options=options(
            path="r remove e extract a add-tracefile o output-file d directory b base-directory l list summary "
            "config-file",
            text="rc exclude include omit-lines t test-name",
        ),
    ),
    "gcovr": Spec(options=options(text="e exclude f filter exclude-directories", path="r root o output")),
    "sd": Spec(("text", "text"), "operand", options(text="n max-replacements f flags")),
    "comby": Spec(("text", "text"), options=options(path="d directory", text="f filter exclude matcher")),
    "replace-in-file": Spec(("text", "text"), "operand"),
    **each(
        "ast-grep sg",
        Spec(options=options(text="p pattern r rewrite l lang k kind selector", path="c config rule")),
    ),
    "xmllint": Spec(rest="operand", options=options(text="xpath pattern encode", path="output schema"), long=True),
    "xmlstarlet": Spec(
        subcommands={
            "sel": Spec(rest="operand", options=options(text="v value-of m match i if s sort o output"), long=True),
            "ed": Spec(
                rest="operand",
                options=options(text="u update d delete m move v value i insert a append s subnode t type n name r x"),
                long=True,
            ),
        }
    ),
    "zip": Spec(options=options(text="x exclude i include")),
    "tree": Spec(rest="operand", options=options(text="I P L", path="o fromfile"), reads=True),
}
"""Specs by command."""
