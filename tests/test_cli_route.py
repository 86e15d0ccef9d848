"""Which command a command line means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import cli, commands

KNOWN = ["audit", "rules", "schema"]
VALUED = {"--admission", "--format"}


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        ("RUN", "audit RUN"),
        ("RUN --json", "audit RUN --json"),
        ("--json RUN", "audit --json RUN"),
        ("--admission FILE RUN", "audit --admission FILE RUN"),
        ("--admission=FILE RUN", "audit --admission=FILE RUN"),
        ("--admission rules RUN", "audit --admission rules RUN"),
        ("audit RUN", "audit RUN"),
        ("--json audit RUN", "audit --json RUN"),
        ("--format json rules", "rules --format json"),
        ("rules --json", "rules --json"),
        ("./rules", "audit ./rules"),
        ("-- rules", "audit -- rules"),
        ("--json -- rules", "audit --json -- rules"),
        ("-", "audit -"),
        ("", "audit"),
        ("--json", "audit --json"),
        ("--help", "--help"),
        ("-h", "-h"),
        ("RUN --help", "audit RUN --help"),
    ],
)
def test_a_command_line_means_one_command(given_: str, meant: str) -> None:
    assert cli.route(given_.split(), KNOWN, VALUED) == meant.split()


@given(st.lists(st.sampled_from(["RUN", "rules", "--json", "--admission", "--", "-v", "x"])))
def test_routing_loses_and_invents_no_argument(arguments: list[str]) -> None:
    routed = cli.route(arguments, KNOWN, VALUED)
    rest = list(routed)
    if rest != arguments and sorted(rest) != sorted(arguments):
        assert rest.pop(0) == "audit"
    assert sorted(rest) == sorted(arguments)


def test_an_option_takes_a_value_in_every_command_or_in_none() -> None:
    flags: set[str] = set()
    valued: set[str] = set()
    for name in commands.names():
        own = cli.valued_options([name])
        valued |= own
        flags |= cli.flag_options([name])
    assert valued.isdisjoint(flags)
    assert {"--admission", "--output", "--provider"} <= valued
    assert {"--json", "--verbose", "-q"} <= flags
