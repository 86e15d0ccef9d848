"""The detectors of detect-secrets, run only on lines where they can find something.

Each plugin has anchors, one of which is in every line it can report on, and a gate, an expression that is looser than
the plugin's own and so cheap that loading detect-secrets (a tenth of a second) waits until it is worth it. What a plugin
says of a line is its own `analyze_line`'s word; only then do we ask whether it looks like a credential.

`EXCEPTIONS` lists what this path does not report though a plugin would, and why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import msgspec

from auditor.expressions import expression
from auditor.facts import Confidence
from auditor.secrets.claims import jwt
from auditor.secrets.patterns import Pattern, Table
from auditor.secrets.placeholders import is_placeholder, is_random_value

REACH = 512
"""The most bytes of a line, before and after an anchor, that a plugin is shown."""

SHORTEST = 8
"""Shorter findings are no credentials: of some formats a plugin reports the prefix only."""

NEAR_BEFORE = 80
NEAR_AFTER = 240
"""How far from its anchor a finding is looked for."""

EXCEPTIONS: dict[str, str] = {
    "IPPublicDetector": "an address is no credential",
    "Base64HighEntropyString": "entropy alone cannot tell a key from a digest or an id; named values are found by keyword",
    "HexHighEntropyString": "entropy alone cannot tell a key from a digest or an id; named values are found by keyword",
    "DiscordBotTokenDetector": "it has no anchor; our own pattern finds the tokens that begin with an id, as Discord's do",
    "SlackDetector": "it takes any digit after the prefix, as in xoxp-1-initial; our own patterns find Slack's tokens",
    "TelegramBotTokenDetector": "only tokens whose secret begins with AA, as Telegram makes them",
    "IbmCloudIamDetector": "only where ibm, iam or cloud stands before the name: the plugin takes any key of 44 characters",
}


class Plugin(msgspec.Struct, frozen=True):
    """How one plugin is reached: caseless anchors in lower case, and the gate."""

    name: str
    anchors: tuple[str, ...]
    gate: str
    confidence: Confidence = "likely"
    caseless: bool = False
    looks_real: Callable[[bytes], bool] = lambda value: not is_placeholder(value)


def _joined(names: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name}{glue}{word}" for name in names for glue in ("", "_", "-") for word in words)


def _never(_value: bytes) -> bool:
    return False


_BASES = re.compile(rb"[ACGTN]+\Z")
_HEX = re.compile(rb"[0-9a-f]+\Z")


def _is_access_key(value: bytes) -> bool:
    """Whether an access key's id is none of a gene: ``ACCA`` begins primers and guides of twenty bases, too."""
    return not is_placeholder(value) and _BASES.match(value) is None


def _is_secret_key(value: bytes) -> bool:
    """Whether forty characters beside AWS's name are none of a commit."""
    return not is_placeholder(value) and _HEX.match(value) is None


_OWNERS = ("api", "auth", "service", "account", "db", "database", "priv", "private", "client")
_KEYWORDS = (
    *(f"{owner}{glue}key" for owner in _OWNERS for glue in ("", "_")),
    *(f"{owner}{glue}pass" for owner in ("db", "database", "key") for glue in ("", "_")),
    *("password", "passwd", "pwd", "secret", "contrase"),
)
_KEYWORD = "|".join(_KEYWORDS)
_GIVEN = expression(
    "|".join(
        (
            rf"(?:{_KEYWORD})\w*+[]'\"]{{0,2}}\s*(?::|[!=]{{1,3}}>?)\s*[\"'`]",
            rf"(?:{_KEYWORD})\w*+\S{{0,60}}?\s*[\"'`][^\"']+[\"'`];",
            rf"[\"'`]\s*[!=]{{2,3}}\s*\w*?(?:{_KEYWORD})",
        )
    ),
    re.IGNORECASE,
)
"""A quoted text that a keyword is given, that stands behind one as a statement, or is compared with one.

The keyword plugin takes no other; a keyword by chance, within an id, is given none.
"""
_NAMED = ("key", "pw", "pass", "token", "api")
_COS = _joined(("secret",), ("key", "access"))

_AP = tuple(f"AP{digit:X}" for digit in range(16))

