"""What a validator says of a value."""

from __future__ import annotations

from typing import Literal, TypeAlias

Opinion: TypeAlias = Literal["confirmed", "rejected", "doubtful", "unknown"]
"""`confirmed`: it cannot be chance. `rejected`: it is not one. `doubtful`: in form it is one, and it tells itself that it
opens nothing. `unknown`: it may well be one, the format holds no proof."""
