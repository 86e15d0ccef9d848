"""What each kind of event in the harness's trace must have (section 1 of the evidence interface)."""

from __future__ import annotations

from auditor.sources._stream import Fields

_TEXT, TEXT_OR_NULL = (str,), (str, type(None))
_INT, _INT_OR_NULL, _BOOL_OR_NULL = (int,), (int, type(None)), (bool, type(None))
FIELDS = {
    "run_started": Fields(case_id=_TEXT, engine=_TEXT, stage=_INT),
    "admission_checked": Fields(status=_TEXT, provider=TEXT_OR_NULL, model=TEXT_OR_NULL, admission_sha256=TEXT_OR_NULL),
    "config_written": Fields(path=_TEXT, sha256=_TEXT, provider=_TEXT, model=_TEXT),
    "fixture_copied": Fields(source=_TEXT, copy=_TEXT, sha256=_TEXT),
    "case_process_started": Fields(pid=_INT, argv=(list,), cwd=_TEXT),
    "model_dispatched": Fields(agent=_TEXT, provider=_TEXT, model=_TEXT),
    "model_response": Fields(
        agent=_TEXT,
        provider=_TEXT,
        requested_model=TEXT_OR_NULL,
        model=TEXT_OR_NULL,
        response_id=TEXT_OR_NULL,
        host=TEXT_OR_NULL,
        status=_INT_OR_NULL,
    ),
    "tool_call": Fields(tool=_TEXT),
    "network_request": Fields(host=_TEXT),
    "case_process_exited": Fields(exit_code=_INT_OR_NULL),
    "fixture_compared": Fields(changed_files=(list,), allowed_writes_passed=_BOOL_OR_NULL),
    "baseline_compared": Fields(baseline_run_id=_TEXT, status=_TEXT, changed_files=(list,)),
    "run_blocked": Fields(blockers=(list,)),
    "run_finished": Fields(status=_TEXT),
}
