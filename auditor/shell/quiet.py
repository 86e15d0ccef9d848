"""Which strings of a program are no paths, whatever they look like: what it only searches for, compares or serves.

`s.replace("../a", …)` looks for a text, `app.get("/home")` answers at a route, and the text of a file that a program writes
names its neighbours from where that file lies. This is told only where the strings of the program are certain, and where
it gives the names concerned no other meaning.
"""

from __future__ import annotations

import re

from auditor.expressions import expression
from auditor.shell.conventions import ROUTE, ROUTE_FORM, names
from auditor.shell.strings import String, strings

_SEARCHES = (
    "includes|indexOf|lastIndexOf|startsWith|endsWith|startswith|endswith|split|rsplit|count|find|rfind|index|rindex|"
    "removeprefix|removesuffix|partition|rpartition|strip|lstrip|rstrip|match|matchAll|search|replace|replaceAll"
)
_SERVES = "get|post|put|patch|delete|head|options|all|use|route|redirect|goto|visit|navigate"
_BEFORE = expression(
    rf"""
      (?:(?P<of>[\w.]*\w)|[)\]'"`])\s*\.\s*(?P<searches>{_SEARCHES})\s*\(\s*\w?\Z
    | (?P<module>\bre)\.(?:sub|subn|search|match|fullmatch|findall|finditer|split|compile)\(\s*\w?\Z
    | (?P<regex>\bRegExp)\(\s*\Z
    | [\w)\]'"`]\s*[=!]==?\s*\w?\Z | \bcase\s+\Z
    | (?P<key>\w+|[)\]])\[\Z
    | [\w)]\s*\.\s*(?P<serves>{_SERVES})\s*\(\s*\Z | \b(?P<fetches>fetch|redirect|reverse)\s*\(\s*\Z
    """,
    re.VERBOSE,
)
_COMPARED_AFTER = expression(r"\s*(?:[!=]==?(?!=)|(?:not\s+)?in\s+\w|\.length\b)")
_KEPT_AFTER = expression(r"\s*\][\s)\]]*(?:[-+*/|&^%?<>@]{0,3}=(?![=>])|\+\+|--|,[^;\n()]*=(?![=>]))")
"""What follows a key that is assigned to."""
_TARGET_BEFORE = expression(r"\b(?:for|as|del)[\s(]+\w+\[\Z")
_KEEPS_KEYS = expression(r"\b(?:defaultdict|Counter)\b")
"""Tables that keep each key that they are asked for."""
_OTHER_MODULE = expression(r"\bas\s+re\b|\bre\s*=(?!=)|\b(?:def|class)\s+re\b")
_SECOND = expression(r"\s*,\s*\w?\Z")
_CONTEXT = 100
_OPENS_LIST = names("in of return yield and or not if else case await typeof new is del from")
_OPAQUE = expression(
    r"\b(?:eval|exec|(?<!\bre\.)compile|Function|Proxy|Reflect|prototype|setattr|getattr|defineProperty|defineProperties|assign|"
    r"globals|vars|locals|runpy|importlib|vm)\b|\btype\s*\(\s*['\"]|\*\*\{|\[[^\[\]\n]{0,80}\+[^\[\]\n]{0,80}\]\s*[=:](?!=)|__(?!(?:name|file|main|init|future|dirname|filename)\b)\w"
)
"""What may give a name another meaning, or run a string."""
_IMPORTED = expression(
    r"\bimport\s+(?:type\s+)?([\w.*,\s{}$]{1,400})|(?:const|let|var)\s*(\w+|\{[^{}]{0,400}\})\s*=\s*(?:await\s+)?(?:require|import)\b"
    r"(?!\s*\(['\"`]{2}\)\s*\.\s*read\w+\s*\()|"
    r"\bas\s+(\w+)"
)
_OF_TEXT = names("find index count search match matchAll")
"""Methods that other things have, too: these must be known to be texts."""
_TEXT = expression(
    r"\b(\w+)\s*=(?!=)\s*(?:\w?['\"`]{2}|[^\n;=]*\b(?:read|read_text|readFileSync|readFile|toString|decode|strip|join|replace|"
    r"replaceAll|sub|stdout)\b)"
)
_AWK_SEARCHES = expression(
    r"((?:!?~|[=!]=|\bg?sub\s*\(|\bgensub\s*\(|\b(?:index|match|split)\s*\([^,()\"]{1,80},)\s*\")[^\"\\\n]*(?=\")"
)
"""What awk searches for or compares with. It has no way to give these functions another meaning."""
_PART = r"(?:(?!(?P=by))[^\\({]|\\.|\((?!\?))*+"
_EDITS = {
    "perl": expression(
        rf"""
        (?:\s*BEGIN\s*\{{[\w\s$/=;]*\}})?+
        (?:\s*(?:
            (?:s|tr|y)(?P<by>[/\#|,!~%]){_PART}(?P=by){_PART}(?P=by)
          | s\{{(?:[^\\(){{}}]|\\.|\((?!\?)|\))*+\}}\s*\{{(?:[^\\({{}}]|\\.|\((?!\?))*+\}}
        )[a-df-z]*\s*(?:;|\Z))++\s*
        """,
        re.DOTALL | re.VERBOSE,
    ),
    "ruby": expression(
        r"""
        \s*(?:\$_\s*(?:=\s*\$_)?\.)?g?sub!?\s*\(?
        \s*(?:'[^'\\]*'|"[^"\\\#]*"|/[^/\\\#]*/|%[rq]\{[^{}\\\#]*\})\s*,
        \s*(?:'[^'\\]*'|"[^"\\\#]*"|%q[({][^(){}\\\#]*[)}])\s*\)?\s*;?\s*
        """,
        re.VERBOSE,
    ),
}
"""Programs of one line that do nothing but put one text in another's place."""
_NAME = expression(r"[\w$]+")
_PLAIN_ROUTE = expression(
    r"/(?!(?:etc|proc|sys|usr|nix|dev|tmp|var|opt)\b)\w+/?|/(?:media|lib|run|bin|boot|private|Library|Applications|System)/[\w.-]+"
)
_FILES = expression(
    r"\b(?:fs|os|io|open\w*|i?glob\w*|Path|shutil|subprocess|child_process|spawn\w*|system|popen\w*|\w*[Ee]xec\w*|"
    r"\w*[Ff]ile\w*|\w*[Dd]irs?(?:Sync)?|path(?!\s*:)|sys|l?stat(?:Sync|vfs)?|access\w*|exists\w*|walk\w*|rm\w*|unlink\w*|mkdir\w*|cp\w*|"
    r"copy\w*|move\w*|rename\w*|linecache|codecs|ctypes|mmap|static|download|process|Deno|Bun|load\w*|read\w*|write\w*)\b|"
    r"(?:require|import)\s*\(\s*(?:['\"`](?:/|\w*\Z)|[^'\"`])"
)
"""What a program may reach files by."""
_ROUTE_KEY = expression(
    r"\b(?:url|path|pathname|href|route|to|endpoint)\s*[:=]\s*\Z|\b(?:new\s+URL|Rule|resolve|url_for)\(\s*\Z|\burljoin\([^()]{0,80},\s*\Z"
)
"""What stands before a route in a record, or in a call to what is made for routes."""
_OF_PYTHON = expression(
    r"\bimport\s+sys\b|\bsys\.(?:path\.(?:insert|append)\(\s*(?:0\s*,\s*)?['\"](?!/|\.\./|~)[\w./-]*['\"]\s*\)|exit|argv)"
)
"""What leads a program to its own modules only."""
_FOLDERS = expression(r"(?:\./)?((?:[\w@-][\w.@-]*/)+)[\w.@-]+")
_WALKS = expression(r"\b(?:rglob|walk|i?glob|globSync|readdirSync)\b|\*\*/")
_MIN_DEPTH = 2
"""How deep the files lie, at the least, among which a program looks for those that it changes."""
_RUN = expression(r"\b(?:execSync|system|popen|check_output|getoutput)\(\s*\Z")
_SERVED = expression(
    rf"\.(?:{_SERVES})\(\s*\\?(?P<quote>['\"`]){ROUTE_FORM}\\?(?P=quote)|\bfetch\(\s*\\?(?P<by>['\"`]){ROUTE_FORM}\\?(?P=by)"
)
"""A route in the text of a program that a program writes."""
_CLIMBS = expression(r"(?<![\w.])(?:\./)?((?:\.\./)+)(?=[\w@.$*{-])")
_MAX_FOLDERS = 8


