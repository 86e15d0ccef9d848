"""Find the rules, load them, digest them, and evaluate them: the worst ruling decides."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import msgspec
import tomli

from auditor.errors import OperatorError
from auditor.evidence import Evidence, Outcome, Rule, unproven
from auditor.facts import Decision, Gap, Ruling, visible
from auditor.places import rules_folder
from auditor.policy import Policy
from auditor.sources import fact_kinds

_NAME = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")
_PACKAGE = "auditor_rules"
_NO_DOC = "it has no documentation"
_NO_OO = "python -OO (or PYTHONOPTIMIZE=2) takes documentation away, and rules explain themselves by it: run without it"
MACHINERY_FACTS = frozenset({"entry.special"})
"""Fact kinds that the walk states itself."""


class Ruleset(msgspec.Struct, frozen=True):
    """All rules, sorted by name, and the digest of every file that judges (rules, layouts, patterns, policy)."""

    rules: tuple[Rule, ...]
    sha256: str


@cache
def load(folder: Path | None = None) -> Ruleset:
    """Load every rule in ``rules/*.py``. A rule that names an unknown fact kind or a wrong topic refuses to load."""
    place = folder or rules_folder()
    rules: list[Rule] = []
    for path in sorted(place.glob("*.py")):
        if path.name.startswith("_"):
            continue
        module = _module(path)
        rules += [value for value in vars(module).values() if isinstance(value, Rule) and _checked(value, path)]
    names = [rule.name for rule in rules]
    if not rules or len(set(names)) != len(names):
        raise OperatorError(f"the rules in {place} are incomplete or repeat a name", "reinstall cto-audit")
    return Ruleset(tuple(sorted(rules, key=lambda rule: rule.name)), digest(place))


def digest(folder: Path) -> str:
    """Return the root digest of the rules folder: SHA-256 of the sorted ``<sha256>  <path>`` lines of its files."""
    lines = sorted(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in folder.rglob("*")
        if path.suffix in (".py", ".toml") and path.is_file()
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def evaluate(ruleset: Ruleset, run: Evidence, policy: Policy) -> tuple[Ruling, ...]:
    """Ask every rule."""
    return tuple(_ruling(rule, _ask(rule, run, policy)) for rule in ruleset.rules)


def decide(rulings: tuple[Ruling, ...], gaps: tuple[Gap, ...], claimed: str | None) -> tuple[Decision, str]:
    """Return the decision and its reason in one sentence; `claimed` is the status in the report.

    A violation fails (or blocks, by its effect); what is unproven blocks, and so does anything that could not be read,
    whether or not a rule reads it; only a claimed pass can pass.
    """
    serious = sorted((ruling for ruling in rulings if ruling.effect != "warn"), key=_urgency)
    broken = [ruling for ruling in serious if ruling.status == "violated" and ruling.effect == "fail"]
    if broken:
        return "fail", _sentence(broken)
    if not any(ruling.status in ("holds", "violated") for ruling in serious):
        return "blocked", "no rule could be applied to this directory, so nothing is shown"
    open_ = [
        r for r in serious if r.status == "violated" or (r.status == "unproven" and claimed not in ("blocked", "fail"))
    ]
    if open_:
        return "blocked", _sentence(open_)
    if gaps and claimed == "pass":
        return "blocked", f"{visible(gaps[0].path)} could not be read whole: {gaps[0].reason}"
    if claimed == "blocked":
        return "blocked", "the run says that it was blocked, and its evidence agrees"
    if claimed != "pass":
        return "blocked", "the run does not claim a pass, so none can be claimed from it"
    return "pass", "the run's own claim is supported by its evidence"


class _Headline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``rules/headline.toml`` says: the topics that a verdict's sentence names before all others."""

    topics: tuple[str, ...]


@cache
def urgent_topics(file: Path | None = None) -> tuple[str, ...]:
    """Return the topics that a sentence names first, in order. Raise `OperatorError` where the file cannot be used."""
    place = file or rules_folder() / "headline.toml"
    try:
        return msgspec.convert(tomli.loads(place.read_text("utf-8")), _Headline, strict=True).topics
    except (OSError, ValueError) as error:
        raise OperatorError(f"the topics in {place} cannot be used: {error}", "reinstall cto-audit") from error


def _urgency(ruling: Ruling) -> tuple[bool, int]:
    """Return what rulings are told by, sooner ones first: what is shown before what is open, then by topic."""
    urgent = urgent_topics()
    topic = ruling.rule.partition(".")[0]
    return ruling.status != "violated", urgent.index(topic) if topic in urgent else len(urgent)


def _sentence(rulings: list[Ruling]) -> str:
    first = rulings[0]
    more = f" (and {len(rulings) - 1} more)" if len(rulings) > 1 else ""
    return f"{first.rule}: {first.because}{more}"


def _ask(rule: Rule, run: Evidence, policy: Policy) -> Outcome:
    try:
        reason = rule.applies(run)
        if reason is not None:
            return Outcome("not_applicable", reason)
        missing = [kind for kind in rule.needs if not run[kind]]
        if missing:
            return unproven(f"the run has no evidence of {', '.join(missing)}")
        outcome = rule.judge(run, policy)
        gaps = run.gaps_in(*rule.reads) if rule.reads else []
    except Exception as error:  # noqa: BLE001 - a rule that crashes proves nothing, and must say so
        return unproven(f"the rule could not be evaluated ({type(error).__name__}), so it shows nothing")
    if outcome.status == "holds" and gaps:
        return unproven(f"part of what the rule must read could not be read: {gaps[0].reason}", gaps)
    return outcome


def _ruling(rule: Rule, outcome: Outcome) -> Ruling:
    remedy = rule.missing if outcome.status == "unproven" else rule.remedy
    return Ruling(rule.name, outcome.status, rule.effect, outcome.because, rule.clause, remedy, outcome.evidence)


def _checked(rule: Rule, path: Path) -> bool:
    unknown = set(rule.needs) - fact_kinds() - MACHINERY_FACTS
    faults = [
        (not _NAME.fullmatch(rule.name), "its name is not of the form topic.kebab-name"),
        (rule.topic != path.stem, f"its topic is not {path.stem}, as its file is called"),
        (not rule.doc, _NO_DOC),
        (not rule.clause, "it has no clause, the requirement that it enforces"),
        (bool(unknown), f"it needs unknown fact kinds {sorted(unknown)}"),
    ]
    told = [sentence for fault, sentence in faults if fault]
    if told:
        hint = _NO_OO if told == [_NO_DOC] and sys.flags.optimize > 1 else "mend the rule"
        raise OperatorError(f"rule {rule.name} in {path.name} refuses to load: {', and '.join(told)}", hint)
    return True


def _module(path: Path) -> ModuleType:
    name = f"{_PACKAGE}.{path.stem}"
    if _PACKAGE not in sys.modules:
        package = ModuleType(_PACKAGE)
        package.__path__ = [str(path.parent)]
        sys.modules[_PACKAGE] = package
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise OperatorError(f"rule file {path.name} cannot be loaded", "reinstall cto-audit")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
