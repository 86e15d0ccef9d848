"""Single decisions of `references`, `outside` and `suspects` that the tables do not show."""

from __future__ import annotations

import pytest

from auditor.shell import Reference, outside, references, suspects
from auditor.shell.references import TOO_COMPLEX
from tests.shell.test_tables import COPY, UP


def _one(command: str, **places: str) -> Reference:
    (found,) = references(command, cwd=places.get("cwd", COPY), copy=COPY)
    return found


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cat /etc/passwd", Reference("/etc/passwd", "/etc/passwd", "absolute", reads=True)),
        ("cat '/etc'/passwd", Reference("/etc/passwd", "'/etc'/passwd", "absolute", reads=True)),
        ("rm ../x", Reference(f"{UP}/x", "../x", "parent", reads=False)),
        ("cp ../x .", Reference(f"{UP}/x", "../x", "parent", reads=None)),
        ("ls > /tmp/x", Reference("/tmp/x", "/tmp/x", "redirect", reads=False)),
        ("sort < ~/x", Reference("~/x", "~/x", "redirect", reads=True)),
        ("cd ../..", Reference(UP.rpartition("/")[0], "cd ../..", "cd", reads=None)),
        ("cat $HOME/x", Reference("$HOME/x", "$HOME/x", "home", reads=True)),
        ("cat $TMPDIR/x", Reference("$TMPDIR/x", "$TMPDIR/x", "variable", reads=True)),
    ],
)
def test_a_reference_says_how_it_gets_out(command: str, expected: Reference) -> None:
    assert _one(command) == expected


def test_references_come_in_order_and_once() -> None:
    found = references("cat /b/x /a/x; cat /b/x", cwd=COPY, copy=COPY)
    assert [reference.path for reference in found] == ["/b/x", "/a/x"]


def test_a_home_directory_inside_the_copy_is_no_way_out() -> None:
    home = f"{COPY}/home"
    assert references("cd; cat ~/x $HOME/y", cwd=COPY, copy=COPY, home_dirs=(home,)) == []
    found = references("cat ~/../../x", cwd=COPY, copy=COPY, home_dirs=(home,))
    assert [reference.path for reference in found] == [f"{UP}/x"]


def test_of_several_homes_the_one_outside_counts() -> None:
    found = references("cat ~/x", cwd=COPY, copy=COPY, home_dirs=(f"{COPY}/home", "/root"))
    assert [reference.path for reference in found] == ["/root/x"]


def test_a_command_that_starts_below_the_copy_climbs_from_there() -> None:
    assert references("cat ../package.json", cwd=f"{COPY}/src", copy=COPY) == []
    assert _one("cat ../../x", cwd=f"{COPY}/src").path == f"{UP}/x"


def test_a_command_that_starts_outside_touches_what_it_names() -> None:
    assert _one("cat notes", cwd=UP).path == f"{UP}/notes"
    assert references("cat repo/notes", cwd=UP, copy=COPY) == []
    assert _one("echo x > notes", cwd=UP).kind == "redirect"


@pytest.mark.parametrize("length", range(1, len(COPY) + 1))
def test_a_copy_path_cut_off_by_the_log_is_not_held_against_it(length: int) -> None:
    assert references(f"ca status {COPY[:length]}…[truncated]", cwd=COPY, copy=COPY) == []


def test_a_cut_command_is_analysed_as_far_as_it_goes() -> None:
    found = references("cat /etc/passwd; echo 'x…[truncated]", cwd=COPY, copy=COPY)
    assert [reference.path for reference in found] == ["/etc/passwd"]
    found = references(f"cat {COPY}-evil/x…[truncated]", cwd=COPY, copy=COPY)
    assert [reference.path for reference in found] == [f"{COPY}-evil/x"]


@pytest.mark.parametrize("command", ["echo " + "$(" * 200, "cat " + '"$(' * 200, "bash -c " * 40 + "x", "a;" * 80_000])
def test_what_cannot_be_followed_is_no_clean_bill(command: str) -> None:
    found = references(command, cwd=COPY, copy=COPY)
    nested_words = command.startswith("bash")
    assert nested_words or [reference.raw for reference in found] == [TOO_COMPLEX]
    assert suspects(command)


