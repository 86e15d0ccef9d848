"""Commands whose arguments or input are programs in little languages of their own, and which files those name."""

from __future__ import annotations

import pytest

from auditor.shell import references, suspects
from tests.shell.test_tables import COPY

NAMING = [
    "python3 -c \"import glob; print([open(f).read() for f in glob.glob('../../*')])\"",
    "node -e \"for (const f of require('fs').globSync('../../*/*.js')) console.log(f)\"",
    "ed -s f <<'E'\nr /srv/t/x\nw\nE",
    "ex -sc 'r /srv/t/x|wq' f",
    "vim -es '+r /srv/t/x' +wq f",
    "vim -c ':e ../../x' f",
    "printf 'r /srv/t/x\\nw\\n' | ed f",
    "ed f <<< 'r /srv/t/x'",
    "ed -s f <<'E'\n/^import/a\nimport x\n.\nr /srv/t/x\nE",
    "ed -s f <<'E'\n/a/r /srv/t/x\nE",
    "ex f <<'E'\n1i|text\n.\nr /srv/t/x\nE",
    "ex -sc '%s|a|b|' -c 'r /srv/t/x' -cx f",
    "emacs --batch --eval '(find-file \"/srv/t/x\")'",
    "sed 'r/srv/t/x' f",
    "sed -n '/a/w/srv/x' f",
    "sed '1e cat /srv/t/x' f",
    "sed -e p -e '$r/srv/t/x' f",
    "sed 's/a/b/w/srv/o' f",
    "sed 's/[/]/x/;r/srv/t/x' f",
    "sed '\\,a,r../../x' f",
    "sqlite3 :memory: '.read /srv/t/x'",
    "sqlite3 a.db \"attach '/srv/t/x.db' as t; select * from t.a\"",
    "sqlite3 a.db <<E\n.output /srv/t/x\nE",
    "psql -c '\\i /srv/t/x'",
    "echo '.read /srv/t/x' | sqlite3 a.db",
    "awk 'BEGIN{\"cat /srv/t/x\"|getline l;print l}'",
    "awk '{print | \"cat > /srv/x\"}' f",
    "git apply --unsafe-paths <<'E'\n--- a/x\n+++ b/../../x\n@@ -0,0 +1 @@\n+a\nE",
    "patch -p0 <<'E'\n--- /srv/t/x\n+++ /srv/t/x\n@@ -0,0 +1 @@\n+a\nE",
    "git apply <<'E'\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n--- /srv/t/y\n+++ /srv/t/y\n@@ -1 +1 @@\n-a\n+b\nE",
    "git apply <<'E'\ndiff --git a/x b/../../y\nsimilarity index 100%\nrename from x\nrename to ../../y\nE",
    "git apply <<'E'\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-a\ndiff --git a/y b/y\n--- a/../../y\n"
    "+++ b/../../y\nE",
    "NODE_OPTIONS='--require /srv/t/x.js' npm test",
    "perl -e 'print for </srv/t/*>'",
    "ruby -e 'puts %w[/srv/x]'",
    "lua -e 'io.open([[/srv/x]])'",
    "hash -p /srv/t/x foo; foo",
    'export NODE_OPTIONS="--import /srv/t/x"',
]

