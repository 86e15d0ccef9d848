"""Whatever construct stands before a command or around it, what the command opens is seen.

By construction: each of the scripts below runs its last command, or would if its conditions held, in a shell that takes
them all. Every construct is paired with every separator and every wrapper in turn.
"""

from __future__ import annotations

import pytest

from auditor.shell import references, suspects
from tests.shell.test_tables import COPY

CONSTRUCTS = [
    *r"""
[ a ]
((1))
(( 1<2 ))
a=(b c)
a[0]=x
a=([[ x)
a=(case x in)
x=$((1+2))
x=`echo a`
f(){ :; }
f() [[ a ]]
function g { :; }
case a in a) :;; esac
case a in (a) : ; esac
case a in [[) :;; esac
case a in b|esac) :;; esac
case a in (esac) :;; esac
case a in a) { :; } esac
case a in a) [[ b ]];; esac
if :; then :; fi
if [[ a ]] then :; fi
if ! [[ a ]]; then :; fi
for i in a b; do :; done
for i do :; done
for ((i=0;i<1;i++)); do :; done
for ((i=0;i<1;i++)) { :; }
for i in a; { :; }
while [[ 1 ]]; do break; done
coproc echo { :; }
time -p :
! [[ a ]]
echo ${x:-"a"} ${x//a/b} ${x%%[)]}
echo "${x:-'}'}"
echo a in esac ]] [[ case } fi
echo ")" '(' \( \[
echo $(case a in b) echo esac;; a) :;; esac)
cat <<< "[["
[[ a ]]
[[ a && ( b || c ) ]]
[[ a &&(b)]]
[[ (a)]]
[[ a =~ (b|c) ]]
[[ a =~ ^[(]$ ]]
[[ a =~ (#) ]]
[[ a == "]]" || b < c ]]
[[ -f <(:) ]]
[[ $(echo ]]) ]]
[[ a ]]>/dev/null
x=1 [[ a
>/dev/null [[ a
>/dev/null case a in
a=(x) [[ a
""".strip("\n").split("\n"),
    "cat <<E\n[[ x\nE\n",
    "cat <<'E'\n$(case\nE\n",
    "[[ a\n]]",
    "[[ a &&\nb ]]",
    "echo $( # )\n)",
]

BETWEEN = ["; ", ";", "\n", " && ", "&&", "||", "|", " & ", " |& ", " ;# ]]\n"]

AROUND = [
    "%s",
    "(%s)",
    "{ %s; }",
    "if %s; then :; fi",
    "if [[ a ]] then %s; fi",
    "if [[ a ]]; then :; elif :; then %s; fi",
    "while ! [[ a ]];do %s;done",
    "for i do %s; done",
    "for ((;;)) { %s; }",
    "case a in a) %s;; esac",
    "echo $(case a in b|esac) :;; a) %s;; esac)",
    "echo $(for i do case a in a) %s;; esac; done)",
    "echo $(if [[ a ]] then case a in a) %s;; esac; fi)",
    "coproc echo { %s; }",
    "k() { %s; }",
    'echo "$(%s)"',
    "cat <(%s)",
    "[[ -f <(%s) ]]",
    "! %s",
    "time -p { %s; }",
]


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_no_construct_hides_the_command_after_it(construct: str) -> None:
    for between in [""] if construct.endswith("\n") else BETWEEN:
        for around in AROUND:
            command = around.replace("%s", f"{construct}{between}cat /srv/t/x")
            assert suspects(command)
            assert "/srv/t/x" in [found.path for found in references(command, cwd=COPY, copy=COPY)], command


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_no_construct_leaves_the_copy_by_itself(construct: str) -> None:
    for around in AROUND:
        command = around.replace("%s", f"{construct}\ncat src/x\n")
        assert references(command, cwd=COPY, copy=COPY) == [], command
