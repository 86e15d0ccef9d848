"""Credentials that everybody knows because a manual, a standard or an emulator prints them.

They are kept as digests, so that this file holds no value that a scanner, ours included, would find.
"""

from __future__ import annotations

import hashlib

_DIGITS = 24
"""Hex digits of a SHA-256 that are kept of each value: enough that no other value ever has the same."""

PUBLISHED: dict[str, str] = {
    "0011cc25eb4320717494d270": "the account key of the Azurite storage emulator",
    "aa6547439583c3a275d4542a": "the key of the Cosmos DB emulator",
    "2cafc0970149a84f3b9e62ea": "the test key in Stripe's reference",
    "f2d6ca16515033e5dce14eba": "the older test key in Stripe's reference",
    "60a09e4357868c1e9b801052": "the first account of Hardhat and Anvil",
    "095101cf732c298a0ce0320b": "the second account of Hardhat and Anvil",
    "5ccf2edb4f070f0b180f1ada": "the EC key of RFC 7515, appendix A.3",
    "a45404ae333dd955dcff82cf": "the EC key of RFC 7517, appendix A.2",
    "190edf59d5736c3b3ea6bb36": "the Ed25519 key of RFC 8037, appendix A.1",
    "570dad43de1af4c925f92c16": "the secret key in FastAPI's tutorial",
    "2598f7d6adc142d88161630f": "the secret key in Flask's documentation",
    "7f75367e7881255134e1375e": "the sample on jwt.io's front page",
    "02f7ce3c263f85c019eeeeea": "the bot token in Discord's documentation",
    "ea1ca3e25b35a51ea7c8c9e5": "the private key in WireGuard's quick start",
    "31043aae8be22df7c8159c11": "the key of YouTube's own web player",
    "2037abcaffb2b77785da716c": "a key in the tests of Firebase's Android SDK",
    "3f370c9dd8225c63b5c77de1": "a key in the tests of Firebase's Android SDK",
    "e4a5542bb7fd7b67e943c71a": "a key in the tests of Firebase's Android SDK",
    "a19f89ab3555eac10c40741f": "a key in the tests of Firebase's Android SDK",
    "0b476bdf9acf2123d547b5ae": "a key in the tests of Firebase's Android SDK",
    "eb540d2b6ee2a0a47c5779bc": "a key in the tests of Firebase's Android SDK",
    "9c846fdf0fa8955c377d0301": "the key in Mailgun's documentation",
    "d0c01bc88bd8646c6de7f391": "the password in SQLAlchemy's documentation",
    "5e4c9b2a056868a53a184658": "the password in PostgreSQL's page on CREATE ROLE",
    "45b612ed28af92c8494f14bb": "the password in PostgreSQL's page on ALTER ROLE",
    "0b5dd075ccdd03c42f4edda8": "the bot token in Telegram's documentation",
}
"""Digest -> where the value is printed."""


def digest(value: bytes) -> str:
    """What `PUBLISHED` keeps of a value."""
    return hashlib.sha256(value).hexdigest()[:_DIGITS]


def is_published(value: bytes) -> bool:
    """Say whether `value` is one of those that everybody knows."""
    return digest(value) in PUBLISHED
