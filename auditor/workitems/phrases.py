"""Does a piece of text claim a Stage 2 pass? Status lines, table rows and sentences, as people write them.

A document that says when a pass may be claimed, that none is claimed, or what one would need, claims nothing: those are
far more common than claims, and an alarm at each would teach everybody to look away. Quoted text and code are what
somebody talks about, not what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.workitems.markdown import CODE_BEGINS, CODE_ENDS
from auditor.workitems.phrases_german import in_english

_QUOTED = "\ue002"
"""Stands for a quotation or a code span within a sentence: something is there, and nothing is said with it."""

_IDENTIFIER = re.compile(
    r"\b[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9._-]*[A-Za-z0-9]"
    r"|\b[A-Z][A-Z0-9]{1,15}(?:-[A-Z][A-Z0-9]{0,15})*-[0-9]{1,6}\b(?<!STAGE-2)"
    r"|(?<![^\s(\"'`])(?=[A-Za-z0-9._@~-]{1,80}/)(?=[^\s]{0,200}[0-9.-])(?![^\s]{0,200}(?:[Ss]tage|[Pp]ass))[A-Za-z0-9._@~-]{0,80}/[A-Za-z0-9._@~/-]{1,200}"
)

_TICKED = re.compile(r"\s*\[(?P<tick>[ xX])\]\s+")
_LABEL = re.compile(r"(?P<label>[^:=\n]{1,90}?)\s*(?::|=|→|->|\s[–—-](?=\s))\s*(?P<value>[^\s].*)", re.DOTALL)

_GOOD_ICON = "\u2705|\u2714\ufe0f?|\u2611\ufe0f?|\U0001f7e2|:white_check_mark:|:heavy_check_mark:"
_STAGE = r"(?:real[ -]?case(?:'s)? |case )?stage ?(?:2|two|ii)\b"
_STAGE_LABEL = re.compile(
    rf"(?:the )?{_STAGE}(?: (?:status|state|verdict|result|outcome|decision|conclusion|run|gate|lane|validation)){{0,3}}"
    r"(?: \([^)]{0,40}\))?"
)
_PASS_LABEL = re.compile(
    rf"(?:(?:supports|claims) (?:an? |the )?)?(?:{_STAGE} )pass(?:ed)?(?: (?:status|claim|claimed|supported|verdict))?"
)
_STATUS_LABEL = re.compile(
    r"(?:[a-z]+ ){0,2}(?:status|state|verdict|result|outcome|decision|conclusion|classification|lifecycle|milestone|gate"
    r"|stage)"
)
_PASS_VALUE = re.compile(
    rf"(?:(?:{_GOOD_ICON}) ?){{0,3}}(?:(?:an? )?(?:pass(?:ed|es|ing)?|success(?:ful|fully)?|succeed(?:ed|s)|green|ok(?:ay)?"
    r"|achieved|cleared)\b|$)"
)
_YES_VALUE = re.compile(
    rf"(?:(?:{_GOOD_ICON}) ?){{0,3}}(?:(?:yes|true|claimed|supported|achieved|granted|confirmed|pass(?:ed)?|approved|proven)\b|$)"
)
_UNDECIDED = re.compile(
    r"[|<?\u2026]|\.\.\.|\bpass(?:ed)? ?/|/ ?(?:pass|fail|blocked)"
    r"|\b(?:or|not|no|none|if|unless|until|when|once|only|pending|awaiting|tbd|expected|planned|criteria|criterion|required|requires|needs|needed|rate|target|goal|fail|fails|failed|blocked|withheld|withdrawn|revoked)\b"
)
_BARE = re.compile(
    rf"(?P<icon>(?:(?:{_GOOD_ICON}) ?){{0,3}}){_STAGE}(?: run)? (?P<word>pass|passed|pass (?:claimed|achieved|confirmed))"
    rf"(?P<run>,? (?:(?:in|by|of|from|on) )?(?:run )?{_QUOTED})?(?P<more>(?: ?(?:{_GOOD_ICON})){{0,3}})[.!]?"
)

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n[ \t]*\n")
_CLAUSE_END = re.compile(r"[;:()]|,(?=\s)|\s[–—-]\s|—|\b(?:but|although|though|while|whereas|and so|so that)\b")

_ADVERBS = (
    r"(?: (?:now|already|also|finally|successfully|officially|formally|thus|therefore|just|fully|cleanly|hereby)){0,4}"
)
_SUBJECT = rf"{_STAGE}(?: (?:run|lane|gate|validation|trial|attempt|audit))?(?: {_QUOTED})?(?: of (?:run )?{_QUOTED})?"
_KINDS = r"(?: (?:an?|the|our|its|this|that|first|full|real|valid|genuine|official|second|new|clean)){0,6}"
_NOT_A_NOUN = r"(?! (?:are|were|need|require|must|can|may|and|or|from|of|in|have|count|do|should|that)\b)"
_NO_COMPOUND = (
    r"\b(?![- ](?:rate|criteri\w+|condition\w*|requirement\w*|gate|decision|polic\w+|rules?|evidence|level|claims|line|table"
    r"|template|wording|attempt|candidate|check\w*)\b)"
)
# "passes Stage 2 options through" passes something else.
_NO_OBJECT = (
    r"(?=$|[.,;!\ue002]| ?\ue002| (?:on|in|at|with|without|under|for|by|and|as|again|now|today|yesterday|of|after|this|last"
    r"|since|too|also|already|despite|although|because|while|from|cleanly|successfully"
    r"|(?:run|validation|gate|lane|audit|check)(?! \w+ing\b))\b)"
)
_ASSERTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_SUBJECT}(?: (?:has|have|had|is|was))?{_ADVERBS}(?: been)?{_ADVERBS} (?:passed|cleared|succeeded|achieved)\b"
        rf"(?! (?:runs?|items?|claims?)\b)",
        rf"{_SUBJECT}(?: (?:has|is|was))?{_ADVERBS}(?: been)?{_ADVERBS} (?:completed|finished|concluded|ended)"
        rf"(?: successfully| with success)\b",
        rf"{_SUBJECT}(?: (?:has|is|was))?(?: been)? successfully (?:completed|finished|concluded)\b",
        rf"{_SUBJECT}{_ADVERBS} (?:passes|succeeds)\b{_NOT_A_NOUN}",
        rf"{_SUBJECT} (?:is|was|has been|stands at|counts as|ended with|ended in|resulted in){_ADVERBS}"
        rf"(?: (?:complete|done|closed|finished|admitted) and)? (?:an? )?(?:clean |full )?"
        rf"(?:pass|passed|passing|green|successful|a success){_NO_COMPOUND}",
        rf"\b(?:passed|passes|cleared|succeeded in|succeeded at){_ADVERBS}{_KINDS} {_STAGE}{_NO_OBJECT}",
        rf"{_SUBJECT}(?:'s)? (?:verdict|status|result|outcome) (?:is|was){_ADVERBS} (?:an? )?(?:pass|passed|green){_NO_COMPOUND}",
        rf"\b(?:verdict|status|result|outcome) (?:of|for|on|in|at){_KINDS} {_SUBJECT} (?:is|was){_ADVERBS} (?:an? )?"
        rf"(?:pass|passed|green){_NO_COMPOUND}",
        rf"{_STAGE} pass (?:achieved|confirmed|granted|obtained|earned)\b(?! (?:only|by|with)\b)",
        rf"\b(?:pass|passed|passes|success) (?:at|in|for|on|of){_KINDS} {_STAGE}(?! pass\b)",
        rf"{_STAGE} pass(?: claim| verdict)? (?:is|was|has been|stands|are|were){_ADVERBS} (?:claimed|achieved|supported"
        r"|confirmed|granted|recorded|earned|obtained|reached|established|proven|proved|validated|verified|attained|awarded"
        r"|secured|approved|valid|real|genuine|official|in place|complete|done)\b",
        rf"{_STAGE} pass(?: claim| verdict)? (?:stands|holds)\b",
        rf"\b(?:claims|claimed|supports|supported|achieves|achieved|earns|earned|obtains|obtained|recorded|granted|proves"
        rf"|proved|confirms|confirmed|reached|reaches|declares|declared|got|counts as|counted as|qualifies as|qualified as"
        r"|constitutes|represents|awarded|secured|established|have|has|is|was"
        r"|(?:we|i|they|hereby)(?: hereby)? (?:claim|declare))"
        rf"{_ADVERBS}{_KINDS} {_STAGE} pass{_NO_COMPOUND}",
        rf"{_STAGE} ?[:=] ?(?:pass|passed)\b(?! ?[/|])",
        r"\bsupports stage ?2 pass ?[:=] ?(?:true|yes)\b",
    )
)
_RECORD = re.compile(r"\bstage ?[:=] ?2\b.{0,60}?\bstatus ?[:=] ?pass(?:ed)?\b(?! ?[/|])")
_HEADING_NOUN = re.compile(rf"{_STAGE} passes\b")
_AS_A_NOUN = re.compile(r"\b(?:of|about|among|between|for|from|over|against) $")
_OF_A_RUN = re.compile(rf"\b(?:run|lane|gate|validation|trial|attempt|audit|test|check|20[0-9]{{2}})\b|{_QUOTED}")
"""What passes by itself: after such a word "of Stage 2 passes" may be a sentence, not many passes."""

_BEFORE = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|cannot|without|neither|nor|yet to|unable|before|until|unless|blocked|lacks?"
    r"|missing|instead of|rather than|far from|falsely|wrongly|fail(?:s|ed)? to|refus\w+|den(?:y|ied|ies)|reject\w*|withdr\w+"
    r"|revok\w+|retract\w+|may|might|can|could|would|should|must|shall|will|needs?|requir\w+|wants?|hopes?|expect\w*"
    r"|plan(?:s|ned)?|aims?|goal|target|whether|if|when|once|whenever|as soon as|suppose|assum\w+|example|e\.g|hypothetical\w*"
    r"|imagine|template|ever|any|every|each|such|criteria|what|how|why|pending|awaiting|alleged\w*|attempt\w*|try|tries|to"
    r"|let|decid\w+|doubt\w*|question\w*|disput\w*|says|say|said|stating|reads)\b|n't\b"
)
_CONDITION_FIRST = re.compile(
    r"\s*(?:only )?(?:if|when|whenever|once|unless|until|should|suppose|assuming|as soon as|before)\b"
)
_SWEEPING_FIRST = re.compile(r"\s*(?:no|none|neither|nothing|nobody|never)\b")
_INTRODUCTION = re.compile(
    r"\b(?:example|e\.g\.?|such as|like|template|format|wording|words|phrase|text|reads|says|writes|states|means)$"
)
_SUBJECTS = ("stage", "case", "real")
_AFTER = re.compile(
    r"\b(?:only if|only when|only after|only once|if|unless|until|once|when|whenever|provided|as long as|assuming)\b"
    r"|\b(?:is|was|are|were|has been|remains?|stays?) (?:still )?(?:not|never|false|wrong|unproven|unsupported|withdrawn"
    r"|revoked|denied|untrue|retracted|pending|invalid|premature|disputed|void)\b|\b(?:does|do|did) not\b|n't\b"
)
_CONDITION_NEXT = re.compile(r"\s*(?:but |and )?(?:only if|only when|if|unless|provided|once|as soon as|assuming)\b")
_PRESENT = re.compile(r"\b(?:is|counts as) (?:an? )?(?:pass|passed)\b")
_SETTLED = re.compile(r"\b(?:passed|cleared|succeeded|achieved|has|was|were|claimed)\b")


def claims_in(text: str, what: str) -> Iterator[int]:
    """Yield the place in the text of each thing in it that claims a Stage 2 pass.

    `text` and `what` are those of a `Passage`: lines are separated by newlines, code spans are marked, cells of a row
    are separated by ``|``.
    """
    ticked = _TICKED.match(text)
    if ticked and ticked["tick"] == " ":
        return
    start = ticked.end() if ticked else 0
    if what == "columns":
        return
    if what == "row":
        if _row_claims(text):
            yield 0
        return
    if _is_bare_claim(text[start:], ticked=bool(ticked)):
        yield start
        return
    consumed: list[tuple[int, int]] = []
    place = start
    for line in text[start:].split("\n"):
        if status_line_claims(line):
            yield place
        if _is_status_line(line):
            consumed.append((place, place + len(line)))
        place += len(line) + 1
    prose = list(text)
    for first, last in consumed:
        prose[first:last] = [*(" " * (last - first - 1)), "."] if last > first else []
    prose[:start] = " " * start
    yield from _sentences_that_claim("".join(prose), what)


def status_line_claims(line: str) -> bool:
    """Tell whether one line of the form ``label: value`` claims a Stage 2 pass."""
    match = _LABEL.fullmatch(line.strip())
    return match is not None and value_claims(_unwrapped(match["label"]), _unwrapped(match["value"]))


def value_claims(label: str, value: str) -> bool:
    """Tell whether a label and its value together claim a Stage 2 pass; of front matter, the key and its scalar."""
    name, said = plain(in_english(label)), plain(in_english(value))
    if not said or _QUOTED in said[:1] or _UNDECIDED.search(_first_clause(said)) or _is_open(said):
        return False
    if _STAGE_LABEL.fullmatch(name):
        return bool(_PASS_VALUE.match(said))
    if _PASS_LABEL.fullmatch(name):
        return bool(_YES_VALUE.match(said))
    if _STATUS_LABEL.fullmatch(name):
        return _names_a_pass(said)
    return False


def plain(text: str) -> str:
    """Return text in the form that the patterns are written in: lower case, single spaces, no underscores."""
    text = _IDENTIFIER.sub(_QUOTED, text)  # an id such as 20260601T090000Z-target-or-not-1 is a name, whatever is in it
    lowered = re.sub(r"[\s_\u00a0]+", " ", text.lower().replace("\u2019", "'").replace("\u2011", "-")).strip()
    lowered = re.sub(r"\bstage[- ]?(?=2\b|two\b|ii\b|2[- ]pass)", "stage ", lowered)
    lowered = re.sub(r"\bstage2", "stage 2 ", lowered).replace("stage 2 -", "stage 2 ").replace("stage 2-", "stage 2 ")
    return re.sub(r" {2,}", " ", lowered).strip(" *~")


def _is_open(said: str) -> bool:
    return bool(re.search(r"\b(?:pending|tbd|awaiting|not yet|to be)\b", said))


def _first_clause(said: str) -> str:
    return re.split(r"[.,;(\u2014\u2013]", said, maxsplit=1)[0]


def _names_a_pass(said: str) -> bool:
    clause = _first_clause(said)
    named = re.search(
        rf"{_STAGE}(?: run)? ?[:=-]? ?pass(?:ed|es|ing)?{_NO_COMPOUND}|\bpass(?:ed|es)? ?(?:at |in |\(|- ?)?{_STAGE}",
        said,
    )
    return bool(named) and not _BEFORE.search(said[: named.start()] if named else "") and bool(clause)


def _unwrapped(text: str) -> str:
    """Return text without the quotes or the code span around all of it; a code span within it is what it quotes."""
    text = text.strip().strip("*").strip()
    for first, last in ((CODE_BEGINS, CODE_ENDS), ('"', '"'), ("'", "'"), ("\u201c", "\u201d"), ("\u201e", "\u201c")):
        inner = text[1:-1]
        if len(text) > 1 and text[0] == first and text[-1] == last and first not in inner and last not in inner:
            return inner
    return _without_quotations(text)


def _without_quotations(text: str) -> str:
    text = re.sub(f"{CODE_BEGINS}[^{CODE_BEGINS}{CODE_ENDS}]*{CODE_ENDS}", lambda m: _QUOTED.ljust(len(m[0])), text)
    return re.sub(
        '"[^"\n]{1,200}"|\u201e[^\u201c\u201d]{1,200}[\u201c\u201d]|\u201c[^\u201d]{1,200}\u201d|\u00bb[^\u00ab]{1,200}\u00ab',
        lambda m: _QUOTED.ljust(len(m[0])),
        text,
    )


def _is_status_line(line: str) -> bool:
    match = _LABEL.fullmatch(line.strip())
    if not match:
        return False
    name = plain(in_english(_unwrapped(match["label"])))
    return any(kind.fullmatch(name) for kind in (_STAGE_LABEL, _PASS_LABEL, _STATUS_LABEL))


def _is_bare_claim(text: str, *, ticked: bool) -> bool:
    """Tell whether the whole text is the words themselves, with something that makes them a statement."""
    match = _BARE.fullmatch(plain(text))
    if not match:
        return False
    said_loudly = "PASS" in text
    return bool(ticked or said_loudly or match["icon"] or match["more"] or match["run"] or match["word"] != "pass")


def _row_claims(text: str) -> bool:
    cells = [_unwrapped(cell) for cell in text.split("|")]
    values = [plain(cell) for cell in cells]
    if any(value_claims(cells[at], cells[at + 1]) for at in range(len(cells) - 1)):
        return not any(value in {"fail", "failed", "blocked"} for value in values[1:])
    stage = [at for at, value in enumerate(values) if _STAGE_LABEL.fullmatch(value)]
    passing = [
        at for at, value in enumerate(values) if value and _PASS_VALUE.match(value) and not _UNDECIDED.search(value)
    ]
    failing = [value for value in values if value in {"fail", "failed", "blocked"}]
    return bool(stage and passing and not failing)


def _sentences_that_claim(text: str, what: str) -> Iterator[int]:
    bare = _without_quotations(text)
    start = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(bare)), len(bare)]:
        sentence = bare[start:end]
        if sentence.strip() and not sentence.rstrip().endswith("?") and _sentence_claims(sentence, what):
            yield start + len(sentence) - len(sentence.lstrip())
        start = end


def _sentence_claims(sentence: str, what: str) -> bool:
    sentence = in_english(sentence)
    clauses = [plain(clause) for clause in _CLAUSE_END.split(sentence)]
    # A status such as "Stage 2: pass" within a sentence would be parted at its colon.
    wholes = [
        *clauses,
        *(plain(clause) for clause in re.split(r"[;()]|,(?=\s)", sentence) if ":" in clause or "=" in clause),
    ]
    if any(_clause_claims(clause, at, clauses, what) for at, clause in enumerate(wholes)):
        return True
    whole = plain(sentence)
    record = _RECORD.search(whole)
    return bool(record) and not _BEFORE.search(whole[: record.start()] if record else "")


def _clause_claims(clause: str, at: int, clauses: list[str], what: str) -> bool:
    for pattern in _ASSERTIONS:
        match = pattern.search(clause)
        if match is None:
            continue
        before, after = clause[: match.end()], clause[match.end() :]
        if what == "heading" and _HEADING_NOUN.search(match[0]):
            continue
        if (
            _HEADING_NOUN.fullmatch(match[0])
            and _AS_A_NOUN.search(clause[: match.start()])
            and not _OF_A_RUN.search(clause)
        ):
            continue
        if _BEFORE.search(before) or _AFTER.search(after):
            continue
        earlier = clauses[:at] if at < len(clauses) else []
        if earlier and (_CONDITION_FIRST.match(earlier[-1]) or _INTRODUCTION.search(earlier[-1])):
            continue
        if earlier and match.start() == 0 and not match[0].startswith(_SUBJECTS) and _SWEEPING_FIRST.match(earlier[0]):
            continue
        following = clauses[at + 1] if at + 1 < len(clauses) else ""
        if _CONDITION_NEXT.match(following) and (_PRESENT.search(match[0]) or not _SETTLED.search(match[0])):
            continue
        return True
    return False
