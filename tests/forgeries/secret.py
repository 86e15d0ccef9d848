"""Forgeries that leak: a key that was never issued, in every place a run has and in several disguises."""

from __future__ import annotations

import base64
import hashlib
import json

from tests.forgeries.kit import (
    CONFIG,
    GATEWAY_LOG,
    STDERR,
    STDOUT,
    TRACE,
    Scene,
    add,
    add_event,
    append,
    edit_json,
    forge,
    rows,
    set_env,
    set_report,
    swap,
    write_rows,
)
from tests.harness.samples import planted_key

GITHUB = "ghp" + "_" + planted_key()[20:56].replace("-", "a")
AMAZON = "AKIA" + "Z7QXN3LM" + "5RTV2KWD"
PEM = (
    "-----BEGIN "
    + "PRIVATE KEY-----\n"
    + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 12
    + "\n-----END "
    + "PRIVATE KEY-----\n"
)

PLACES = (
    STDOUT,
    STDERR,
    "backend/harness.log",
    "report.md",
    "task/tide-clock-1-padding.md",
    "notes.txt",
    ".env",
    "data.bin",
)
for _path in PLACES:

    def _plain(scene: Scene, path: str = _path) -> None:
        append(scene.path(path), f"export KEY={planted_key()}\n")

    add(f"plain-in-{_path.rpartition('/')[2].strip('.').replace('.', '-')}", "secret", _plain)

for _name, _value in {
    "github-token": GITHUB,
    "private-key": PEM,
    "amazon-key": f"aws_access_key_id = {AMAZON}",
}.items():

    def _other(scene: Scene, value: str = _value) -> None:
        append(scene.path("backend/harness.log"), f"{value}\n")

    add(f"{_name}-in-log", "secret", _other)


@forge("secret")
def env_is_not_redacted(scene: Scene) -> None:
    set_env(scene, ANTHROPIC_API_KEY=planted_key())


@forge("secret")
def env_carries_it_under_another_name(scene: Scene) -> None:
    set_env(scene, LANG=planted_key())


@forge("secret")
def config_carries_it(scene: Scene) -> None:
    def edit(config: dict[str, object]) -> None:
        config["apiKey"] = planted_key()

    edit_json(scene.path(CONFIG), edit)


@forge("secret")
def report_carries_it(scene: Scene) -> None:
    set_report(scene, notes=f"ran with {planted_key()}")


@forge("secret")
def trace_command_carries_it(scene: Scene) -> None:
    add_event(scene, "tool_call", agent="implementer", tool="bash", command=f"KEY={planted_key()} sh test/check.sh")


@forge("secret")
def trace_spells_it_in_escapes(scene: Scene) -> None:
    add_event(scene, "note", text="MARK")
    escaped = "".join(f"\\u{ord(character):04x}" for character in planted_key())
    swap(scene.path(TRACE), "MARK", escaped)


@forge("secret")
def trace_nests_it_in_json_in_json(scene: Scene) -> None:
    inner = json.dumps({"env": json.dumps({"KEY": planted_key()})})
    add_event(scene, "note", text=inner)
    swap(scene.path(TRACE), "sk-ant-api03", "s\\u006b\\u002dant-api03")


@forge("secret")
def trace_writes_it_in_base64(scene: Scene) -> None:
    add_event(scene, "note", text=base64.b64encode(f"KEY={planted_key()}\n".encode()).decode())


@forge("secret")
def event_result_carries_it(scene: Scene) -> None:
    found = rows(scene.events)
    index = next(n for n, row in enumerate(found) if row["event"] == "tool_end")
    found[index]["result"] = json.dumps({"content": [{"type": "text", "text": f"KEY={planted_key()}\n"}]})
    write_rows(scene.events, found)


@forge("secret")
def gateway_log_carries_it(scene: Scene) -> None:
    append(scene.path("backend/headers.log"), json.dumps({"authorization": f"Bearer {planted_key()}"}) + "\n")


@forge("secret", base="stage2-pass-gateway")
def gateway_row_carries_it(scene: Scene) -> None:
    found = rows(scene.path(GATEWAY_LOG))
    found[1]["x_api_key"] = planted_key()
    write_rows(scene.path(GATEWAY_LOG), found)


@forge("secret")
def file_name_is_it(scene: Scene) -> None:
    append(scene.path(f"backend/{planted_key()}.txt"), "see name\n")


@forge("secret")
def baseline_carries_it(scene: Scene) -> None:
    def edit(told: dict[str, object]) -> None:
        told["notes"] = planted_key()

    edit_json(scene.path("baseline/report.json"), edit)


@forge("secret")
def utf_16_text_carries_it(scene: Scene) -> None:
    scene.path("notes.txt").write_bytes(f"KEY={planted_key()}\r\n".encode("utf-16"))


@forge("secret", base="refused-mismatch")
def refused_run_carries_it(scene: Scene) -> None:
    append(scene.path("backend/gate.log"), f"{planted_key()}\n")


@forge("secret", base="fake-baseline-only")
def fake_run_carries_it(scene: Scene) -> None:
    append(scene.path("backend/fake.log"), f"{planted_key()}\n")


@forge("secret", decision="pass")
def random_text_beside_a_keyword(scene: Scene) -> None:
    """No format of any provider: worth a look, not a failure."""
    value = base64.b64encode(hashlib.sha256(b"nothing").digest())[:28].decode()
    append(scene.path("backend/harness.log"), f'password = "{value}"\n')
