"""Carries out one scenario: admission, copy, baseline, the real child, comparison, report, seal."""

from __future__ import annotations

import json
import random
import shutil
import signal
import uuid
from pathlib import Path
from typing import Any

from tests.harness import admission, backend, clock, fixture, script, seal
from tests.harness.scenario import Scenario

ALLOWED = ["src/**", "test/**", ".case/**"]
MARKDOWN = (
    "run_id",
    "engine",
    "stage",
    "status",
    "case_model_provider",
    "case_model",
    "case_model_admission_status",
    "case_process_started",
    "backend_exit_code",
)


class Trace:
    """The harness's trace of one run: lines in order, `seq` from 1."""

    def __init__(self, run_id: str, time: clock.Clock) -> None:
        self.run_id, self.time = run_id, time
        self.lines: list[str] = []

    def add(self, event: str, *, at: int | None = None, **fields: Any) -> None:
        """Add an event, now or at a given time."""
        head = {"ts": clock.show(self.time.now if at is None else at), "seq": len(self.lines) + 1}
        row = {**head, "run_id": self.run_id, "event": event, **fields}
        self.lines.append(json.dumps(row, separators=(",", ":"), ensure_ascii=False))

    def save(self, path: Path) -> None:
        """Write the trace."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("".join(line + "\n" for line in self.lines).encode())


class Run:
    """One run in progress."""

    def __init__(self, scenario: Scenario, scratch: Path) -> None:
        self.scenario = scenario
        self.where = backend.places(scratch, scenario.run_id)
        self.time = clock.Clock(clock.parse(scenario.started))
        self.trace = Trace(scenario.run_id, self.time)
        self.random = random.Random(scenario.run_id)
        self.authority = None if scenario.record is None else admission.encode(scenario.record)
        self.where.run.mkdir(parents=True)
        if not self.where.source.exists():
            fixture.write(self.where.source)
        fixture.copy(self.where.source, self.where.copy)
        self.before = fixture.manifest(self.where.copy)
        self.report = self.blank()

    def blank(self) -> dict[str, Any]:
        """Return the report of a run of which nothing has happened yet, its fields in the harness's order."""
        case = self.scenario.engine == "case"
        return {
            "schema": "cto-harness-report/v1",
            "run_id": self.scenario.run_id,
            "case_id": self.scenario.case_id,
            "engine": self.scenario.engine,
            "stage": 2 if case else 1,
            "status": "pass",
            "started_at": self.time.text(),
            "finished_at": None,
            "command": [],
            "case_bin_sha256": seal.sha256(backend.STAND_IN) if case else None,
            "case_executable_admission_status": "admitted" if case else None,
            "case_model_provider": self.scenario.pair[0] if case else None,
            "case_model": self.scenario.pair[1] if case else None,
            "case_model_admission_status": "missing_admission",
            "admission_sha256": None,
            "case_process_started": False,
            "backend_exit_code": None,
            "allowed_writes": ALLOWED,
            "allowed_writes_passed": None,
            "changed_files": [],
            "blockers": [],
            "fixture": {
                "source": self.where.told_source,
                "copy": self.where.told_copy,
                "sha256_before": fixture.root_sha256(self.before),
                "sha256_after": fixture.root_sha256(self.before),
            },
            "fake_baseline": None,
            "artifacts": [],
        }

    def go(self) -> Path:
        """Carry the run out and return its directory."""
        case = self.scenario.engine == "case"
        self.trace.add(
            "run_started", case_id=self.scenario.case_id, engine=self.report["engine"], stage=2 if case else 1
        )
        self.time.after(12)
        self.trace.add("fixture_copied", **self.copied())
        self.time.after(20)
        if case:
            self.baseline()
            self.case()
        else:
            self.fake()
        self.finish()
        return self.where.run

    def copied(self) -> dict[str, Any]:
        """Return what the trace says of the copy."""
        told = self.report["fixture"]
        return {"source": told["source"], "copy": told["copy"], "sha256": told["sha256_before"]}

    def baseline(self) -> None:
        """Run the fake engine on a copy of its own, inside this run's time, and keep its report and trace."""
        case_id, pid, started = self.scenario.case_id, self.scenario.pid + 1, self.scenario.started
        fake = Scenario(
            name="", expected=self.scenario.expected, pid=pid, started=started, case_id=case_id, engine="fake"
        )
        other = Run(fake, self.where.run.parents[1] / "baseline")
        other.time.now = self.time.now
        other.report["started_at"] = other.time.text()
        other.go()
        kept = self.where.run / "baseline"
        kept.mkdir()
        shutil.copyfile(other.where.run / "trace.jsonl", kept / "trace.jsonl")
        seal.write_report(kept, other.report, artifacts=False)
        self.time.now = other.time.after(20)
        told: dict[str, Any] = {name: other.report[name] for name in ("status", "changed_files")}
        digest = seal.sha256(self.where.run / "baseline/report.json")
        place = {"run_id": fake.run_id, "report": "baseline/report.json", "sha256": digest}
        self.report["fake_baseline"] = place | told
        self.trace.add("baseline_compared", baseline_run_id=fake.run_id, **told)

    def fake(self) -> None:
        """The scripted backend: one edit, no process."""
        source = self.where.copy / "src/clock.sh"
        mended = source.read_text(encoding="utf-8").replace("%d:%d", "%02d:%02d").replace("Prints", "Shows")
        source.write_bytes(mended.encode())
        log = self.where.run / "backend/fake.log"
        log.parent.mkdir()
        log.write_bytes(b"scripted backend: 1 edit applied\n")
        self.time.after(400)
        self.report["backend_exit_code"] = 0
        self.compare()

    def case(self) -> None:
        """Judge the record; refuse, or write the configuration, start Case and compare."""
        self.tasks()
        self.time.after(100)
        status = admission.status(self.authority, self.scenario.pair, clock.parse(self.scenario.started))
        status = self.scenario.believes or status
        self.report["case_model_admission_status"] = status
        if self.authority is not None:
            (self.where.run / "admission.json").write_bytes(self.authority)
            self.report["admission_sha256"] = seal.sha256(self.where.run / "admission.json")
        pair: dict[str, Any] = {"provider": self.scenario.pair[0], "model": self.scenario.pair[1]}
        self.trace.add("admission_checked", status=status, **pair, admission_sha256=self.report["admission_sha256"])
        seal.dump(self.where.run / "fixture/before.json", self.before)
        seal.dump(self.where.run / "fixture/after.json", self.before)
        if status == "admitted":
            self.configure()
            self.start()
            self.compare()
        else:
            self.refuse(status)

    def tasks(self) -> None:
        """Write the task into the copy, where Case looks for it, and into the run, as evidence."""
        card = {"id": fixture.TASK, "status": "active", "created": self.time.text(), "repo": fixture.NAME}
        card |= {"issue": "padding", "issueType": "freeform", "branch": "fix/clock-padding", "mode": "unattended"}
        state = {"profile": self.scenario.profile, "agents": {}, "tested": False, "prUrl": None, "prNumber": None}
        for folder in (self.where.copy / script.TASKS, self.where.run / "task"):
            seal.dump(folder / f"{fixture.TASK}.task.json", card | state)
            (folder / f"{fixture.TASK}.md").write_bytes(fixture.TASK_TEXT.encode())

    def refuse(self, status: str) -> None:
        """Leave the marker and start nothing."""
        why = admission.WHY[status]
        provider, model = self.scenario.pair
        marker = self.where.run / "backend/provider-model-not-admitted.txt"
        marker.parent.mkdir()
        marker.write_bytes(f"{status}\nprovider={provider} model={model}\n{why}\n".encode())
        self.report |= {"status": "blocked", "blockers": [why]}
        self.time.after(10)
        self.trace.add("run_blocked", blockers=[why])

    def configure(self) -> None:
        """Generate Case's data folder."""
        provider, model = self.scenario.pair
        plain = {"models": {"default": {"provider": provider, "model": model}}}
        config = {"version": 1, "projects": "./projects.json", **(self.scenario.config or plain)}
        data = self.where.run / "backend/case-data"
        repo = {"name": fixture.NAME, "type": "library", "path": self.where.told_copy, "description": "fixture"}
        seal.dump(data / "config.json", config)
        seal.dump(data / "projects.json", {"repos": [{**repo, "commands": {"test": "make test"}}]})
        digest = seal.sha256(data / "config.json")
        path = "backend/case-data/config.json"
        self.time.after(30)
        self.trace.add("config_written", path=path, sha256=digest, provider=provider, model=model)

    def start(self) -> None:
        """Start Case, wait for it, and write down what the hooks saw."""
        command = backend.argv(self.scenario, self.where)
        seal.dump(self.where.run / "backend/argv.json", {"argv": command, "cwd": self.where.told_copy})
        seal.dump(self.where.run / "backend/env.json", backend.environment(self.scenario, self.where))
        self.time.after(40)
        log = [f"{self.time.text()} INFO starting ca"]
        pid = self.scenario.pid + 7
        self.trace.add("case_process_started", pid=pid, argv=command, cwd=self.where.told_copy)
        run_uuid = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        outcome = backend.start(self.scenario, self.where, self.time.after(60), run_uuid)
        self.witness(outcome.seen)
        self.time.after(80)
        code = outcome.exit_code
        killed: dict[str, Any] = {"signal": signal.Signals(-code).name} if code < 0 else {}
        log.append(f"{self.time.text()} INFO ca exited {code}")
        (self.where.run / "backend/harness.log").write_bytes("".join(line + "\n" for line in log).encode())
        self.trace.add("case_process_exited", exit_code=code, **killed)
        self.report |= {"command": command, "case_process_started": True, "backend_exit_code": code}
        if killed and self.scenario.claims.get("status") != "pass":
            self.report |= {"status": "blocked", "blockers": [f"Case was ended by {killed['signal']}"]}
            self.trace.add("run_blocked", blockers=self.report["blockers"])

    def witness(self, seen: list[dict[str, Any]]) -> None:
        """Turn the hooks' messages into trace events, and the gateway's own log where there is a gateway."""
        rows: list[str] = []
        if not self.scenario.gateway and self.scenario.pair[0] == "anthropic":
            self.trace.add("network_request", host="api.anthropic.com", port=443)
        for message in seen:
            kind, at = message.pop("kind"), message.pop("at")
            self.time.now = max(self.time.now, at)
            if kind == "response" and self.scenario.gateway:
                rows.append(_gateway_row(len(rows) + 1, at - 2, message))
            if kind in self.scenario.observed:
                event = {"dispatch": "model_dispatched", "response": "model_response", "tool": "tool_call"}[kind]
                self.trace.add(event, at=at, **message)
        if rows:
            (self.where.run / "backend/provider-requests.jsonl").write_bytes("".join(rows).encode())

    def compare(self) -> None:
        """Measure what changed in the copy."""
        after = fixture.manifest(self.where.copy)
        changed = fixture.changed(self.before, after)
        self.report["changed_files"] = changed
        self.report["fixture"]["sha256_after"] = fixture.root_sha256(after)
        self.report["allowed_writes_passed"] = all(name.startswith(("src/", "test/")) for name in changed)
        seal.dump(self.where.run / "fixture/before.json", self.before)
        seal.dump(self.where.run / "fixture/after.json", after)
        self.time.after(110)
        passed = self.scenario.claims.get("allowed_writes_passed", self.report["allowed_writes_passed"])
        self.trace.add("fixture_compared", changed_files=changed, allowed_writes_passed=passed)

    def finish(self) -> None:
        """Write the report in both forms and seal the directory."""
        self.report |= self.scenario.claims
        self.time.after(20)
        self.report["finished_at"] = self.time.text()
        self.trace.add("run_finished", status=self.report["status"])
        self.trace.save(self.where.run / "trace.jsonl")
        (self.where.run / "report.md").write_bytes(markdown(self.report).encode())
        seal.write_report(self.where.run, self.report)
        seal.write_digests(self.where.run)


def _gateway_row(sequence: int, at: int, answer: dict[str, Any]) -> str:
    head = {"ts": clock.show(at), "seq": sequence, "provider": answer["provider"], "host": answer["host"]}
    models = {"requested_model": answer["requested_model"], "served_model": answer["model"]}
    row = {**head, **models, "response_id": answer["response_id"], "status": answer["status"]}
    return json.dumps(row, separators=(",", ":")) + "\n"


def markdown(report: dict[str, Any]) -> str:
    """Return report.md: the report's main claims, one a line, strings bare and the rest in JSON form."""
    shown = {name: report[name] if isinstance(report[name], str) else json.dumps(report[name]) for name in MARKDOWN}
    lines = "".join(f"- `{name}`: {value}\n" for name, value in shown.items())
    return f"# Harness run {report['run_id']}\n\n{lines}"


def carry_out(scenario: Scenario, scratch: Path) -> Path:
    """Carry out one scenario under `scratch` and return the finished run directory."""
    run = Run(scenario, scratch).go()
    if scenario.tamper is not None:
        scenario.tamper(run)
    return run
