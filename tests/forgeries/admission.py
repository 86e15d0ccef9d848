"""Forgeries of the admission: what the authority says, what the run claims it says, and whose word that is."""

from __future__ import annotations

import json
from typing import Any

from tests.forgeries.kit import (
    GATEWAY,
    REFUSED,
    Row,
    Scene,
    add,
    admit,
    edit_json,
    forge,
    get_report,
    set_env,
    set_event,
    set_report,
    swap,
)
from tests.harness import samples, seal

RECORDS: dict[str, dict[str, Any]] = {
    "wildcard-model": {"model": "*"},
    "wildcard-suffix": {"model": "claude-sonnet-*"},
    "list-of-models": {"model": ["claude-sonnet-4-6"]},
    "model-of-other-case": {"model": "Claude-Sonnet-4-6"},
    "model-with-trailing-space": {"model": "claude-sonnet-4-6 "},
    "model-with-cyrillic-letter": {"model": "claude-s\u043ennet-4-6"},
    "model-with-zero-width-space": {"model": "claude-sonnet-4-6\u200b"},
    "model-prefix": {"model": "claude-sonnet-4"},
    "another-model": {"model": "claude-opus-4-5"},
    "another-provider": {"provider": "openrouter"},
    "null-provider": {"provider": None},
    "empty-model": {"model": ""},
    "empty-approval": {"approval_source": ""},
    "approval-not-text": {"approval_source": 1},
    "neither-expiry-nor-trigger": {"expires_at": None},
    "unknown-decision": {"decision_status": "approved"},
    "undecided": {"decision_status": "not_decided"},
    "unknown-provider-class": {"provider_class": "external_friend"},
    "class-not-allowed": {"decision_status": "local_provider_required"},
    "unknown-credential-class": {"credential_source_class": "pocket"},
    "unknown-network-class": {"allowed_network_class": "anything"},
    "other-schema": {"schema": "cto-case-model-admission/v9"},
    "expired": {"expires_at": "2026-07-02T08:14:59Z"},
    "not-yet-in-force": {"admitted_at": "2026-07-02T08:15:01Z"},
    "admission-time-no-time": {"admitted_at": "last Tuesday"},
    "expiry-no-time": {"expires_at": "soon"},
}
for _name, _changes in RECORDS.items():

    def _change(scene: Scene, changes: dict[str, Any] = _changes) -> None:
        admit(scene, **changes)

    add(_name, "admission", _change)

for _field in (
    "decision_status",
    "provider_class",
    "provider",
    "model",
    "credential_source_class",
    "allowed_network_class",
    "approval_source",
    "admitted_at",
):

    def _without(scene: Scene, field: str = _field) -> None:
        assert scene.authority is not None
        record: Row = json.loads(scene.authority.read_bytes())
        del record[field]
        admit(scene, record)

    add(f"without-{_field.replace('_', '-')}", "admission", _without)

for _name, _content in {
    "empty": b"",
    "not-json": b"admitted: yes\n",
    "a-list": b"[]\n",
    "utf-16": '{"a":1}'.encode("utf-16"),
}.items():

    def _raw(scene: Scene, content: bytes = _content) -> None:
        admit(scene, content)

    add(f"record-is-{_name}", "admission", _raw)


@forge("admission")
def record_repeats_the_model(scene: Scene) -> None:
    assert scene.authority is not None
    text = scene.authority.read_bytes()
    admit(scene, text.replace(b'  "model":', b'  "model": "claude-opus-4-5",\n  "model":'))


@forge("admission|secret")
def record_holds_a_credential(scene: Scene) -> None:
    admit(scene, effect=f"use {samples.planted_key()}")


@forge("admission", decision="blocked")
def no_authority(scene: Scene) -> None:
    scene.authority = None


@forge("admission", decision="blocked")
def authority_inside_the_run(scene: Scene) -> None:
    scene.authority = scene.path("admission.json")


