"""The secret engine: finds credentials in any bytes, plain or disguised, and never shows what it found.

`Engine` holds the patterns of ``rules/secrets``; `Engine.scan` begins one artifact, `Scan.feed` takes its bytes,
`Scan.close` gives `Hit`s and gaps; `Hit.seal` makes of a hit what may be published; `Redactor` masks texts for output.
"""

from auditor.secrets.allow import AllowList
from auditor.secrets.engine import Engine
from auditor.secrets.fingerprints import Fingerprints, fingerprint_file
from auditor.secrets.hit import Hit, fingerprint
from auditor.secrets.redact import Redactor
from auditor.secrets.scan import Scan

__all__ = [
    "AllowList",
    "Engine",
    "Fingerprints",
    "Hit",
    "Redactor",
    "Scan",
    "fingerprint",
    "fingerprint_file",
]
