"""Looking at one buffer: confirm what the prefilter met, decode what is hidden, and look again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from auditor.secrets import blobs, doubts
from auditor.secrets.bundled import member, squeezed
from auditor.secrets.collector import Collector, Found
from auditor.secrets.confirm import confirm, unfolded
from auditor.secrets.decode import Buffer, Decoded, Decoder, starts_freely
from auditor.secrets.effort import TOO_MUCH, Effort
from auditor.secrets.escapes import SUBSTITUTIONS
from auditor.secrets.fingerprints import Fingerprints
from auditor.secrets.marks import Marks, Role
from auditor.secrets.packed import inflate
from auditor.secrets.plugins import REACH, PluginRole
from auditor.secrets.prefilter import Event, Prefilter

DEPTH = 6
"""How many decodings deep a value may be hidden."""

INSIDE, BESIDE = 2, 1
"""How much deeper it is what one decoding hides in another, and what stands beside another as it did before."""
_ORDER: dict[Decoder, int] = {decoder: order for order, decoder in enumerate(SUBSTITUTIONS)}
STREAMS = frozenset({inflate, member, squeezed})
"""Decoders of bytes that nobody writes half as they are and half escaped: their first bytes tell."""
_BEFORE = 16
"""Bytes before a trigger on which it may depend whether it means anything."""
_ASKED, _MEANT_NOTHING = 10, 10
"""Units of effort that it costs to ask a plugin, and a decoder for which there is nothing to undo."""

LineAt: TypeAlias = Callable[[int], int | None]
"""The line of an offset in a buffer."""
OnRecord: TypeAlias = Callable[[Buffer, int], None]
"""Told of a buffer and an offset in it where a record may carry a piece of a stream."""


class Sight:
    """Looks at buffers: finds what is plain in them, decodes what is hidden, and looks again."""

    def __init__(
        self,
        marks: Marks,
        prefilter: Prefilter,
        collector: Collector,
        effort: Effort,
        fingerprints: Sequence[Fingerprints] = (),
    ) -> None:
        self._marks = marks
        self._fingerprints = fingerprints
        self._prefilter = prefilter
        self._collector = collector
        self._effort = effort
        self._left_out: frozenset[Decoder] = frozenset()

    def leave_out(self, *decoders: Decoder) -> None:
        """Use none of these, because what they would undo is undone elsewhere."""
        self._left_out = frozenset(decoders)

    def look(
        self,
        data: Buffer,
        events: list[Event],
        view: str,
        line_at: LineAt,
        depth: int = 0,
        on_record: OnRecord | None = None,
        within: Decoded | None = None,
        base: int = 0,
    ) -> set[int]:
        """Confirm or decode at each of `events` in `data`, a buffer of `view`; `on_record` is told of stream pieces.

        `within` is the decoding that `data` is the text of, `base` what the events' offsets are counted from, before `data`.
        Return which of `SUBSTITUTIONS` have something to undo here that stands just so in the buffer around it.
        """
        roles = self._marks.roles
        effort, done = self._effort, dict[object, int]()
        for fingerprints in self._fingerprints:
            for known in fingerprints.find(data, effort) if effort.left > 0 else ():
                self._collector.add(known, view or "raw", line_at(known.start))
            if effort.left <= 0:
                self._collector.gap(TOO_MUCH, line_at(0))
        passed_over: dict[int, int] = {}
        beside: set[int] = set()
        told = -1
        for place, index in events:
            end = place - base
            if end <= passed_over.get(index, -1):
                continue
            for role in roles[index]:
                start = end - role.length
                if role.decoder is not None and start < done.get(role.decoder, -1):
                    continue
                if effort.left <= 0:
                    self._collector.gap(TOO_MUCH, line_at(start))
                    return set()
                effort.left -= 1  # a call would cost as much as what is counted
                if (pattern := role.pattern) is not None:
                    if pattern.loose and pattern.regex.match(data, start, end + pattern.table.reach) is None:
                        effort.left -= pattern.vain  # as `confirm` would find, in half the time
                    elif start >= done.get(pattern.id, -1):
                        done[pattern.id] = end_of_match = self._match(data, start, role, view, line_at, depth)
                        told = max(told, end_of_match)
                elif role.plugin is not None:
                    if start >= told and start >= done.get(role.plugin.plugin, -1):
                        done[role.plugin.plugin] = self._ask(data, start, role.plugin, view, line_at)
                elif role.known is not None:
                    met = role.known.match(data, start, role.gram, role.number)
                    if met is not None:
                        self._collector.add(met, view or "raw", line_at(met.start))
                elif role.decoder is None:
                    if on_record is not None:
                        on_record(data, start)
                elif role.decoder not in self._left_out:
                    order = _ORDER.get(role.decoder, -1)
                    is_beside = within is not None and within.is_untouched(start, end)
                    if is_beside and order >= 0:
                        beside.add(order)
                        continue
                    decoded = role.decoder(data, start, end, role.number)
                    effort.spend(_MEANT_NOTHING if decoded is None else _weight(decoded))
                    if decoded is not None:
                        done[role.decoder] = decoded.end
                        if len(roles[index]) == 1:
                            passed_over[index] = decoded.end + role.length - 1
                        # What stands just so in the buffer around it is undone there, where more of it may be in sight.
                        low, high = (start, end) if role.decoder in STREAMS else (decoded.start - _BEFORE, decoded.end)
                        if within is None or not within.is_untouched(max(0, low), high):
                            deeper = depth + (BESIDE if is_beside else INSIDE)
                            self._deeper(decoded, view, line_at, deeper, order)
        return beside

    def _match(self, data: Buffer, start: int, role: Role, view: str, line_at: LineAt, depth: int) -> int:
        """Take the match at an anchor, or the better one of its unfolded lines; answer where it ends."""
        if role.pattern is not None and role.pattern.anchored and not starts_freely(data, start):
            return -1  # as `confirm` and `unfolded` would both find
        found = confirm(data, start, role, self._effort)
        if found is not None:
            self._collector.add(found, view or "raw", line_at(found.start))
            if found.step and found.pattern.table.generic:  # its own form may tell more than its place did
                text = Decoded(found.value, found.step, found.start, found.end)
                self._deeper(text, view, line_at, depth + INSIDE, -1)
        if role.pattern is not None and role.pattern.foldable:
            better = unfolded(data, start, role, found, self._effort)
            if better is not None:
                self._collector.add(better, f"{view}+wrapped" if view else "wrapped", line_at(start))
        return found.end if found is not None else -1

    def _ask(self, data: Buffer, start: int, plugin: PluginRole, view: str, line_at: LineAt) -> int:
        """Take what a plugin of detect-secrets says of the line at `start`; answer where that line ends."""
        self._effort.spend(_ASKED)
        low = max(0, start - REACH)
        low = max(data.rfind(b"\n", low, start) + 1, low)
        high = data.find(b"\n", start, start + REACH)
        high = min(len(data), start + REACH) if high < 0 else high
        for value in plugin.credentials(data[low:high].decode("latin-1"), start - low):
            at = data.find(value, low, high)
            if at >= 0 and starts_freely(data, at) and not data[at + len(value) : at + len(value) + 1].isalnum():
                end = at + len(value)
                self._effort.spend(blobs.EFFORT + doubts.EFFORT)
                if blobs.in_blob(data, at, end):
                    continue
                public = len(plugin.anchor) if value.startswith(plugin.anchor) else 0
                doubted = doubts.is_doubtful(data, at, end, value, public)
                found = Found(at, end, value, plugin.pattern, "possible" if doubted else plugin.plugin.confidence)
                self._collector.add(found, view or "raw", line_at(at))
        return high

    def _deeper(self, decoded: Decoded, view: str, line_at: LineAt, depth: int, order: int) -> None:
        """Look at what was decoded; where more is written otherwise beside it, also at what is left when all is undone.

        Undoing one kind inside another, in every order, would take a time that doubles with each kind.
        """
        if not decoded.text:
            return
        if decoded.cut:
            self._collector.gap(decoded.cut, line_at(decoded.start))
        if depth > DEPTH * INSIDE:
            reason = f"a value is encoded more than {DEPTH} times over and was not read further"
            self._collector.gap(reason, line_at(decoded.start))
            return
        whole = decoded
        for other in sorted(self._look_inside(decoded, view, line_at, depth)):
            # What comes before in that order finds this one beside it.
            step = SUBSTITUTIONS[other].everywhere(whole) if other > order else None
            if step is not None:
                self._effort.spend(_weight(step))
                whole = step
        if whole is not decoded:
            self._look_inside(whole, view, line_at, depth)

    def _look_inside(self, decoded: Decoded, view: str, line_at: LineAt, depth: int) -> set[int]:
        chain = f"{view}+{decoded.view}" if view else decoded.view
        events = self._prefilter.find(decoded.text)
        return self.look(
            decoded.text, events, chain, lambda offset: line_at(decoded.source(offset)), depth, within=decoded
        )


def _weight(decoded: Decoded) -> int:
    """What a decoding costs in units of effort, the prefilter's look at its text included."""
    return 20 + len(decoded.text) // 128 + len(decoded.pieces) + decoded.cost
