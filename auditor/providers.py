"""Which network hosts are a provider's own, as data; and reading hosts out of addresses without being fooled.

The data is ``rules/providers.toml``. It answers one question: may this host speak for this provider? It never makes two
provider names equal: the aliases only find a table, a pair is always compared as written.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

import tomli

from auditor.errors import OperatorError

_SCHEMA = "cto-providers/v1"
_KEYS = frozenset({"hosts", "patterns", "loopback", "aliases", "reference"})
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PATTERN = re.compile(r"[a-z0-9*-]+(?:\.[a-z0-9*-]+)+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_BARE = re.compile(r"[A-Za-z0-9._:\[\]-]+")
_AUTHORITY_END = re.compile(r"[/?#]")
_PORT = re.compile(r"[0-9]{1,5}")


class ProvidersFault(OperatorError):  # noqa: N818 - "fault" is the word for it throughout
    """The provider data cannot be used; the message says which table and why."""


class Providers:
    """The hosts of every known provider."""

    def __init__(
        self,
        hosts: Mapping[str, frozenset[str]],
        patterns: Mapping[str, tuple[re.Pattern[str], ...]],
        loopback: frozenset[str],
    ) -> None:
        self._hosts = dict(hosts)
        self._patterns = dict(patterns)
        self._loopback = loopback

    def names(self) -> tuple[str, ...]:
        """Return every known provider name and alias, sorted."""
        return tuple(sorted(self._hosts))

    def hosts(self, provider: str) -> frozenset[str] | None:
        """Return the provider's exact hosts (empty for one that is local or known by pattern only), None if unknown."""
        return self._hosts.get(provider)

    def is_local(self, provider: str) -> bool:
        """Tell whether the provider is a server on the machine itself, which loopback addresses speak for."""
        return provider in self._loopback

    def serves(self, provider: str, host: str) -> bool | None:
        """Tell whether `host` is one of `provider`'s own. None: nobody wrote down that provider's hosts."""
        exact = self._hosts.get(provider)
        if exact is None:
            return None
        name = _plain(host)
        if name in exact or (provider in self._loopback and is_loopback(name)):
            return True
        return any(pattern.fullmatch(name) for pattern in self._patterns.get(provider, ()))


def load(path: Path) -> Providers:
    """Read the provider data at `path`. Raise `ProvidersFault` where a table is not exactly of the known form."""
    try:
        data = tomli.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise ProvidersFault(f"the provider data {path.name} cannot be read: {error}") from error
    tables = data.get("provider")
    if data.get("schema") != _SCHEMA or not isinstance(tables, dict) or set(data) != {"schema", "provider"}:
        raise ProvidersFault(f"{path.name} must hold `schema = {_SCHEMA!r}` and [provider.<name>] tables, nothing else")
    hosts: dict[str, frozenset[str]] = {}
    patterns: dict[str, tuple[re.Pattern[str], ...]] = {}
    loopback: set[str] = set()
    for name, table in tables.items():
        own_hosts, own_patterns, local, aliases = _table(name, table)
        for key in (name, *aliases):
            if key in hosts:
                raise ProvidersFault(f"the provider name {key!r} is given twice")
            hosts[key] = own_hosts
            patterns[key] = own_patterns
            if local:
                loopback.add(key)
    return Providers(hosts, patterns, frozenset(loopback))


def is_loopback(host: str) -> bool:
    """Tell whether `host` names this machine itself, read strictly.

    127.0.0.0/8 in dotted decimal, ::1, ``localhost`` and names under it (RFC 6761). Other spellings of an address
    (integer, octal, hexadecimal, shortened, IPv4 in IPv6) are read differently by different programs: they are not.
    """
    name = _plain(host)
    if name == "localhost" or (name.endswith(".localhost") and _HOST.fullmatch(name)):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_loopback
    return address == ipaddress.IPv6Address("::1")


