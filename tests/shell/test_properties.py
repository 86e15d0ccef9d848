"""What holds for every command, however hostile."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.shell import outside, references, suspects
from auditor.shell.judge import MAX_RAW, MAX_REFERENCES
from auditor.shell.paths import normalise
from auditor.shell.suspects import is_plain
from tests.shell.clean_commands import commands
from tests.shell.leaving_commands import LEAVING
from tests.shell.test_tables import COPY, _fill

PIECES = [
    *(
        "cat",
        "cd",
        "cd src",
        "sh x.sh",
        " -c",
        "echo",
        "bash -c",
        "python -c",
        "sed",
        "grep",
        "find . -exec",
        "xargs",
        "eval",
        "for f in",
        "do",
        "done",
    ),
    *(
        "case x in",
        "esac",
        "if",
        "then",
        "fi",
        "{",
        "}",
        "(",
        ")",
        "((",
        "))",
        "$(",
        "${",
        "$((",
        "`",
        "'",
        '"',
        "$'",
        "\\",
        "\n",
    ),
    *(
        ";",
        "|",
        "||",
        "&&",
        "&",
        ">",
        ">>",
        "<",
        "<<E",
        "<<-'E'",
        "<<<",
        "E",
        "2>&1",
        "<(",
        "#",
        "=",
        "a=",
        "a=(",
        "[[",
        "]]",
    ),
    *(
        "/",
        "..",
        "../",
        "~",
        "*",
        ".?",
        "{a,",
        ",b}",
        "$a",
        "$HOME",
        "$PWD",
        "/etc/passwd",
        "src/x",
        "-e",
        "--f=",
        "-",
        "\x00",
        "\x05",
    ),
    *(" ", " ", " ", "\t", "é", "\ud800", "…[truncated]", "file:", "x://", "f()", "function", "\\x2f", ":", "@", "%s"),
]
noise = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=80)
plain = st.text(alphabet="abcxyz019_-", min_size=1, max_size=8).filter(lambda text: not text.startswith("-"))


@given(noise)
@settings(max_examples=800, deadline=None)
def test_every_text_is_analysed_and_the_same_each_time(command: str) -> None:
    found = references(command, cwd=COPY, copy=COPY)
    assert found == references(command, cwd=COPY, copy=COPY)
    assert len(found) == len(set(found)) <= MAX_REFERENCES
    for reference in found:
        assert len(reference.raw) <= MAX_RAW
        assert reference.path[:1] in ("/", "~", "$", "*")


@given(noise)
@settings(max_examples=800, deadline=None)
def test_what_the_sieve_lets_pass_leaves_nothing_behind(command: str) -> None:
    if not suspects(command):
        assert references(command, cwd=COPY, copy=COPY) == []


LOOSE = st.lists(
    st.sampled_from(
        [*PIECES, "a", "a.b", "src/x.js", "./", "..", "/etc", "-x", "-x=", "home", "ome", '"', "'", "2>&1"]
    ),
    max_size=8,
)


@given(noise | LOOSE.map(" ".join) | LOOSE.map("".join))
@example("cat ..")
@example("cat -C/etc")
@example("cd a b")
@example("sh x -c ls")
@example("pushd a; sh x")
@example("ls 'c'd")
@example("cat a--b/c")
@example("cat a\n/etc")
@settings(max_examples=800, deadline=None)
def test_what_is_plain_at_first_sight_has_no_sign_of_leaving(command: str) -> None:
    if is_plain(command):
        assert suspects(command) == ()


@pytest.mark.parametrize(
    "command",
    [
        "ls",
        "ls -la .",
        "cd src && sh test/check.sh 17 2>&1 | head -20",
        "npm run test -- --reporter=spec 2>&1 | tail -20",
        'git commit -m "mend the slug" && git log',
        "grep -rn 'pad' src/clock.js; cat ./.env",
    ],
)
def test_usual_commands_are_plain(command: str) -> None:
    assert is_plain(command)


@given(noise)
@settings(max_examples=300, deadline=None)
def test_nothing_leaves_a_copy_that_is_everything(command: str) -> None:
    found = references(command, cwd="/x", copy="/", home_dirs=("/root",))
    assert all(reference.path[0] in "~$*" for reference in found)


@given(st.sampled_from([path for _, path in LEAVING if path.startswith("/etc/")]), st.data())
def test_quotes_inside_a_path_do_not_hide_it(path: str, data: st.DataObject) -> None:
    written = "".join(
        data.draw(
            st.sampled_from([sign, f"'{sign}'", f'"{sign}"', f"\\{sign}", f"''{sign}", f'{sign}""', f"$'{sign}'"])
        )
        for sign in path
    )
    assert path in [reference.path for reference in references(f"cat {written}", cwd=COPY, copy=COPY)]


HARMLESS = ["true", "echo '/x'", "ls src", "A=1", "(cd src)", "{ ls; }", "git log main..HEAD", "cat <<'E'\n$(\nE\n"]


@given(st.sampled_from(LEAVING), st.lists(st.sampled_from(HARMLESS), max_size=4), st.sampled_from(["; ", "\n", " && "]))
@settings(deadline=None)
def test_harmless_commands_before_it_do_not_hide_a_path(
    case: tuple[str, str], before: list[str], separator: str
) -> None:
    command, path = _fill(case[0]), _fill(case[1])
    whole = "\n".join([*before, ""]) + f"true{separator}{command}"
    assert path in [reference.path for reference in references(whole, cwd=COPY, copy=COPY)]


@given(
    st.sampled_from(LEAVING),
    st.sampled_from(["(%s)", "{ %s\n}", "if true; then %s\nfi", "echo $(%s\n)", "! %s", "x=$(%s\n)"]),
)
@settings(deadline=None)
def test_compound_commands_do_not_hide_a_path(case: tuple[str, str], around: str) -> None:
    command, path = _fill(case[0]), _fill(case[1])
    whole = around.replace("%s", command)
    assert path in [reference.path for reference in references(whole, cwd=COPY, copy=COPY)]


@given(st.sampled_from(commands()), st.integers(0, 500))
@settings(max_examples=500, deadline=None)
def test_cutting_an_honest_command_off_raises_nothing_new(command: str, length: int) -> None:
    cut = _fill(command)[:length]
    found = references(cut + "…[truncated]", cwd=COPY, copy=COPY)
    # A cut may change what a word means (a here-document without its end), but never raises and never loops.
    assert len(found) <= MAX_REFERENCES


@given(st.lists(plain | st.sampled_from(["..", ".", ""]), max_size=10).map("/".join), st.booleans())
def test_a_path_argument_is_judged_by_where_it_leads(path: str, absolute: bool) -> None:
    path = f"/{path}" if absolute else path
    found = outside(path, cwd=COPY, copy=COPY)
    place = posixpath.normpath(posixpath.join(COPY, path)).replace("//", "/")
    inside = place == COPY or place.startswith(COPY + "/")
    assert found == (None if inside else place)
    if found is not None:
        assert outside(found, cwd=COPY, copy=COPY) == found == normalise(found, "/")


@given(st.text(max_size=60))
def test_every_path_argument_has_an_answer(path: str) -> None:
    found = outside(path, cwd=COPY, copy=COPY)
    assert found is None or found[0] in "/~"
