"""What a program searches for, compares, serves or writes into a file is no path; what it opens stays one."""

from __future__ import annotations

import io
import tokenize
from itertools import accumulate
from pathlib import Path

import pytest

import auditor
from auditor.shell import references
from auditor.shell.quiet import quiet
from auditor.shell.strings import python, script
from tests.shell.test_tables import COPY

QUIET = [
    ("python3", "s = open('src/a.js').read(); s = s.replace('/srv/x', './y').replace('../a', '../b'); print(s)"),
    ("python3", "import re; s = re.sub(r'/srv/\\w+', 'x', s); re.compile('../x').search(s)"),
    (
        "python3",
        "s = p.read_text()\nassert '/srv/x' in s and '../y' not in s and s.count('/srv/x') == 1 and s.endswith('/x')",
    ),
    ("python3", "print(x == '/srv/x', '/srv/x' != y, d['paths']['/srv/x'])"),
    ("python3", "match x:\n    case '/srv/x': pass"),
    ("python3", "p = 'test/deep/a.js'; s = open(p).read().replace('''from '../../src/a''', '''from '../b' ''')"),
    ("python3", "open('test/a.py', 'w').write(\"import x from '../src/x'\\n\")"),
    ("python3", "from app import app; c = app.test_client(); print(c.get('/home/about'), c.post('/media/x.png'))"),
    ("python3", "from app import app; print(app.url_for('home') == '/home', match('/home'))"),
    ("python3", "# it's\ns = open('a').read()\nprint(f'{x!r:>{w}}', \"it's\" in s, s.find('/srv/x'))"),
    (
        "node",
        "const s = require('fs').readFileSync('src/a.js', 'utf8'); s.replaceAll('../x', './x').includes('/srv/x')",
    ),
    ("node", "import { readFileSync } from 'fs'; if (a === '/srv/x' || s.indexOf('/srv/x') > 0) b / c"),
    ("node", "switch (x) { case '/srv/x': break; }\nconst r = new RegExp('/srv/x'), n = '/srv/x'.length"),
    ("node", "app.get('/home', h); app.use('/home/about', r); fetch('/home').then(f); router.route('/run/1').get(g)"),
    ("node", "const o = { '/home': 1 }; console.log(o['/home'], require('./src/router').match('/home'))"),
    ("node", "/* it's */ const r = /['/]/, s = `${a} it's`; // it's\ns.split('/srv/x')"),
    (
        "node",
        "require('fs').writeFileSync('test/a.test.js', `import x from '../src/x'\nfor (const a of b) { app.get('/home') }\n`)",
    ),
    ("python3", "# see '/srv/x'\nfrom app import c\nfor u in ('/home', '/media/x'): print(c.get(u).status_code)"),
    (
        "python3",
        "from pathlib import Path\nfor f in Path('src').rglob('*.ts'): f.read_text().replace('x', \"from '../x'\")",
    ),
    ("node", "http.get({ host: 'h', path: '/home/about' }, f); new URL('/home/x', b); r.push({ to: '/home/x' })"),
    ("python3", "from urllib.parse import urljoin; urljoin('http://h', '/home/x'); Rule('/home/x', endpoint=e)"),
    ("python3", "import sys\nsys.path.insert(0, 'src')\nfrom cli import main\nsys.exit(main(['--route', '/home']))"),
    ("python3", "print(f\"{d['a']:>{w}} {x!r}\", f'{d[\"b\"]}', '/srv/x' in s)"),
    ("node", "console.log(`${d['a']} ${x}`, s.includes('/srv/x'))"),
    ("node", "// see '/srv/x'\nconst out = s.replace(/get\\('\\/srv\\/x'/g, \"app.get('/home'\") /* '/etc/x' */"),
    ("node", "require('fs').writeFileSync('a.test.js', `request(app).get('/home/about'); fetch(\"/run/1\")`)"),
    ("node", "require('child_process').execSync('grep -rn \"/srv/x\" src | head')"),
    ("awk", '$0 ~ "/srv/x" && $1 != "/etc/x" { gsub("/usr/lib", "x"); if (index($0, "/home/x")) print }'),
]

