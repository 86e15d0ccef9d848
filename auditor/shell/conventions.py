"""What holds for words in whatever command they stand: names that mean prose, directories any command may name."""

from __future__ import annotations


def names(listed: str) -> frozenset[str]:
    """Return the names that `listed` holds, blanks between them."""
    return frozenset(listed.split())


GENERIC_WEAK = names(
    "message title body description comment summary reason note notes header format pretty author grep regexp regex "
    "pattern separator delimiter testNamePattern test-name-pattern subject label jq base base-href base-path base-url "
    "public-path public-url url route endpoint exclude exclude-dir include ignore ignore-pattern glob"
)
"""Long options whose value is prose, a pattern or a route in whatever command they appear."""

TEST_OPERATORS = names("-a -b -c -d -e -f -g -h -k -p -r -s -u -w -x -G -L -N -O -S")
TEST_COMPARISONS = names("-nt -ot -ef")
"""What `test` asks of files; its other operands are strings."""

STANDARD_BIN = names(
    "/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /opt/homebrew/bin /opt/homebrew/sbin"
)
"""Directories whose programs any command may name: `/usr/bin/env` opens nothing that `env` does not."""

WEAK_VARIABLES = (
    *("URL", "URI", "ROUTE", "ENDPOINT", "PREFIX", "PATTERN", "REGEX", "MESSAGE", "MSG", "TITLE", "BODY", "BASE_PATH"),
)
"""Endings of names of variables that hold routes or prose."""

TEXT_VARIABLES = names("IFS PS1 PS2 PS3 PS4 TZ")
"""Variables that never hold a path."""