def test_growing_variables_end_the_analysis() -> None:
    found = references("a=xxxxxxxx;" + "a=$a$a;" * 60 + "echo $a;" * 500 + "cat $a/etc/passwd", cwd=COPY, copy=COPY)
    assert [reference.path for reference in found] in (["*"], ["/etc/passwd"])


HOSTILE = [
    "(",
    "$((",
    "((",
    "{a,",
    "${x:-",
    "'",
    '"',
    "`",
    "\\`",
    "\\",
    "<<A ",
    "<<A\n",
    "a|",
    "a=$a$a;",
    "cd a;",
    "eval ",
    "../",
    "case x in a) ",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_long_repetition_comes_to_an_end(unit: str) -> None:
    found = references((unit * 60_000)[:60_000], cwd=COPY, copy=COPY)
    assert len(found) <= 64


@pytest.mark.parametrize("feed", ["|bash", "|xargs a", "|cat", "|python -"])
def test_a_long_text_through_many_pipes_comes_to_an_end(feed: str) -> None:
    found = references("echo '" + "x " * 50_000 + "'" + feed * 10_000, cwd=COPY, copy=COPY)
    assert len(found) <= 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/x.js", None),
        ("", None),
        (".", None),
        ("src/../x", None),
        (COPY, None),
        (f"{COPY}/", None),
        (f"{COPY}/.git/config", None),
        ("@src/x", None),
        ("~x/y", None),
        (f"file://{COPY}/x", None),
        ("/dev/null", None),
        ("..", UP),
        ("src/../../x", f"{UP}/x"),
        (f"{COPY}-evil/x", f"{COPY}-evil/x"),
        (f"{COPY}/../x", f"{UP}/x"),
        ("/etc//passwd/", "/etc/passwd"),
        ("//etc/passwd", "/etc/passwd"),
        ("/", "/"),
        ("~/x", "~/x"),
        ("~", "~"),
        ("@/etc/passwd", "/etc/passwd"),
        ("file:///etc/%70asswd", "/etc/passwd"),
        ("https://../../x", f"{UP}/x"),
        (" /etc/passwd", "/etc/passwd"),
        ("/etc\x00/passwd", "/etc/passwd"),
    ],
)
def test_a_path_argument(path: str, expected: str | None) -> None:
    assert outside(path, cwd=COPY, copy=COPY) == expected


@pytest.mark.parametrize("copy", ["", "relative/copy"])
def test_without_a_real_copy_nothing_is_inside(copy: str) -> None:
    assert outside("/relative/copy/x", cwd="/", copy=copy) == "/relative/copy/x"
    assert outside("x", cwd=COPY, copy=copy) == f"{COPY}/x"
    assert references("cat x", cwd=COPY, copy=copy)


@pytest.mark.parametrize(
    "command",
    [
        "node --test 2>&1 | head -20",
        "git diff main...HEAD --stat",
        "git log main..HEAD",
        "npm test > /dev/null 2>&1",
        "git add -A && git commit -q -m 'fix(text): collapse runs'",
        "cat src/a.js test/b.js",
        "npx prettier --check .",
        "ls *.js",
        "echo started; sleep 12; echo finished",
        "cd src && sh test/check.sh 12 | head -20",
        "cd src/deep; ./run.sh",
    ],
)
def test_the_sieve_lets_plain_commands_pass(command: str) -> None:
    assert suspects(command) == ()


@pytest.mark.parametrize(
    ("command", "sign"),
    [
        ("cat /x", "absolute"),
        ("cat '/'x", "absolute"),
        ("rm -rf/x", "absolute"),
        ("cat ../x", "parent"),
        ("cat .''./x", "parent"),
        ("cat .*?/x", "parent"),
        ("cat ~/x", "home"),
        ("echo $x", "variable"),
        ("ls > x", "redirect"),
        ("c''d", "cd"),
        ("cd\nsrc", "cd"),
        ("cd src;cd", "cd"),
        ("cd -", "cd"),
        ("cd a b", "cd"),
        ("cat {.,}.", "brace"),
        ("echo 'cat x' | sh", "nested"),
        ("sh\nx", "nested"),
        ("rbash -c x", "nested"),
        ("sh x -ecd", "nested"),
        ("a " * 9000, "long"),
    ],
)
def test_the_sieve_names_what_it_saw(command: str, sign: str) -> None:
    assert sign in suspects(command)
