"""What only shows when many runs are seen together: copies, clocks that jump, and runs that are left out."""

from __future__ import annotations

from auditor.anomalies.anomaly import Anomaly, Kind
from auditor.anomalies.find import find

__all__ = ["Anomaly", "Kind", "find"]
