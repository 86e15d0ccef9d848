"""Errors that the operator can mend: one sentence, and what to do next."""

from __future__ import annotations


class OperatorError(Exception):
    """What the operator asked for cannot be done as asked: a missing directory, an unreadable policy, a wrong option.

    The command line prints the sentence and the hint on standard error and exits 2. Neither may quote a credential or
    a line of evidence. Untrusted names are made safe to print at the place of printing, not here.
    """

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        """What to do next, in one sentence; empty where the first sentence already says it."""