PLUGINS: tuple[Plugin, ...] = (
    Plugin(
        "ArtifactoryDetector",
        ("AKC", *_AP),
        r"(?:^|[\s=:\"])A(?:KC|P[0-9A-F])[A-Za-z0-9]{8,}(?:[\s\"]|$)",
        "possible",
        looks_real=is_random_value,
    ),
    Plugin(
        "AWSKeyDetector",
        ("AKIA", "ASIA", "ABIA", "ACCA", "A3T"),
        r"A(?:3T|[A-Z]{3})[0-9A-Z]{16}",
        looks_real=_is_access_key,
    ),
    Plugin("AWSKeyDetector", ("aws",), r"[\"'][0-9a-z/+]{40}[\"']", caseless=True, looks_real=_is_secret_key),
    Plugin("AzureStorageKeyDetector", ("AccountKey=",), r"AccountKey=[A-Za-z0-9+/=]{88}"),
    Plugin("BasicAuthDetector", ("://",), r"://[^\s/]+:[^\s/]+@", looks_real=_never),
    Plugin(
        "CloudantDetector", _joined(("cl", "clou", "cloudant"), _NAMED), r"(?<!\w)cl.{0,40}[0-9a-z]{24}", caseless=True
    ),
    Plugin("CloudantDetector", ("cloudant.com",), r":[0-9a-z]{24,64}@", caseless=True),
    Plugin("GitHubTokenDetector", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[a-z]_[A-Za-z0-9_]{36}"),
    Plugin(
        "GitLabTokenDetector",
        (
            "glpat-",
            "gldt-",
            "glft-",
            "glsoat-",
            "glrt-",
            "GR1348941",
            "glcbt-",
            "glimt-",
            "glptt-",
            "glagent-",
            "gloas-",
        ),
        r"(?:gl[a-z]{2,5}-|GR1348941)[A-Za-z0-9_\-]{20}",
        looks_real=lambda value: not is_placeholder(value) and re.fullmatch(rb"GR[0-9]+", value) is None,
    ),
    Plugin("IbmCloudIamDetector", _joined(("ibm", "iam", "cloud"), _NAMED), r"[:=> \"'][a-z0-9_\-]{44}", caseless=True),
    Plugin("IbmCosHmacDetector", _COS, r"[a-f0-9]{48}", caseless=True),
    Plugin(
        "JwtTokenDetector",
        ("eyJ",),
        r"eyJ[A-Za-z0-9\-_=]+\.",
        looks_real=lambda value: jwt(value) != "rejected",
    ),
    Plugin("KeywordDetector", _KEYWORDS, r"[\"'`][^\"'`]", "possible", caseless=True, looks_real=is_random_value),
    Plugin("MailchimpDetector", ("-us",), r"[0-9a-z]{32}-us[0-9]"),
    Plugin("NpmDetector", ("_authToken=",), r"//.+/:_authToken=", looks_real=is_random_value),
    Plugin("OpenAIDetector", ("T3BlbkFJ",), r"sk-.*T3BlbkFJ"),
    Plugin("PrivateKeyDetector", ("BEGIN", "PuTTY-User-Key-File-2"), r"PRIVATE KEY|PuTTY", looks_real=_never),
    Plugin("PypiTokenDetector", ("pypi-AgE",), r"pypi-AgE[A-Za-z0-9_\-]{70}"),
    Plugin("SendGridDetector", ("SG.",), r"SG\.[A-Za-z0-9_\-]{22}\."),
    Plugin("SoftlayerDetector", _joined(("sl", "softlayer"), _NAMED), r"[a-z0-9]{64}", caseless=True),
    Plugin("SoftlayerDetector", ("api.softlayer.com", "api?softlayer"), r"[a-z0-9]{64}", caseless=True),
    Plugin("SquareOAuthDetector", ("sq0csp-",), r"sq0csp-[0-9A-Za-z\\\-_]{43}"),
    Plugin("StripeDetector", ("sk_live_", "rk_live_"), r"k_live_[0-9a-zA-Z]{24}"),
    Plugin("TelegramBotTokenDetector", (":AA",), r"\d{8,10}:AA[0-9A-Za-z_\-]{33}"),
    Plugin("TwilioKeyDetector", ("AC", "SK"), r"(?:AC|SK)[a-z0-9]{32}", "possible"),
)
"""Every plugin of detect-secrets but the excepted ones."""

_THEN = {
    "AC": "[a-z0-9]{8}",
    "SK": "[a-z0-9]{8}",
    **dict.fromkeys(_AP, "[A-Za-z0-9]{8}"),
    "AKC": "[A-Za-z0-9]{10}",
    "A3T": "[A-Z0-9]{8}",
}
_THEN |= {"-us": "[0-9]{1}", "SG.": "[A-Za-z0-9_-]{8}", "eyJ": "[A-Za-z0-9_=-]{8}"}


class PluginRole:
    """One plugin with one anchor, ready to look at lines."""

    def __init__(self, plugin: Plugin, anchor: str) -> None:
        self.plugin = plugin
        self.anchor = anchor.encode()
        then = re.fullmatch(r"(\[[^\]]+\])\{(\d+)\}", _THEN.get(anchor, ""))
        self.then = (then[1], int(then[2])) if then else ("", 0)
        self.pattern = _pattern(plugin)

    @cached_property
    def _gate(self) -> re.Pattern[str]:
        return re.compile(self.plugin.gate, re.IGNORECASE if self.plugin.caseless else 0)

    def findings(self, line: str) -> list[str]:
        """What the plugin itself reports of `line`."""
        if self._gate.search(line) is None:
            return []
        return sorted(
            secret.secret_value for secret in _loaded(self.plugin.name).analyze_line("", line) if secret.secret_value
        )

    def credentials(self, line: str, at: int) -> Iterator[bytes]:
        """Those of the plugin's findings in `line` that look like credentials; the anchor stands at `at`."""
        near = line[max(0, at - NEAR_BEFORE) : at + NEAR_AFTER]
        if self._gate.search(near) is None or not self._worth(near):
            return
        for value in self.findings(line):
            encoded = value.encode("latin-1", "ignore")
            if len(encoded) >= SHORTEST and self.plugin.looks_real(encoded):
                yield encoded

    def _worth(self, line: str) -> bool:
        """Whether a keyword's line quotes anything that could pass for a credential at all."""
        if self.plugin.name != "KeywordDetector":
            return True
        quoted = _QUOTED.findall(line)
        return any(is_random_value(part.encode("latin-1", "ignore")) for part in quoted) and bool(_GIVEN.search(line))


_QUOTED = re.compile(r"[\"'`]([^\"'`\s\\]{8,})")


def _pattern(plugin: Plugin) -> Pattern:
    return Pattern(
        Table(
            id=f"detect-secrets.{plugin.name}",
            title=f"detect-secrets: {plugin.name}",
            issuer="Yelp detect-secrets",
            anchors=plugin.anchors,
            regex="",
            confidence=plugin.confidence,
            examples=(),
            counter_examples=(),
            reference="https://github.com/Yelp/detect-secrets",
            generic=True,
        )
    )


_instances: dict[str, Any] = {}


def _loaded(name: str) -> Any:
    if name not in _instances:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415  # slow to load

        kinds: dict[str, Any] = get_mapping_from_secret_type_to_class()
        for kind in kinds.values():
            _instances.setdefault(kind.__name__, kind())
    return _instances[name]


def roles() -> list[PluginRole]:
    """A role for every anchor of every plugin."""
    return [PluginRole(plugin, anchor) for plugin in PLUGINS for anchor in dict.fromkeys(plugin.anchors)]


def worth_asking() -> list[PluginRole]:
    """The roles of those plugins that tell of values which our own patterns would not tell of."""
    return [role for role in roles() if role.plugin.looks_real is not _never]


def report(line: str) -> set[tuple[str, str]]:
    """What the plugins report of `line`, as (plugin, value): the accelerated path before any filter of ours."""
    found: set[tuple[str, str]] = set()
    lowered = line.lower()
    for role in roles():
        anchor = role.anchor.decode()
        if anchor in (lowered if role.plugin.caseless else line):
            found |= {(role.plugin.name, value) for value in role.findings(line)}
    return found