def endpoint_of(address: str) -> tuple[str, int | None] | None:
    """Return host and port of a URL or a bare ``host[:port]``; None where there is no host in it.

    The host comes lower-case, without brackets and trailing dot. Where programs would disagree about the host (a
    backslash, an escape, a control or a letter outside ASCII), the doubtful text is returned as it stands, without user
    and password: it is no provider's host, and hides nothing.
    """
    address = address.strip(" \t\r\n")
    scheme = _SCHEME.match(address)
    rest = address[scheme.end() :] if scheme else address
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    if not authority or (scheme is None and not _BARE.fullmatch(authority)):
        return None
    place = authority.rpartition("@")[2]
    if "\\" in authority and "\\" not in place:
        # Some programs end the host at the backslash, others at the last @: name both, and no password between them.
        first = authority.partition("\\")[0].rpartition("@")[2].partition(":")[0]
        return f"{first}\\{place}".lower(), None
    host, port = _split_port(place) if _BARE.fullmatch(place) else (None, None)
    if host is None:
        return (place.lower() or "@", None) if scheme else None
    return _plain(host), port


def host_of(url: str) -> str | None:
    """Return the host of a URL or a bare ``host[:port]``, None where there is none; see `endpoint_of`."""
    endpoint = endpoint_of(url)
    return None if endpoint is None else endpoint[0]


def _split_port(place: str) -> tuple[str | None, int | None]:
    """Split ``host[:port]``; the host is None where the text is not of that form."""
    if place.startswith("["):
        host, closed, rest = place[1:].partition("]")
        if not closed or not _is_ipv6(host) or (rest and not rest.startswith(":")):
            return None, None
        return _with_port(host, rest[1:])
    if place.count(":") > 1:
        return (place, None) if _is_ipv6(place) else (None, None)
    host, _, port = place.partition(":")
    return _with_port(host, port) if all(host.removesuffix(".").split(".")) else (None, None)


def _with_port(host: str, port: str) -> tuple[str | None, int | None]:
    if not port:
        return host, None
    if not _PORT.fullmatch(port) or int(port) > 65535:
        return None, None
    return host, int(port)


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _plain(host: str) -> str:
    """Return the host lower-case, without the brackets of an IPv6 literal and without one trailing dot."""
    name = host.lower() if host.isascii() else host
    if name.startswith("[") and name.endswith("]"):
        return name[1:-1]
    return name[:-1] if name.endswith(".") else name


def _table(name: str, table: object) -> tuple[frozenset[str], tuple[re.Pattern[str], ...], bool, tuple[str, ...]]:
    """Check one [provider.<name>] table and return its hosts, patterns, whether it is local, and its aliases."""
    if not isinstance(table, dict) or not set(table) <= _KEYS:
        raise ProvidersFault(f"[provider.{name}] may hold only {', '.join(sorted(_KEYS))}")
    hosts = _texts(name, table, "hosts")
    patterns = _texts(name, table, "patterns")
    local = table.get("loopback", False)
    reference = table.get("reference")
    if not isinstance(local, bool) or not isinstance(reference, str) or not reference:
        raise ProvidersFault(f"[provider.{name}] needs a `reference`, and `loopback` must be true or false")
    if not (hosts or patterns or local):
        raise ProvidersFault(f"[provider.{name}] names no host")
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ProvidersFault(f"[provider.{name}] {host!r} is not a plain lower-case host name")
    return (
        frozenset(hosts),
        tuple(_compile(name, pattern) for pattern in patterns),
        local,
        _texts(name, table, "aliases"),
    )


def _texts(name: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ProvidersFault(f"[provider.{name}] `{key}` must be a list of texts")
    return tuple(values)


def _compile(name: str, pattern: str) -> re.Pattern[str]:
    """Turn a host pattern into a regular expression: ``*`` is one run of letters, digits, hyphens in one label."""
    registered = pattern.rsplit(".", 2)[-2:]
    if not _PATTERN.fullmatch(pattern) or any("*" in label for label in registered):
        raise ProvidersFault(f"[provider.{name}] the pattern {pattern!r} must keep its last two labels free of `*`")
    return re.compile(re.escape(pattern).replace(r"\*", "[a-z0-9-]+"))
