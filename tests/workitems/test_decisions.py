"""Decision records: found in every form, and held against the template's rules."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from auditor.instants import instant
from auditor.workitems.decisions import FIELDS, decisions_of, expired
from auditor.workitems.document import read_document

APPROVAL = {
    "decision_status": "external_provider_approved",
    "provider_class": "external_anthropic",
    "provider": "anthropic",
    "model": "claude-sonnet-4-6",
    "approval_source": "JP approval 2026-06-01",
    "credential_source_class": "env",
    "allowed_network_class": "provider_api_only",
    "review_trigger": "a change of provider",
    "evidence_sources": "CTO-WORK-018",
    "effect": "One real Case Stage 2 run may use exactly this pair.",
}
LOCAL = {
    **APPROVAL,
    "decision_status": "local_provider_required",
    "provider_class": "local_case_compatible",
    "provider": "openrouter",
    "model": "lab/echo-1",
    "allowed_network_class": "loopback_only",
}
PENDING = {**dict.fromkeys(FIELDS, ""), "decision_status": "not_decided", "effect": "Nothing may run."}


def lines(fields: dict[str, str]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in fields.items())


def bullets(fields: dict[str, str]) -> str:
    return "".join(f"- **`{key}`**: `{value}`\n" if value else f"- `{key}`:\n" for key, value in fields.items())


def table(fields: dict[str, str]) -> str:
    rows = "".join(f"| `{key}` | {value} |\n" for key, value in fields.items())
    return f"| Field | Value |\n|---|---|\n{rows}"


def across(fields: dict[str, str]) -> str:
    rows = (fields.keys(), ["---"] * len(fields), fields.values())
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def third_column(fields: dict[str, str]) -> str:
    rows = "".join(f"| {key} | what it is | {value} |\n" for key, value in fields.items())
    return f"| Field | Meaning | Value |\n|---|---|---|\n{rows}"


def within(fields: dict[str, str]) -> str:
    return "decision:\n" + "".join(f"  {key}: {value}\n" for key, value in fields.items())


FORMS: dict[str, Callable[[dict[str, str]], str]] = {
    "front matter": lambda fields: f"---\n{lines(fields)}---\n",
    "yaml": lambda fields: f"```yaml\n{lines(fields)}```\n",
    "code": lambda fields: f"~~~\n{lines(fields)}~~~\n",
    "json": lambda fields: f"```json\n{json.dumps(fields, indent=2)}\n```\n",
    "bullets": bullets,
    "paragraph": lines,
    "table": table,
    "across": across,
    "third column": third_column,
    "nested yaml": lambda fields: f"```yaml\n{within(fields)}```\n",
    "nested front matter": lambda fields: f"---\nid: X-1\n{within(fields)}---\n",
    "json list": lambda fields: f"```json\n{json.dumps([fields])}\n```\n",
    "yaml list": lambda fields: f"```yaml\n- {lines(fields).strip().replace(chr(10), chr(10) + '  ')}\n```\n",
    "quotation": lambda fields: "".join(f"> {line}\n" for line in lines(fields).splitlines()),
}


def faults(text: str) -> list[tuple[str, ...]]:
    """Return the faults of each record in a document."""
    return [record.faults for record in decisions_of(read_document(text.encode()))]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fields", [APPROVAL, LOCAL, PENDING], ids=["approval", "local", "pending"])
def test_a_sound_record_is_found_in_every_form(form: str, fields: dict[str, str]) -> None:
    (record,) = decisions_of(read_document(FORMS[form](fields).encode()))
    assert record.faults == ()
    assert record.status == fields["decision_status"]
    assert record.pair == ((fields["provider"], fields["model"]) if fields["provider"] else None)
    assert record.approves == bool(fields["provider"])


@pytest.mark.parametrize("form", FORMS)
def test_a_pending_record_may_not_name_a_pair(form: str) -> None:
    named = {**PENDING, "provider": "anthropic", "model": "claude-sonnet-4-6"}
    (found,) = faults(FORMS[form](named))
    assert found == ("nothing is decided, and yet it names a provider and a model to run",)


@pytest.mark.parametrize("field", FIELDS[1:])
@pytest.mark.parametrize("base", [APPROVAL, LOCAL], ids=["external", "local"])
@pytest.mark.parametrize("empty", ["", "TBD", "<to be filled in>", "null", "-"])
def test_an_approval_lacks_no_field(field: str, base: dict[str, str], empty: str) -> None:
    (found,) = faults(lines({**base, field: empty}))
    assert len(found) == 1
    assert field in found[0] or "not shown to be local" in found[0]


def test_an_expiry_stands_for_a_review_trigger() -> None:
    fields = {**APPROVAL, "review_trigger": "", "expires_at": "2026-09-01T00:00:00Z"}
    (record,) = decisions_of(read_document(lines(fields).encode()))
    assert record.faults == ()
    assert not expired(record, instant("2026-08-31T23:59:59Z") or 0)
    assert expired(record, instant("2026-09-01T00:00:00Z") or 0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"decision_status": "approved"}, "decision_status is approved"),
        ({"decision_status": "External_Provider_Approved"}, "decision_status is External"),
        ({"provider_class": "external_other"}, "unknown provider_class"),
        ({"credential_source_class": "sticky-note"}, "unknown credential_source_class"),
        ({"allowed_network_class": "anything"}, "unknown allowed_network_class"),
        ({"model": "latest"}, "no exact model"),
        ({"model": "claude-*"}, "no exact model"),
        ({"provider": "any"}, "no exact provider"),
        ({"expires_at": "next week"}, "no RFC 3339"),
        ({"decision_status": "local_provider_required"}, "not shown to be local"),
    ],
)
def test_an_approval_says_what_a_record_may(change: dict[str, str], why: str) -> None:
    (found,) = faults(lines({**APPROVAL, **change}))
    assert any(why in fault for fault in found)


def test_none_is_a_value_where_it_means_something() -> None:
    fields = {**LOCAL, "credential_source_class": "none", "allowed_network_class": "none"}
    assert faults(lines(fields)) == [()]
    assert faults(lines({**LOCAL, "model": "none"})) != [()]


def test_a_local_provider_that_is_still_looked_for_is_pending() -> None:
    fields = {**PENDING, "decision_status": "local_provider_required", "provider_class": "local_case_compatible"}
    assert faults(lines(fields)) == [()]


@pytest.mark.parametrize(
    "text",
    [
        lines({**APPROVAL, "decision_status": "not_decided | local_provider_required | external_provider_approved"}),
        lines({**APPROVAL, "decision_status": "<decision_status>"}),
        lines(dict.fromkeys(FIELDS, "")),
        bullets(dict.fromkeys(FIELDS, "")),
        table({"decision_status": "one of `not_decided`, `local_provider_required`", "provider": "whose model"}),
        "- `decision_status`: `not_decided` (nothing may run), `local_provider_required`\n- `provider`: the provider\n",
        f"## Template\n\n{lines(APPROVAL).replace('anthropic', 'x')}",
        f"## Example\n\n```yaml\n{lines({**PENDING, 'provider': 'x'})}```\n",
        f"```yaml\n{lines({**APPROVAL, 'effect': '…'})}```\n",
        f"```json\n{json.dumps({**APPROVAL, 'effect': '...'})}\n```\n",
        f"```\n{lines({**PENDING, 'provider': '<provider>'})}```\n",
        f"```python\n{lines({**PENDING, 'provider': 'x'})}```\n",
        "The `decision_status` of a record is read first.",
        "provider: anthropic\nmodel: claude-sonnet-4-6\n",
        "decision_status: not_decided\n",
    ],
)
def test_a_template_and_a_description_are_no_records(text: str) -> None:
    assert faults(text) == []


def test_records_follow_each_other() -> None:
    text = f"# A\n\n{lines(APPROVAL)}{lines(PENDING)}\n# B\n\n{bullets(LOCAL)}\n```yaml\n{lines(APPROVAL)}```\n"
    found = decisions_of(read_document(text.encode()))
    assert [(record.line, record.status) for record in found] == [
        (3, "external_provider_approved"),
        (13, "not_decided"),
        (26, "local_provider_required"),
        (38, "external_provider_approved"),
    ]


def test_a_note_beside_the_status_is_no_part_of_it() -> None:
    assert faults(lines({**APPROVAL, "decision_status": "external_provider_approved (JP, June)"})) == [()]


def test_an_approval_that_front_matter_states_alone_lacks_all_else() -> None:
    text = "decision_status: external_provider_approved\n"
    (record,) = decisions_of(read_document(f"---\n{text}---\n".encode()))
    assert "lacks provider_class" in record.faults[0]
    assert decisions_of(read_document(f"The state is\n{text}".encode())) == []


def test_every_record_of_a_list_is_judged() -> None:
    content = json.dumps([PENDING, PENDING | {"model": "claude-sonnet-4-6"}])
    assert [bool(each.faults) for each in decisions_of(read_document(f"```json\n{content}\n```\n".encode()))] == [
        False,
        True,
    ]
