"""Which words of which command are paths, text, patterns, program code or another command: tables only.

A command that is not listed is judged as if each of its words could be a path, so an entry here makes the analyser more
lenient (text) or more thorough (code, scripts, wrapped commands).
"""

from __future__ import annotations

from auditor.shell.containers import CONTAINERS
from auditor.shell.conventions import names
from auditor.shell.grammar import Spec, each, options
from auditor.shell.tools import TOOLS

DEFAULT = Spec()
_TEXT = Spec(rest="text")
_WRAP = Spec(wraps=True)
_READS = Spec(rest="operand", reads=True)
_WRITES = Spec(rest="operand", reads=False)

# Text tools ---------------------------------------------------------------------------------------------------------
_GREP_TEXT = (
    "e regexp m max-count A after-context B before-context C context d directories D devices include exclude "
    "exclude-dir label"
)
_RG_TEXT = (
    f"{_GREP_TEXT} g glob iglob t type T type-not r replace j threads M max-columns E encoding sort sortr engine "
    "context-separator field-match-separator path-separator max-depth"
)
_GREP = Spec(
    ("text",), "operand", options(text=_GREP_TEXT, path="f file exclude-from"), names("e f regexp file"), reads=True
)
_RG = Spec(
    ("text",),
    "operand",
    options(text=_RG_TEXT, path="f file ignore-file pre"),
    names("e f regexp file files"),
    reads=True,
)
_AWK = Spec(
    ("code",),
    "operand",
    options(text="F field-separator", path="f file v assign E exec i include"),
    names("f file E exec"),
    reads=True,
)
_SED = Spec(
    ("stream",),
    "operand",
    options(stream="e expression", path="f file"),
    names("e expression f file"),
)
_EDITOR = Spec(rest="operand", options=options(editor="c cmd +", path="S u U i w W T"), stdin="editor")
_SQL = Spec(("operand",), "sql", options(sql="cmd c s", path="init"), long=True, stdin="sql")
_DATABASE = Spec(
    rest="text", options=options(sql="c command e execute", path="f file o output L log-file"), stdin="sql"
)
_JQ = Spec(
    ("query",),
    "operand",
    options(path="f from-file L slurpfile rawfile", text="indent arg argjson"),
    names("f from-file"),
    names("arg argjson slurpfile rawfile"),
    reads=True,
)
_FIND = Spec(
    rest="operand",
    options=options(
        text="name iname path ipath wholename iwholename regex iregex lname ilname printf type xtype perm user group "
        "size mtime mmin atime amin ctime cmin maxdepth mindepth regextype uid gid links inum newermt fstype"
    ),
    long=True,
)

_OPENSSL = Spec(options=options(text="subj addext passin passout"), long=True)

# Programs that take source ------------------------------------------------------------------------------------------
_SHELL = Spec(
    ("operand",),
    options=options(path="o O rcfile init-file", script="c"),
    given=names("c"),
    stdin="script",
    reads=True,
)
_PYTHON = Spec(
    ("operand",),
    options=options(text="m W X", code="c"),
    given=names("c m"),
    subcommands={name: TOOLS[name] for name in ("pytest", "coverage")},
    stdin="code",
)
_NODE = Spec(
    ("operand",),
    options=options(
        path="r require import loader experimental-loader env-file test-reporter-destination",
        text="test-name-pattern test-skip-pattern title input-type test-reporter C conditions",
        code="e eval p print",
    ),
    given=names("e eval p print test"),
    subcommands={"eval": Spec(("code",)), **each("run test install add", DEFAULT), "x": _WRAP},
    stdin="code",
)
_PERL = Spec(("operand",), options=options(path="I r", text="F", code="e E"), given=names("e E"), stdin="code")
_PHP = Spec(("operand",), options=options(path="c f t", text="d S z", code="r B R E"), given=names("r f"), stdin="code")
_RUNNER = Spec(
    rest="weak",
    options=options(
        text="t testNamePattern g grep fgrep testPathPattern testPathPatterns testPathIgnorePatterns "
        "modulePathIgnorePatterns coveragePathIgnorePatterns transformIgnorePatterns",
        path="c config r require root rootDir dir",
    ),
)
_RUN = Spec(
    wraps=True, options=options(text="p package w workspace with", path="prefix C cwd directory", script="c call")
)
_PACKAGES = Spec(
    options=options(text="w workspace m message filter", path="prefix C cwd dir userconfig cache"),
    subcommands={
        **each("exec x dlx", _RUN),
        **each("run test run-script t", Spec(options=options(text="t testNamePattern g grep"))),
        **each("pkg config set", Spec(rest="weak")),
    },
)

