"""``python -m auditor`` is ``cto-audit``."""

import sys

from auditor.cli import main

sys.exit(main())
