"""The house keeps its order: imports point one way, files stay small, rules teach, nothing knows where it was made."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from auditor.layout import load as load_layouts
from auditor.places import rules_folder
from auditor.ruleset import MACHINERY_FACTS, load
from auditor.sources import fact_kinds

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "auditor").rglob("*.py"), *(ROOT / "rules").glob("*.py")])
MAX_LINES = 320

# From the bottom to the top. A module may import from its own layer and from those below it; what is not named here
# stands on top, where nothing below may know of it.
LAYERS = (
    ("facts", "errors"),
    ("instants", "contract", "expressions", "places", "globs", "locks", "drafts", "run_names", "zips"),
    ("records", "layout", "policy", "walk", "reader", "remote", "tree", "providers"),
    ("admission",),
    ("shell",),
    ("sources", "secrets", "manifest", "fixture"),
    ("evidence", "engines"),
    ("accounts", "applies", "course", "echoes", "grading", "joins", "origin", "phases", "repeated", "substitution"),
    ("rules",),
    ("ruleset", "gather", "remembered", "withhold"),
    ("audit", "emit"),
    ("attest",),
    ("tlog",),
    ("workitems",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
TOP = len(LAYERS)


def unit(path: Path) -> str:
    """Return the part of the house that a file belongs to."""
    folder, *rest = path.relative_to(ROOT).with_suffix("").parts
    return "rules" if folder == "rules" else rest[0]


def imports(path: Path) -> set[str]:
    """Return the parts of the house that a file imports, those inside functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "auditor" else [node.module]
            )
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("auditor.")}
    return found - {"__version__"}


def test_every_layer_is_of_the_house() -> None:
    assert RANK.keys() - {unit(path) for path in SOURCES} == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    own = unit(path)
    if own == "__init__":
        assert imports(path) == set()
        return
    upwards = {other for other in imports(path) - {own} if RANK.get(other, TOP) > RANK.get(own, TOP)}
    assert upwards == set()


def test_facts_import_nothing_of_ours() -> None:
    assert imports(ROOT / "auditor/facts.py") == set()


def test_no_circle_of_imports() -> None:
    graph: dict[str, set[str]] = {}
    for path in SOURCES:
        graph.setdefault(unit(path), set()).update(imports(path) - {unit(path)})
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_long(path: Path) -> None:
    lines = path.read_bytes().count(b"\n")
    assert lines <= MAX_LINES


RULES = load().rules
NAMES = [one.name for one in RULES]


def texts(path: Path) -> set[str]:
    """Return every string in a file's code."""
    nodes = ast.walk(ast.parse(path.read_bytes()))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_the_machinery_names_no_rule() -> None:
    named = {
        (path.name, name)
        for path in (ROOT / "auditor").rglob("*.py")
        for text in texts(path)
        for name in NAMES
        if name in text
    }
    assert named == set()


@pytest.mark.parametrize("one", RULES, ids=NAMES)
def test_every_rule_teaches(one: object) -> None:
    rule = next(found for found in RULES if found is one)
    head, _, why = rule.doc.partition("Why:")
    assert head.strip().endswith(".")
    assert len(why.strip()) > 20, "the docstring gives no reason"
    assert why.strip().endswith(".")
    assert rule.clause.strip().endswith(".")
    assert rule.remedy.strip().endswith(".")
    assert rule.effect in {"fail", "block", "warn"}


KINDS = {kind.kind for layout in load_layouts(rules_folder() / "layouts") for kind in layout.kinds}


@pytest.mark.parametrize("one", RULES, ids=NAMES)
def test_every_rule_reads_artifacts_that_a_layout_knows(one: object) -> None:
    rule = next(found for found in RULES if found is one)
    assert set(rule.reads) - KINDS == set()


@pytest.mark.parametrize("path", [path for path in SOURCES if unit(path) not in {"facts", "emit"}], ids=str)
def test_every_fact_kind_that_is_asked_for_can_be_stated(path: Path) -> None:
    """``run["kind"]``, ``run.document("kind")``, ``run.of_kind("kind")``: a misspelt kind would read as absent for ever."""
    facts, documents, artifacts = set(), set(), set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"run", "evidence"}
        ):
            facts |= {node.slice.value} if isinstance(node.slice, ast.Constant) else set()
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            words = {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
            owner = node.func.value
            if not isinstance(owner, ast.Name) or owner.id != "run":
                continue
            if node.func.attr == "document":
                documents |= words
            elif node.func.attr in {"of_kind", "gaps_in"}:
                artifacts |= words
    assert {str(kind) for kind in facts} - fact_kinds() - MACHINERY_FACTS == set()
    assert {f"document.{kind}" for kind in documents} - fact_kinds() == set()
    assert artifacts - KINDS == set()


def test_every_artifact_that_holds_json_is_watched_for_repeated_keys() -> None:
    watched: set[str] = set()
    for path in (ROOT / "rules").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "says_one_thing":
                watched |= {arg.value for arg in node.args[2:] if isinstance(arg, ast.Constant)}  # type: ignore[misc]
                starred = [
                    arg.value.id
                    for arg in node.args
                    if isinstance(arg, ast.Starred) and isinstance(arg.value, ast.Name)
                ]
                watched |= set(chain.from_iterable(_constant(path, name) for name in starred))
    layouts = load_layouts(rules_folder() / "layouts")
    json_kinds = {kind.kind for layout in layouts for kind in layout.kinds if kind.format in {"json", "jsonl", "mixed"}}
    assert json_kinds - watched == set()


def _constant(path: Path, name: str) -> tuple[str, ...]:
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return tuple(ast.literal_eval(node.value))
    raise AssertionError(f"{path.name} has no constant {name}")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_nothing_knows_the_machine_it_was_made_on() -> None:
    here = [os.fsencode(place) for place in (ROOT, sys.prefix) if len(Path(place).parts) > 2]
    known = [
        f"{path.relative_to(ROOT)}: {place.decode()}"
        for path in tracked()
        if path.is_file()
        for place in here
        if place in path.read_bytes()
    ]
    assert known == []


def test_nothing_is_left_undone() -> None:
    marks = re.compile(
        r"\b(?:TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|pragma: no cover|except:\s*$", re.MULTILINE
    )
    left = [f"{path.name}: {match.group()}" for path in SOURCES for match in marks.finditer(path.read_text("utf-8"))]
    assert left == []
