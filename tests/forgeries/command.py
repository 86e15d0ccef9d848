"""Forgeries of the command: its shape, its environment, and whether its three tellers agree."""

from __future__ import annotations

from collections.abc import Callable

from tests.forgeries.kit import (
    GATEWAY,
    Row,
    Scene,
    add,
    edit_json,
    forge,
    get_report,
    set_env,
    set_event,
    set_report,
    swap,
)

ARGV = "backend/argv.json"


def _everywhere(scene: Scene, edit: Callable[[list[str]], list[str]]) -> None:
    """Change the command in all three places alike."""
    command = edit(list(get_report(scene)["command"]))

    def inner(told: Row) -> None:
        told["argv"] = command

    edit_json(scene.path(ARGV), inner)
    set_event(scene, "case_process_started", argv=command)
    set_report(scene, command=command)


SHAPES: dict[str, Callable[[list[str]], list[str]]] = {
    "dry-run": lambda argv: [*argv, "--dry-run"],
    "model-flag-of-the-same-model": lambda argv: [*argv, "--model", "claude-sonnet-4-6"],
    "glued-model-flag": lambda argv: [*argv, "--model=claude-sonnet-4-6"],
    "without-mode": lambda argv: argv[:-2],
    "attended": lambda argv: [*argv[:-1], "attended"],
    "without-task": lambda argv: [*argv[:2], *argv[4:]],
    "two-tasks": lambda argv: [*argv, "--task", argv[3]],
    "two-modes": lambda argv: [*argv, "--mode", "unattended"],
    "glued-task": lambda argv: [*argv[:2], f"--task={argv[3]}", *argv[4:]],
    "other-subcommand": lambda argv: [argv[0], "resume", *argv[2:]],
    "other-program": lambda argv: ["sh", *argv[1:]],
    "through-env": lambda argv: ["env", *argv],
    "trailing-word": lambda argv: [*argv, "now"],
    "empty": lambda _: [],
    "task-value-is-an-option": lambda argv: [*argv[:3], "--yes", *argv[4:]],
}
for _name, _edit in SHAPES.items():

    def _shaped(scene: Scene, edit: Callable[[list[str]], list[str]] = _edit) -> None:
        _everywhere(scene, edit)

    add(f"command-is-{_name}", "command", _shaped)

VARIABLES = {
    "CASE_MODEL_OVERRIDE": "claude-opus-4-5",
    "CASE_PACKAGE_ROOT": "/srv/lab/case",
    "PI_CODING_AGENT_DIR": "/srv/lab/pi",
    "ANTHROPIC_BASE_URL": "https://proxy.example.net",
    "OPENAI_BASE_URL": "https://proxy.example.net",
    "LAB_BASE_URL": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://proxy.example.net:3128",
    "https_proxy": "http://proxy.example.net:3128",
    "HTTP_PROXY": "http://10.0.0.5:3128",
    "ALL_PROXY": "socks5://proxy.example.net:1080",
}
for _variable, _value in VARIABLES.items():

    def _set(scene: Scene, variable: str = _variable, value: str = _value) -> None:
        set_env(scene, **{variable: value})

    _case = "lower-" if _variable.islower() else ""
    add(f"env-sets-{_case}{_variable.lower().replace('_', '-')}", "command", _set)

PROXIES = {
    "remote-proxy-beside-a-gateway": "http://proxy.example.net:3128",
    "proxy-that-only-looks-loopback": "http://127.0.0.1.example.net:8080",
    "proxy-with-loopback-as-user": "http://127.0.0.1@proxy.example.net:8080",
}
for _name, _value in PROXIES.items():

    def _proxied(scene: Scene, value: str = _value) -> None:
        set_env(scene, HTTPS_PROXY=value)

    add(_name, "command", _proxied, base=GATEWAY)


@forge("command")
def loopback_proxy_without_a_gateway(scene: Scene) -> None:
    set_env(scene, HTTPS_PROXY="http://127.0.0.1:8080")


FOLDERS: dict[str, Callable[[Scene], str]] = {
    "outside": lambda _: "/srv/lab/case-data",
    "sibling-prefix": lambda scene: f"{scene.root}-evil/case-data",
    "dots": lambda scene: f"{scene.root}/../case-data",
    "of-another-run": lambda scene: f"{scene.root[:-1]}9/backend/case-data",
    "relative": lambda _: "../case-data",
}
for _name, _folder in FOLDERS.items():

    def _data(scene: Scene, folder: Callable[[Scene], str] = _folder) -> None:
        set_env(scene, CASE_DATA_DIR=folder(scene))

    add(f"data-folder-{_name}", "command", _data)


@forge("command|model", decision=("blocked", "fail"))
def data_folder_is_not_set(scene: Scene) -> None:
    set_env(scene, CASE_DATA_DIR=None)


@forge("command")
def report_tells_another_command(scene: Scene) -> None:
    set_report(scene, command=[*get_report(scene)["command"][:-1], "attended"])


@forge("command")
def trace_tells_another_command(scene: Scene) -> None:
    set_event(scene, "case_process_started", argv=["ca", "run", "--task", "x.json", "--mode", "unattended"])


@forge("command")
def argv_file_tells_another_command(scene: Scene) -> None:
    def edit(told: Row) -> None:
        told["argv"].append("--dry-run")

    edit_json(scene.path(ARGV), edit)


@forge("command")
def options_swapped_in_one_place_only(scene: Scene) -> None:
    command = get_report(scene)["command"]
    set_report(scene, command=[*command[:2], *command[4:], *command[2:4]])


@forge("command|report")
def report_command_is_one_string(scene: Scene) -> None:
    set_report(scene, command=" ".join(get_report(scene)["command"]))


@forge("command")
def folder_differs(scene: Scene) -> None:
    def edit(told: Row) -> None:
        told["cwd"] = "/srv/lab"

    edit_json(scene.path(ARGV), edit)


@forge("command", decision="blocked")
def argv_file_is_missing(scene: Scene) -> None:
    scene.path(ARGV).unlink()


@forge("command", decision="blocked")
def env_file_is_missing(scene: Scene) -> None:
    scene.path("backend/env.json").unlink()


_REFUSALS = ("not_admitted", "missing_admission", "invalid_admission", "mismatch", "unknown", "Rejected", "not pinned")
_ADMISSIONS = ("recorded", "pinned", "admitted_by_digest", "notarized", "approved 2026-06-01")

for _status in (*_REFUSALS, *_ADMISSIONS):

    def _executable(scene: Scene, status: str = _status) -> None:
        set_report(scene, case_executable_admission_status=status)

    _refused = _status in _REFUSALS
    add(
        f"executable-is-{_status.replace(' ', '-')}",
        "command" if _refused else None,
        _executable,
        decision="fail" if _refused else "pass",
    )


@forge("command", decision=("blocked", "fail"))
def executable_admission_is_not_recorded(scene: Scene) -> None:
    set_report(scene, case_executable_admission_status=None, case_bin_sha256=None)


@forge("command")
def argv_file_repeats_a_key(scene: Scene) -> None:
    swap(scene.path(ARGV), '"cwd":', '"cwd": "/srv/lab",\n  "cwd":')


@forge("command")
def env_file_repeats_a_key(scene: Scene) -> None:
    swap(scene.path("backend/env.json"), '"LANG":', '"LANG": "C",\n  "LANG":')


@forge("command")
def task_file_is_another(scene: Scene) -> None:
    scene.path("task/tide-clock-1-padding.task.json").rename(scene.path("task/another.task.json"))