def quiet(source: str, name: str, copy: str) -> str:
    """Return the program `source` of the interpreter `name` with what is surely no path taken out of its strings."""
    if name.endswith("awk"):
        return _AWK_SEARCHES.sub(r"\1", source)
    if name in _EDITS:
        return "" if _EDITS[name].fullmatch(source) else source
    found = strings(source, name)
    if not found:
        return source
    bare = "".join(
        source[before.end : after.start] for before, after in zip([_NONE, *found], [*found, _NONE], strict=True)
    )
    if _OPAQUE.search(bare) or not bare.isascii() or "\\" in bare.replace("\\\n", ""):
        return source
    program = _Program(source, bare, found, copy)
    pieces: list[str] = []
    at = 0
    for index, string in enumerate(found):
        pieces += [source[at : string.start], program.kept(index)]
        at = string.end
    return "".join([*pieces, source[at:]])


_NONE = String(0, 0)
_NOTHING = "."
"""What is left of a comment or a regular expression: without it two slashes would begin a comment."""


class _Program:
    """What the strings of one program are used for."""

    def __init__(self, source: str, bare: str, found: list[String], copy: str) -> None:
        self._source = source
        self._around_copy = "/".join(copy.split("/")[:3])
        self._known = set(_TEXT.findall(bare))
        self._found = found
        self._bare = bare
        self._texts = {source[each.start : each.end] for each in found if not each.is_text}
        self._imported = {name for groups in _IMPORTED.findall(bare) for name in _NAME.findall(" ".join(groups))}
        self._plain: dict[str, bool] = {}
        self._has_module = not _OTHER_MODULE.search(bare)
        self._is_server = not _FILES.search(_OF_PYTHON.sub("", source))
        folders = [_MIN_DEPTH] if _WALKS.search(source) else []
        folders += [path[1].count("/") for text in self._texts if (path := _FOLDERS.fullmatch(text))]
        self._depth = min(_MAX_FOLDERS, max(folders, default=0))

    def kept(self, index: int) -> str:
        """Return what of a string may be a path."""
        string = self._found[index]
        text = self._source[string.start : string.end]
        if string.is_text:
            return _NOTHING
        if string.has_code or ("/" not in text and ".." not in text):
            return text
        before, after = self._around(index)
        if self._is_idle(text, before, after) or (self._is_server and self._is_route(text, before)):
            return ""
        if _has_quote(text):
            if " " in text and _RUN.search(before):
                return ""  # A command: it is read as one.
            text = _SERVED.sub("", text)
        if self._depth and (_has_quote(text) or self._is_replacement(index)):
            # It stands in a file that lies as deep as one that the program names.
            return _CLIMBS.sub(self._inside, text)
        return text

    def _inside(self, found: re.Match[str]) -> str:
        return "" if found[1].count("/") <= self._depth else found[0]

    def _around(self, index: int) -> tuple[str, str]:
        string = self._found[index]
        quotes = 3 if self._source.startswith(('"""', "'''"), max(0, string.start - 3)) else 1
        start, end = string.start - quotes, string.end + quotes
        return self._source[max(0, start - _CONTEXT) : start], self._source[end : end + _CONTEXT]

    def _is_idle(self, text: str, before: str, after: str) -> bool:
        use = _BEFORE.search(before)
        if use is None:
            return _COMPARED_AFTER.match(after) is not None
        if name := use["searches"]:
            of = (use["of"] or "").partition(".")[0]
            if name in _OF_TEXT and use["of"] not in self._known:
                return False
            has_second = after.lstrip().startswith(",")
            return self._means_one(name) and of not in self._imported and (has_second or not name.startswith("replace"))
        if use["key"]:
            return use["key"] not in _OPENS_LIST and self._is_looked_up(before, after)
        if name := use["serves"] or use["fetches"]:
            is_route = ROUTE.fullmatch(text) is not None and not text.startswith(self._around_copy)
            return is_route and self._means_one(name)
        return use["module"] is None or self._has_module

    def _is_looked_up(self, before: str, after: str) -> bool:
        """Tell whether a key only finds a value: one that is put into a table can be taken out of it again."""
        if not after.lstrip().startswith("]") or _KEPT_AFTER.match(after) or _KEEPS_KEYS.search(self._bare):
            return False
        return _TARGET_BEFORE.search(before) is None

    def _is_route(self, text: str, before: str) -> bool:
        """Tell whether a string is a route where the program has no way to files: by its look, or as its key says."""
        if _PLAIN_ROUTE.fullmatch(text):
            return True
        is_one = ROUTE.fullmatch(text) is not None and not text.startswith(self._around_copy)
        return is_one and _ROUTE_KEY.search(before) is not None

    def _is_replacement(self, index: int) -> bool:
        """Tell whether a string takes the place of the one before it: `s.replace("a", HERE)`."""
        if not index:
            return False
        before, first = self._around(index)[0], self._found[index - 1]
        if first.is_text:
            return False
        if not _SECOND.search(self._source, first.end + 1, self._found[index].start - 1):
            return False
        use = _BEFORE.search(self._around(index - 1)[0])
        name = use["searches"] if use else None
        return use is not None and bool(before) and (use["module"] is not None or (name or "").startswith("replace"))

    def _means_one(self, name: str) -> bool:
        """Tell whether the program does nothing with a name but call it as a method, or as the function of all programs."""
        if name not in self._plain:
            every = len(re.findall(rf"\b{name}\b", self._bare))
            called = len(
                re.findall(rf"(?:\.\s*|(?<![\w.])(?=fetch|redirect|reverse)){name}\s*\((?![^()]*\)\s*\{{)", self._bare)
            )
            self._plain[name] = every == called and name not in self._texts and name not in self._imported
        return self._plain[name]


def _has_quote(text: str) -> bool:
    return "'" in text or '"' in text or "`" in text
