"""The page of a run without a browser: its policy, its parts, and what it does with too much or too little."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.emit import Style, formats
from auditor.emit.page import Context, run_page
from auditor.emit.page.environment import Asset, asset, security_policy, size
from auditor.facts import Artifact, Exhibit, Gap, Moment, Ruling, Secret, Verdict, Where
from tests.emit.verdicts import broken, naming, scrawled, sound

VOID = {"meta", "line", "br", "input", "circle", "rect", "path"}


class Outline(HTMLParser):
    """Every element of a page with its attributes, and whether each that was opened was closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def close(self) -> None:
        super().close()
        assert self._open == []


def outline(text: str) -> Outline:
    """Return the outline of a page, which must be well nested."""
    parser = Outline()
    parser.feed(text)
    parser.close()
    return parser


def page(verdict: Verdict, style: Style | None = None) -> str:
    """Return the page of a verdict."""
    return formats()["html"].emit(verdict, style or Style())


def test_the_policy_allows_the_one_style_by_its_digest_and_nothing_else() -> None:
    text = page(broken())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy and len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{digest}'"
    )


def test_the_page_asks_nobody_for_anything() -> None:
    told = outline(page(broken()))
    names = {tag for tag, _ in told.elements}
    assert names.isdisjoint({"script", "img", "link", "iframe", "object", "embed", "form", "base", "audio", "video"})
    attributes = {name for _, given_ in told.elements for name in given_}
    assert not {name for name in attributes if name.startswith("on")} | (attributes & {"style", "src", "srcset"})
    assert all((given_.get("href") or "#").startswith("#") for _, given_ in told.elements)
    assert not re.search(r"url\(|@import|https?://", page(broken()))


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=40))
@example("</style><script>alert(1)</script>")
@example("\"'><b>&amp;\0\u202e\udcff")
@example("{{ 1 }}{% if x %}")
def test_no_name_adds_an_element(scrawl: str) -> None:
    plain, hostile = (outline(page(scrawled(name))).elements for name in ("x", scrawl))
    assert [tag for tag, _ in plain] == [tag for tag, _ in hostile] or not scrawl


def test_every_table_head_has_a_scope_and_every_picture_words() -> None:
    told = outline(page(broken()))
    assert all(given_.get("scope") in {"col", "row"} for tag, given_ in told.elements if tag == "th")
    headings = [tag for tag, _ in told.elements if tag in {"h1", "h2", "h3"}]
    assert headings.count("h1") == 1 and headings[0] == "h1"
    ids = [given_["id"] for _, given_ in told.elements if "id" in given_]
    assert len(ids) == len(set(ids))
    labels = [given_["aria-labelledby"] or "" for _, given_ in told.elements if "aria-labelledby" in given_]
    assert {name for label in labels for name in label.split()} <= set(ids)


def test_the_same_verdict_gives_the_same_bytes() -> None:
    assert page(broken()) == page(msgspec.structs.replace(broken()))


def test_what_is_long_is_cut_and_says_so_unless_everything_is_wanted() -> None:
    many = msgspec.structs.replace(
        broken(),
        rulings=(Ruling("a.b", "violated", "fail", "x", evidence=tuple(Exhibit("p", n + 1) for n in range(90))),),
        gaps=tuple(Gap(f"gap-{n}", "no") for n in range(300)),
        secrets=tuple(Secret(f"s-{n}", 1, "d", "raw", "m***", "0" * 32, "likely") for n in range(300)),
        artifacts=tuple(Artifact(f"f-{n}", "other", "harness", 1, None, "match") for n in range(3000)),
        namings=tuple(naming("served", "harness", "t", n, model=f"m-{n}") for n in range(200)),
    )
    cut, whole = page(many), page(many, Style(verbose=True))
    assert len(cut) < 700_000
    for words in ("and 65 more", "and 200 more", "and 2500 more", "and 160 more"):
        assert words in cut and words not in whole
    assert all(name in whole for name in ("gap-299", "s-299", "f-2999", "p:90"))


def test_a_file_that_no_manifest_bears_out_is_never_cut() -> None:
    files = [Artifact(f"f-{n}", "other", "harness", 1, None, "match") for n in range(3000)]
    files.append(Artifact("odd-one", "other", "harness", 1, None, "unlisted"))
    assert "odd-one" in page(msgspec.structs.replace(sound(), artifacts=tuple(files)))


def test_rules_that_cannot_be_proven_for_one_reason_are_told_once() -> None:
    place = (Exhibit("trace.jsonl", 3),)
    rulings = tuple(Ruling(f"a.r{n}", "unproven", "block", "torn", evidence=place) for n in range(9))
    text = page(msgspec.structs.replace(broken(), rulings=rulings))
    assert text.count("torn</p>") == 1 and "9 rules" in text and "a.r8" in text


def test_without_moments_the_page_says_what_their_absence_means() -> None:
    bare = msgspec.structs.replace(sound(), namings=(), moments=())
    assert "No record of this run states a time." in run_page(bare)
    lost = run_page(bare, Context(with_picture=False))
    assert "was not kept with this verdict" in lost and "No record" not in lost


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("/srv/runs/a-1", "cto-audit /srv/runs/a-1 "),
        ("/srv/a b", "cto-audit RUN_DIR "),
        ("/srv/$(rm -rf ~)", "cto-audit RUN_DIR "),
        ("-rf", "cto-audit RUN_DIR "),
        ("/srv/\u202ex", "cto-audit RUN_DIR "),
    ],
)
def test_a_command_to_copy_is_harmless(place: str, expected: str) -> None:
    assert f"<code>{expected}" in run_page(sound(), Context(place=place))


def test_the_course_is_drawn_with_what_differs() -> None:
    where = Where("trace.jsonl", 1)
    moments = (
        Moment("step", "harness", "run_started", where, 1_000_000),
        Moment("dispatch", "case", "anthropic/claude-sonnet-4-6", where, 1_500_000),
        Moment("response", "harness", "anthropic/other", where, 2_000_000),
        Moment("refusal", "harness", "run_blocked", where, 3_000_000, None, "blockers: no"),
    )
    text = page(msgspec.structs.replace(broken(), moments=moments))
    assert 'class="differs"' in text and "1 of these name another than the admitted pair" in text
    assert '<li value="2" class="refusal"><b>+2 s</b> run_blocked <span>blockers: no</span></li>' in text
    assert "From 1970-01-01T00:00:01.000Z, for 2 s" in text


def test_an_asset_that_could_end_its_element_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_: "a </style> b")
    with pytest.raises(ValueError, match="could end the element"):
        asset("auditor.emit.page", "style.css")


def test_a_policy_names_only_what_there_is() -> None:
    script = Asset("1")
    assert security_policy([], [script]).endswith(f"form-action 'none'; script-src {script.source}")


@pytest.mark.parametrize(("number", "shown"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (10**15, "1000.0 TB")])
def test_sizes_are_for_reading(number: int, shown: str) -> None:
    assert size(number) == shown
