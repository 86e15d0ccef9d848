"""Why an attestation is not believed: every reason, each with what a person can do about it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """One ground for refusal in one sentence, and what to do next. Names in it are not yet safe to print."""

    text: str
    hint: str = ""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, and the word for it throughout
    """The attestation is not believed. `reasons` are all that were found, the gravest first; never empty.

    `reason` and `hint` are those of the first. A signature that does not verify hides all further checks: nothing in
    what it covers can be relied on.
    """

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        if not self.reasons:
            raise ValueError("a refusal needs a reason")
        super().__init__("; ".join(reason.text for reason in self.reasons))

    @property
    def reason(self) -> str:
        """The first reason, in one sentence."""
        return self.reasons[0].text

    @property
    def hint(self) -> str:
        """What to do about the first reason."""
        return self.reasons[0].hint


def refusal(text: str, hint: str = "") -> Refused:
    """Return the refusal that has one reason."""
    return Refused((Reason(text, hint),))