# Version control and the network ------------------------------------------------------------------------------------
_GIT_SHOW = Spec(
    options=options(text="S G format pretty grep author committer since until after before date word-diff-regex L")
)
_GIT_MESSAGE = Spec(
    options=options(text="m message author date cleanup trailer", path="F file t template pathspec-from-file")
)
_GIT = Spec(
    options=options(path="C git-dir work-tree exec-path", text="namespace", alias="c"),
    subcommands={
        **each("log show diff blame shortlog rev-list whatchanged format-patch", _GIT_SHOW),
        **each("apply am", Spec(options=options(text="p C", path="directory"), stdin="patch")),
        **each("commit tag merge notes stash revert", _GIT_MESSAGE),
        "grep": Spec(("text",), options=options(text=_GREP_TEXT, path="f"), given=names("e f")),
        "config": Spec(rest="alias", options=options(path="f file")),
        **each("for-each-ref branch ls-files", Spec(options=options(text="format sort contains"))),
    },
)
_GH_TEXT = (
    "t title b body q jq l label a assignee S search m milestone n notes subject H head B base R repo json "
    "method X header author state reviewer L limit c comment"
)
_GH = Spec(
    options=options(text="R repo"),
    subcommands={
        "api": Spec(
            ("text",),
            options=options(
                text="X method H header q jq t template p preview hostname cache",
                path="input",
                attached="f F field raw-field",
            ),
        ),
        **each(
            "pr issue release repo run workflow search label",
            Spec(options=options(text=_GH_TEXT, path="F body-file notes-file T template")),
        ),
    },
)
_CURL = Spec(
    rest="weak",
    options=options(
        path="o output T upload-file K config b cookie c cookie-jar D dump-header E cert key cacert capath netrc-file output-dir "
        "unix-socket trace trace-ascii stderr",
        attached="d data data-ascii data-binary data-urlencode F form json H header w write-out",
        text="X request A user-agent e referer u user m max-time retry connect-timeout data-raw form-string resolve "
        "connect-to limit-rate r range max-redirs retry-delay retry-max-time interface",
        weak="x proxy url",
    ),
)
_WGET = Spec(
    rest="weak",
    options=options(
        path="O output-document P directory-prefix o output-file a append-output i input-file post-file body-file",
        text="header post-data user-agent U t tries T timeout method body-data A accept R reject e execute referer",
    ),
)

