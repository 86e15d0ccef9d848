"""How often something is tried that may be in vain: ever less often while it is."""

from __future__ import annotations

_MAX_PAUSE = 64


class Patience:
    """Waits longer after each disappointment, up to sixty-four turns, and not at all after a success."""

    def __init__(self) -> None:
        self._pause = self._waited = 0

    def is_ready(self) -> bool:
        """Tell whether to try this time; ask once each time."""
        if self._waited < self._pause:
            self._waited += 1
            return False
        return True

    def rewarded(self) -> None:
        """Take note that it was worth trying."""
        self._pause = self._waited = 0

    def disappointed(self) -> None:
        """Take note that it was in vain."""
        self._pause, self._waited = min(2 * self._pause + 1, _MAX_PAUSE), 0