OPENED = [
    ("python3", "print(open('/srv/x').read().replace('/home', 'x'))"),
    ("python3", "print(open('a'.replace('a', '/srv/x')).read())"),
    ("python3", "print(open('/srv/x'.replace('a', 'b')).read())"),
    ("python3", "import os; os.replace('/srv/x', 'y')"),
    ("python3", "import os as s; s.replace('/srv/x', 'y')"),
    ("python3", "from pathlib import Path; p = Path('a'); p.replace('/srv/x')"),
    ("python3", "from os import path as s; open('/'.join(s.split('/srv/x')))"),
    ("python3", "import r as re; re.search('/srv/x', s)"),
    ("python3", "class A(str):\n    def replace(self, p, q): return open(p)\nA().replace('/srv/x', 'y')"),
    ("python3", "class A: pass\nA.count = open\nA.count('/srv/x')"),
    ("python3", "class A: pass\nsetattr(A, 'co' + 'unt', open)\nA.count('/srv/x')"),
    ("python3", "d = {}\nd['/srv/x'] = 1\nfor k in d: open(k)"),
    ("python3", "d['/srv/x'], n = 1, 2\nfor k in d: open(k)"),
    ("python3", "for d['/srv/x'] in 'a': open([*d][0])"),
    ("python3", "with f() as d['/srv/x']: open([*d][0])"),
    ("python3", "(d['/srv/x']) = 1\nfor k in d: open(k)"),
    ("python3", "from collections import defaultdict\nd = defaultdict(int)\nd['/srv/x']\nfor k in d: open(k)"),
    ("node", "d['/srv/x']++; for (const k in d) fs.readFileSync(k)"),
    ("node", "d['/srv/x'] ??= 1; for (const k in d) fs.readFileSync(k)"),
    ("node", "[d['/srv/x']] = [1]; for (const k in d) fs.readFileSync(k)"),
    ("python3", "for p in ['/srv/x']: open(p)"),
    ("python3", "for p in['/srv/x']: open(p)"),
    ("python3", "x = '/srv/x' in s or open('/srv/x')"),
    ("python3", "print(f'{open(\"/srv/x\")}')"),
    ("python3", "print(f\"{open('/srv/x')}\")"),
    ("python3", "x = \"it's\"\nopen('/srv/x')\ny = \"it's\""),
    ("python3", "x = 1if\"a\"else open('/srv/x')"),
    ("python3", "exec(\"open('/srv/x')\")"),
    ("python3", "open('a/b/c.py', 'w').write(\"open('/srv/x')\")"),
    ("python3", "open('a/c.py', 'w').write(\"open('../../x')\")"),
    ("python3", "open('a/b', 'w'); open('../x')"),
    ("python3", "class A: get = open\nA.get('/home')"),
    ("python3", "import os; os.listdir('/home')"),
    ("python3", "from builtins import open as get; x.get('/home'); get('/home')"),
    ("node", "require('fs').readFileSync('/srv/x').includes('a')"),
    ("node", "const a = { includes: require('fs').readFileSync }; a.includes('/srv/x')"),
    ("node", "const a = require('fs'); a.includes = a.readFileSync; a.includes('/srv/x')"),
    ("node", "const a = { ['inc' + 'ludes']: fs.readFileSync }; Object.assign(s, a); s.includes('/srv/x')"),
    ("node", "class A { includes(p) { return fs.readFileSync(p) } }; new A().includes('/srv/x')"),
    ("node", "const s = require('shelljs'); s.find('/srv/x')"),
    ("node", "const get = require('fs').readFileSync; x.get('/home/x')"),
    ("node", "const fs = require('fs'); const o = { path: '/home' }; fs.readdirSync(o.path)"),
    ("node", "require('/home')"),
    ("node", "app.use(express.static('/home'))"),
    ("node", "app.get('/home/user/target/x')"),
    ("node", "if (x) /'/.test(y); fs.readFileSync('/srv/x')"),
    ("node", "x = y / 2; z = '/'; fs.readFileSync('/srv/x')"),
    ("node", "`${fs.readFileSync('/srv/x')}`"),
    ("node", '`a ${ `b ${fs.readFileSync("/srv/x")}` }`'),
    ("node", "<!-- '\nfs.readFileSync('/srv/x') // '"),
    ("node", "x.of /'/ 2; fs.readFileSync('/srv/x') //'"),
    ("tsx", "const a = <b>it's</b>; fs.readFileSync('/srv/x'); const c = <b>it's</b>"),
    ("node", "new Function(\"fs.readFileSync('/srv/x')\")()"),
    ("awk", 'BEGIN { f = "/srv/x"; while ((getline l < f) > 0) print l }'),
    ("awk", '$0 ~ "a" { print > "/srv/x" }'),
    ("awk", '{ x = "a ~"; getline l < "/srv/x" }'),
    ("perl", "$s.includes('/srv/x')"),
    ("node", "const o = { path: '/home/x' }; require('fs').readFileSync(o.path)"),
    ("node", "const path = '/home/x'; Bun.file(path)"),
    ("node", "scan({ path: '/srv/harness' })"),
    ("python3", "import sys\nsys.path.insert(0, '/home')\nimport x"),
    ("python3", "s.replace(f\"{open('/srv/x').read()}\", 'y')"),
    ("python3", 'print(f"}}{x[{open("/srv/x")}]}")'),
    ("python3", "print(f\"{x['}']}\", open('/srv/x'), f\"{x['{']}\")"),
    ("node", "s.replace(`${fs.readFileSync('/srv/x')}`, 'y')"),
    ("python3", "from scan import S\ns = S()\nprint(s.find('/srv/x'))"),
    ("python3", "type('A', (), {'co' + 'unt': open})().count('/srv/x')"),
    ("python3", "s = str(1)\na.ｃount = open\na.count('/srv/x')"),
    ("node", "const r = new R(); r.search('/srv/x')"),
    ("node", "a['inc' + 'ludes'] = fs.readFileSync; a.includes('/srv/x')"),
    ("node", "a.\\u0069ncludes = fs.readFileSync; a.includes('/srv/x')"),
    ("node", "function* g() { yield /'/; fs.readFileSync('/srv/x'); x = '/' }"),
    ("node", "f(.../'/.source, fs.readFileSync('/srv/x'), '/')"),
    ("node", "app.get('/srv/harness')"),
    ("node", "// it's\\nfs.readFileSync('/srv/x')"),
    ("node", "// it's\nfs.readFileSync('/srv/x') // it's"),
    ("node", "require('child_process').execSync('cat \"/srv/x\"')"),
    ("node", "require('fs').writeFileSync('a.js', `fs.readFileSync('/srv/x')`)"),
    ("python3", "# it's\nopen('/srv/x') # it's"),
]