_TABLE: dict[str, Spec] = {
    "openssl": _OPENSSL,
    "echo printf true false : expr seq yes basename dirname tr let return exit sleep kill pkill pgrep killall which "
    "whence type unset shift wait jobs case for select function numfmt factor nproc uname id tput ulimit umask "
    "getopts help ping cd pushd popd": _TEXT,
    "hash": Spec(rest="text", options=options(path="p")),
    "test [ [[": Spec(rest="test"),
    "grep egrep fgrep zgrep": _GREP,
    "rg ripgrep": _RG,
    "ag ack ugrep": Spec(("text",), "operand", options(path="f file", text="ignore"), names("f file"), reads=True),
    "find gfind": _FIND,
    "fd fdfind": Spec(
        ("text",),
        "operand",
        options(text="e extension t type d max-depth E exclude", path="search-path base-directory"),
    ),
    "sed gsed": _SED,
    "awk gawk mawk nawk": _AWK,
    "jq yq gojq jaq": _JQ,
    "cut": Spec(
        rest="operand", options=options(text="d delimiter f fields c characters b bytes output-delimiter"), reads=True
    ),
    "sort": Spec(
        rest="operand", options=options(text="t field-separator k key S", path="o output T temporary-directory")
    ),
    "paste": Spec(rest="operand", options=options(text="d delimiters"), reads=True),
    "column": Spec(rest="operand", options=options(text="s separator o output-separator N"), reads=True),
    "join": Spec(rest="operand", options=options(text="t"), reads=True),
    "rename": Spec(("text",), "operand", options(text="e")),
    "cat tac head tail less more bat nl od xxd hexdump strings wc md5sum sha1sum sha256sum sha512sum cksum rev fold fmt "
    "expand stat file du base64 base32 cmp diff comm uniq b2sum zcat bzcat xzcat ls dir exa eza readlink "
    "realpath source .": _READS,
    "tee rm rmdir mkdir touch truncate shred unlink mkfifo mknod chmod chown chgrp": _WRITES,
    "nano code cp mv ln install dd": Spec(rest="operand"),
    "ed red": Spec(rest="operand", options=options(text="p"), stdin="editor"),
    "vim vi nvim view ex gvim": _EDITOR,
    "emacs": Spec(rest="operand", options=options(code="eval execute", path="l load insert", text="f funcall")),
    "sqlite3 sqlite duckdb": _SQL,
    "psql mysql mariadb": _DATABASE,
    "patch": Spec(rest="operand", options=options(path="d i o r directory input", text="p strip F"), stdin="patch"),
    "node nodejs tsx ts-node bun deno qjs": _NODE,
    "python pypy ipython": _PYTHON,
    "perl ruby lua luajit Rscript osascript julia": _PERL,
    "php": _PHP,
    "sh bash dash zsh ksh ash mksh fish rbash": _SHELL,
    "eval": Spec(joined=True),
    "trap": Spec(("script",), "text"),
    "alias": Spec(rest="alias"),
    "concurrently": Spec(rest="script", options=options(text="n names c prefix-colors p prefix")),
    "nodemon": Spec(options=options(script="x exec", path="w watch", text="i ignore e ext")),
    "watch entr": Spec(joined=True, options=options(text="n interval d differences")),
    "su runuser": Spec(rest="text", options=options(script="c command", path="s shell")),
    "script": Spec(rest="operand", options=options(script="c command")),
    "jest vitest mocha ava tap playwright cypress karma": _RUNNER,
    "npm pnpm yarn": _PACKAGES,
    "npx bunx pnpx uvx pipx": _RUN,
    "uv poetry pdm hatch pipenv rye bundle": Spec(
        options=options(path="directory project C"), subcommands=each("run exec", _RUN)
    ),
    "git": _GIT,
    "gh": _GH,
    "curl": _CURL,
    "wget": _WGET,
    "export declare typeset local readonly": Spec(rest="assignment"),
    "read mapfile readarray": Spec(rest="text", options=options(text="d p n N t i a u")),
    "env": Spec(wraps=True, options=options(path="C chdir", text="u unset", script="S split-string")),
    "sudo doas": Spec(wraps=True, options=options(path="D chdir R chroot", text="u user g group p prompt h host C")),
    "xargs gxargs": Spec(
        wraps=True, options=options(path="a arg-file", text="I n max-args P max-procs L max-lines d delimiter s E")
    ),
    "parallel": Spec(wraps=True, options=options(text="j jobs I delay retries")),
    "timeout gtimeout": Spec(("text",), wraps=True, options=options(text="s signal k kill-after")),
    "flock": Spec(("operand",), wraps=True, options=options(script="c command", text="w timeout E")),
    "time": Spec(wraps=True, options=options(path="o output", text="f format")),
    "nice ionice": Spec(wraps=True, options=options(text="n adjustment c class")),
    "stdbuf": Spec(wraps=True, options=options(text="i input o output e error")),
    "strace ltrace": Spec(wraps=True, options=options(path="o output", text="e trace s")),
    "exec": Spec(wraps=True, options=options(text="a")),
    "nohup setsid command builtin chronic unbuffer busybox cross-env cross-env-shell dotenv caffeinate noglob": _WRAP,
}
SPECS: dict[str, Spec] = {
    **CONTAINERS,
    **TOOLS,
    **{name: spec for names, spec in _TABLE.items() for name in names.split()},
}
_VERSIONED = frozenset({"python", "pypy", "perl", "ruby", "php", "node", "lua"})


def spec_of(name: str) -> Spec:
    """Return the spec of the command called `name` (its last path component), or the strict default."""
    if name in SPECS:
        return SPECS[name]
    base = name.rstrip("0123456789.")
    return SPECS[base] if base in _VERSIONED else DEFAULT
