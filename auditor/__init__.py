"""Judge the run directory of an AI-agent harness from its own evidence.

`auditor` knows bytes, records and facts and holds no opinion; the opinions are the rules under ``rules/``.
"""

__version__ = "0.1.0"
