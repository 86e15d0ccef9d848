"""German sentences about a Stage 2 pass, word for word in the English that `phrases` looks for.

No translation for people: only the words that decide whether something is claimed (passed, not, if, must), in the order
in which they stand. Text without an unmistakably German word is left alone, since some of the words mean something else in
English ("falls back", "war").
"""

from __future__ import annotations

import re

_GERMAN = re.compile(
    r"\b(?:bestanden|erfolgreich|erreicht|geschafft|erzielt|nachgewiesen|bestätigt|stufe[- ]?(?:2|zwei|ii))\b",
    re.IGNORECASE,
)

_WORDS = {
    # what was reached
    r"stufe(?=[- ]?(?:2|zwei|ii)\b)": "stage",
    "zwei": "two",
    "lauf(?:s|es)?": "run",
    "erreicht|erzielt|geschafft": "achieved",
    "bestanden": "passed",
    "erfolgreich abgeschlossen": "passed",
    "erfolgreich": "successful",
    "nachgewiesen": "proven",
    "bestätigt": "confirmed",
    "grün": "green",
    # by whom and how
    "ist|sind": "is",
    "war|waren|wurden?": "was",
    "worden": "been",
    "hat|habe": "has",
    "haben": "have",
    "gilt als|zählt als": "counts as",
    "nun|jetzt": "now",
    "bereits|schon": "already",
    "endlich": "finally",
    "damit|somit": "thus",
    "offiziell": "officially",
    "und": "and",
    # or that it was not, not yet, or only under a condition
    "(?:noch )?nicht": "not",
    "kein(?:e[nmrs]?)?": "no",
    "nie(?:mals)?": "never",
    "ohne": "without",
    "wenn|falls|sofern|sollten?|soweit": "if",
    "sobald|nachdem": "once",
    "bevor|ehe|vor": "before",
    "bis|solange": "until",
    "ob": "whether",
    "erst|nur|lediglich": "only",
    "wird|werden|würden?": "will",
    "soll(?:en)?": "should",
    "muss|müssen|müsste": "must",
    "kann|können|könnten?": "can",
    "darf|dürfen": "may",
    "möchten?|wollen|will": "wants",
    "erfordert|braucht|benötigt|verlangt": "requires",
    "offen|ausstehend|aussteht": "pending",
    "geplant": "planned",
    "angeblich": "alleged",
    "fehlt|fehlen": "missing",
    "oder": "or",
    "aber|doch|jedoch": "but",
    "vorlage|muster": "template",
    "beispiel|z\\. ?b\\.": "example",
    "widerrufen|zurückgezogen": "withdrawn",
    "falsch|ungültig": "false",
}
_ANY = re.compile(r"\b(?:" + "|".join(f"({pattern})" for pattern in _WORDS) + r")(?!\w)", re.IGNORECASE)
_ENGLISH = tuple(_WORDS.values())


def in_english(text: str) -> str:
    """Return the text with the deciding words in English where it is German, else the text as it is."""
    if not _GERMAN.search(text):
        return text
    return _ANY.sub(
        lambda match: _ENGLISH[(match.lastindex or 1) - 1], text.replace("-Lauf", " Lauf").replace("-Pass", " Pass")
    )