TEXT = [
    "sed -e 's/a/b/' f",
    "sed 's/\\/usr\\/bin/x/' f",
    "sed '/foo/d' f",
    "sed 's|/a/b|/srv/c|' f",
    "sed 's,/etc/a,/srv/w /etc/x,;s/ r \\/srv/x/' f",
    "sed '/^a/a /srv/x is text' f",
    "sed '1i #!/usr/bin/env node' f",
    "sed -i '3c\\\nconst x = \"/srv/x\"; r /etc/y' f",
    "sed -E 's#(https?://)[^/]+/srv/#\\1#g' f",
    "sed -n '/\\/etc\\/w/,/r \\/srv/p' f",
    "sed 'y/abc\\//xyz_/' f",
    'sed "s/\'/ w /g" f',
    "sed '/start/{n;s/x/y/;}' f",
    "sed '$!N;P;D' f",
    "sed 's/w /r /' f",
    "sed -n '10,20p;/w /q' f",
    "sed 's/^.*\\/\\([^/]*\\)$/\\1/' f",
    "sed ':a;N;$!ba;s/\\n/ /g' f",
    "ed -s f <<'E'\n,s/\\/api/\\/srv\\/x/g\n/run/d\ng/home/s//etc/\n1i\n#!/usr/bin/env node see /etc/hosts\n.\nw\nq\nE",
    "ed -s f <<'EOF'\n/^import/a\nimport { tide } from '../src/tide.js';\n.\nw\nq\nEOF",
    "ed -s f <<'E'\n?a\\?b?-1,/x/+2c\nimport x from '../src/x.js';\n.\n'm a\nimport '/srv/x'\n.\nw\nE",
    "ed -s f <<'E'\n$a\nimport x from '../src/x.js'\nE",
    "ex -sc '1i|import x from \"../src/x.js\"' -cx f",
    "vim -es -c \"1i|import x from '../src/x'\" -c wq f",
    "vim -es -c \"/^a/append|import x from '../src/x'\" -c wq f",
    "ex f <<'E'\n1insert\nimport x from '../src/x'\n.\nx\nE",
    "ex -sc '%s#/etc/a# /srv/b#g|x' f",
    "vim -es -c '%s/a/b/g' -c 'wq' f",
    "vim +10 f",
    "vim -c 'set nobackup' f",
    "ex f <<'E'\n/lib/d\nx\nE",
    "sqlite3 a.db \"select '/srv/x', path from t where path like '/etc/%'\"",
    "sqlite3 a.db \"insert into routes values ('/home/x')\"",
    "sqlite3 :memory: '.mode csv' '.import data/x.csv t'",
    "sqlite3 a.db .schema",
    'psql -c "select 1"',
    "awk '{print $1 || \"see /etc/hosts\"}' f",
    "awk -F'|' '{print $2}' f",
    "git apply <<'E'\n--- a/src/x\n+++ b/src/x\n@@ -1,2 +1,2 @@\n-a\nE",
    "patch -p1 <<'E'\ndiff --git a/q.sql b/q.sql\n--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1 @@\n--- /etc/x is a comment\n a\nE",
    "git apply <<'E'\n--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n--- /etc/x\n+++ /srv/x\n a\n--\n2.39\nE",
    "git am <<'E'\nSubject: x\n\nrename from /srv/x\n---\n a | 1 +\n\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n"
    "@@ -0,0 +1 @@\n+rename to /srv/x\nE",
    "patch -p1 <<'E'\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/srv/x\nE",
    "NODE_OPTIONS='--max-old-space-size=4096 --import ./x.js' npm test",
    "CFLAGS='-O2 -I/usr/include' make",
    'python3 -c \'print("a" % (1)); x[["/api/x"]]\'',
    "node -e 'console.log(\"<div></div></var></home>\")'",
    "node -e \"glob('src/**/*.js'); x = a[[0]]\"",
    "perl -e 'print 5 %x(2)'",
    "python3 -c 'print(7 %w, [[1],[2]])'",
    'node -e "const r = a | \\"see /etc\\""',
    "git commit -m 'x' && vim --version",
]


@pytest.mark.parametrize("command", NAMING)
def test_a_program_names_a_file_outside(command: str) -> None:
    assert suspects(command)
    assert references(command, cwd=COPY, copy=COPY)


@pytest.mark.parametrize("command", TEXT)
def test_what_a_program_writes_or_matches_is_text(command: str) -> None:
    assert references(command, cwd=COPY, copy=COPY) == []


@pytest.mark.parametrize(
    "unit",
    [
        "s/a",
        "s/[/",
        "/[a]",
        "s|x|",
        "1a\n",
        "/a/a|\n",
        "/?",
        "?'",
        "@@ -1 +1 @@\n",
        "r x|",
        "--- a\n",
        "from '",
        "s[a]",
        "[[",
        "</a",
        "\n",
    ],
)
@pytest.mark.parametrize("program", ["sed {}", "ex -c {}", "sqlite3 a.db {}", "git apply <<< {}", "perl -e {}"])
def test_a_long_program_comes_to_an_end(unit: str, program: str) -> None:
    command = program.replace("{}", "'" + (unit * 40_000)[:40_000].replace("'", '"') + "'")
    assert references(command, cwd=COPY, copy=COPY) == []
