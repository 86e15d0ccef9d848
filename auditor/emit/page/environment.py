"""Templates that can only print what is safe, and pages that can only run and paint what this package brought.

Each value that a template prints goes through `auditor.emit.safe.safe` (one line, nothing invisible, nothing that acts)
and then through HTML escaping. The style and the script of a page stand in it, and its content security policy allows
them by their digests and nothing else: no network, no image, no form, no inline handler.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from auditor.emit.arrange import plural
from auditor.emit.safe import safe
from auditor.facts import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_PACKAGE = "auditor.emit.page"


class Asset(msgspec.Struct, frozen=True):
    """A style or a script that stands in a page: its text, and the digest by which the policy allows it."""

    text: str

    @property
    def source(self) -> str:
        """The digest as a content security policy writes it."""
        digest = hashlib.sha256(self.text.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


def security_policy(styles: Iterable[Asset], scripts: Iterable[Asset] = ()) -> str:
    """Return the content security policy of a page that holds these styles and scripts and needs nothing else."""
    allowed = {"style-src": [each.source for each in styles], "script-src": [each.source for each in scripts]}
    rest = "default-src 'none'; base-uri 'none'; form-action 'none'"
    return "; ".join([rest, *(f"{name} {' '.join(sources)}" for name, sources in allowed.items() if sources)])


def asset(package: str, name: str) -> Asset:
    """Return a style or a script that lies in the `templates` folder of a package."""
    text = (files(package) / "templates" / name).read_text("utf-8")
    if "</" in text:
        raise ValueError(f"{name} could end the element that holds it")
    return Asset(f"\n{text}")


@cache
def style() -> Asset:
    """Return the one style sheet of all pages."""
    return asset(_PACKAGE, "style.css")


@cache
def environment(*packages: str) -> Environment:
    """Return the environment of the templates of these packages and of this one."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - a page only

    loaders = [PackageLoader(package) for package in (*packages, _PACKAGE)]
    made = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["visible"] = visible
    made.filters["raw"] = _raw
    made.filters["ours"] = _ours
    made.filters["size"] = size
    made.filters["plural"] = plural
    made.filters["thousands"] = lambda number: f"{number:,}"
    return made


def size(number: int) -> str:
    """Return a number of bytes for reading: ``912 B``, ``4.2 kB``, ``1.3 GB``; kilo is a thousand."""
    amount, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{number} B" if unit == "B" else f"{amount:.1f} {unit}"


def _raw(text: str) -> Markup:
    """Return a style or a script of this package as markup, line ends and all; see `asset` for why it cannot break out."""
    from markupsafe import Markup  # noqa: PLC0415

    return Markup(text)  # noqa: S704 - our own file, checked when it is read


def _ours(text: str) -> Markup:
    """Return a sentence of the rules as markup: its first letter a capital, what stands in backticks as code."""
    from markupsafe import Markup, escape  # noqa: PLC0415

    parts = [escape(part) for part in safe(text[:1].upper() + text[1:]).split("`")]
    if len(parts) % 2 == 0:  # a backtick that nothing closes is only a backtick
        return Markup("`").join(parts)
    marked = (Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))
    return Markup("").join(marked)


def _printed(value: Any) -> Any:
    """Return what a template prints as one visible line; markup that a template made itself stays as it is."""
    return safe(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
