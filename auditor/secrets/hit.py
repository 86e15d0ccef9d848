"""A finding that still knows its value, and how it is turned into one that does not."""

from __future__ import annotations

import hashlib
import hmac
from typing import NoReturn

from auditor.facts import Confidence, Secret, visible

FINGERPRINT_DIGITS = 32


def fingerprint(key: bytes, value: bytes) -> str:
    """The contract's keyed fingerprint of `value`: the first 32 hex digits of HMAC-SHA256(key, value).

    Equal values have equal fingerprints under one key; without the key a short value cannot be guessed from it.
    """
    return hmac.new(key, value, hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]


def mask(prefix: str, length: int) -> str:
    """The published form of a value: its public prefix, if any, and its length in characters."""
    return f"{visible(prefix)}…[{length}]"


class Hit:
    """One confirmed finding. Only `value` and `seal` can tell what was found: no repr, copy or pickle does.

    `line` counts from 1 and is where the secret starts in the artifact (None where the artifact has no lines, as a
    file name). `view` is the chain of decodings that showed it. `prefix` is the public part of the value's format.
    """

    __slots__ = ("_value", "confidence", "detector", "line", "path", "prefix", "view")

    def __init__(
        self,
        path: str,
        line: int | None,
        detector: str,
        view: str,
        confidence: Confidence,
        value: str,
        prefix: str = "",
    ) -> None:
        self.path = path
        self.line = line
        self.detector = detector
        self.view = view
        self.confidence: Confidence = confidence
        self.prefix = prefix
        self._value = value

    @property
    def value(self) -> str:
        """The secret itself. Whoever asks must not store, print or raise it."""
        return self._value

    def seal(self, key: bytes) -> Secret:
        """The finding as it may be published, its value replaced by a masked form and a fingerprint under `key`."""
        return Secret(
            path=self.path,
            line=self.line,
            detector=self.detector,
            view=self.view,
            masked=mask(self.prefix, len(self._value)),
            fingerprint=fingerprint(key, self._value.encode("utf-8", "surrogateescape")),
            confidence=self.confidence,
        )

    def __repr__(self) -> str:
        return f"<Hit {self.detector} at line {self.line} ({self.view}, {self.confidence})>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a hit knows a secret and is never stored or sent: seal it first")