@forge("admission", decision="blocked")
def authority_links_into_the_run(scene: Scene) -> None:
    assert scene.authority is not None
    link = scene.authority.with_name("link.json")
    link.symlink_to(scene.path("admission.json"))
    scene.authority = link


@forge("admission", decision="blocked")
def authority_through_a_linked_folder(scene: Scene) -> None:
    assert scene.authority is not None
    link = scene.authority.with_name("elsewhere")
    link.symlink_to(scene.run, target_is_directory=True)
    scene.authority = link / "admission.json"


@forge("admission")
def copy_differs_from_the_authority(scene: Scene) -> None:
    swap(scene.path("admission.json"), "Lab approval", "My approval")


@forge("admission")
def copy_differs_and_its_digest_is_reported(scene: Scene) -> None:
    swap(scene.path("admission.json"), "Lab approval", "My approval")
    digest = seal.sha256(scene.path("admission.json"))
    set_report(scene, admission_sha256=digest)
    set_event(scene, "admission_checked", admission_sha256=digest)


@forge("admission")
def copy_differs_only_in_white_space(scene: Scene) -> None:
    scene.path("admission.json").write_text(json.dumps(json.loads(scene.path("admission.json").read_bytes())))


@forge("admission", decision=("blocked", "fail"))
def copy_is_missing(scene: Scene) -> None:
    scene.path("admission.json").unlink()


@forge("admission")
def reported_digest_is_another(scene: Scene) -> None:
    set_report(scene, admission_sha256="0" * 64)


@forge("admission", decision=("fail", "blocked"))
def reported_digest_is_null(scene: Scene) -> None:
    set_report(scene, admission_sha256=None)


@forge("admission")
def traced_digest_is_another(scene: Scene) -> None:
    set_event(scene, "admission_checked", admission_sha256="0" * 64)


@forge("admission")
def report_says_mismatch_and_passes(scene: Scene) -> None:
    set_report(scene, case_model_admission_status="mismatch")


@forge("admission")
def report_invents_a_status(scene: Scene) -> None:
    set_report(scene, case_model_admission_status="Admitted")


@forge("admission|gate")
def trace_says_mismatch(scene: Scene) -> None:
    set_event(scene, "admission_checked", status="mismatch")


@forge("admission|model")
def trace_checked_another_pair(scene: Scene) -> None:
    set_event(scene, "admission_checked", model="claude-opus-4-5")


@forge("admission|model")
def env_requests_another_model(scene: Scene) -> None:
    set_env(scene, CTO_HARNESS_CASE_MODEL="claude-opus-4-5")


@forge("admission|model")
def env_requests_another_provider(scene: Scene) -> None:
    set_env(scene, CTO_HARNESS_CASE_MODEL_PROVIDER="openrouter")


@forge("admission", base=REFUSED)
def refusal_of_an_admitted_pair(scene: Scene) -> None:
    told = get_report(scene)
    admit(scene, provider=told["case_model_provider"], model=told["case_model"])


@forge("admission", base=REFUSED)
def refusal_for_another_reason(scene: Scene) -> None:
    admit(scene, decision_status="not_decided")


@forge("admission", base=REFUSED)
def refusal_says_missing_though_a_record_was_read(scene: Scene) -> None:
    set_report(scene, case_model_admission_status="missing_admission")
    set_event(scene, "admission_checked", status="missing_admission")
    swap(scene.path("backend/provider-model-not-admitted.txt"), "mismatch", "missing_admission")


@forge("admission", base=GATEWAY)
def local_class_needs_local_decision(scene: Scene) -> None:
    def edit(record: Row) -> None:
        record["provider_class"] = "external_openai_codex"

    assert scene.authority is not None
    edit_json(scene.authority, edit)
    admit(scene)


@forge("admission", decision="blocked")
def authority_is_a_hard_link_into_the_run(scene: Scene) -> None:
    assert scene.authority is not None
    scene.authority.unlink()
    scene.authority.hardlink_to(scene.path("admission.json"))