def _run(name: str, source: str) -> str:
    return f"{name} <<'EOF'\n{source}\nEOF" if name != "awk" else f"awk '{source}' f"


@pytest.mark.parametrize(("name", "source"), QUIET)
def test_what_is_only_looked_for_or_served_is_no_path(name: str, source: str) -> None:
    assert references(_run(name, source), cwd=COPY, copy=COPY) == []


@pytest.mark.parametrize(("name", "source"), OPENED)
def test_what_may_be_opened_is_one(name: str, source: str) -> None:
    assert references(_run(name, source), cwd=COPY, copy=COPY)


@pytest.mark.parametrize(("name", "source"), [each for each in QUIET if each[0] != "awk"])
def test_only_strings_are_changed(name: str, source: str) -> None:
    reader = python if name == "python3" else script
    before, after = reader(source), reader(quiet(source, name, COPY))
    assert before and after and len(before) == len(after)
    assert quiet(quiet(source, name, COPY), name, COPY) == quiet(source, name, COPY)


def _ends(source: str) -> set[int]:
    """Return where each string's last quotes begin, as Python itself has it."""
    lines = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
    tokens = [each for each in tokenize.generate_tokens(io.StringIO(source).readline) if each.type == tokenize.STRING]
    quotes = [3 if each.string.endswith(('"""', "'''")) else 1 for each in tokens]
    return {lines[each.end[0] - 1] + each.end[1] - length for each, length in zip(tokens, quotes, strict=True)}


def test_the_strings_of_python_are_where_python_finds_them() -> None:
    sources = [place.read_text() for place in Path(auditor.__file__).parent.rglob("*.py")]
    certain = [(source, found) for source in sources if (found := python(source)) is not None]
    assert len(certain) > 0.9 * len(sources)
    for source, found in certain:
        assert _ends(source) <= {each.end for each in found if not each.is_text}


@pytest.mark.parametrize(
    "unit", ["re.sub('/a', '/b', s)\n", "a.includes('/x');", "'../a' ", "`${a}`", "f'{x}'", "/a/ "]
)
@pytest.mark.parametrize("name", ["python3", "node", "awk"])
def test_a_long_program_comes_to_an_end(name: str, unit: str) -> None:
    assert len(quiet((unit * 64_000)[:64_000], name, COPY)) <= 64_000
