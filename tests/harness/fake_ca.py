"""Stands in for Case's `ca`: really starts, really edits the copy, and writes what Case writes, where Case writes it.

It takes its options, environment and folder from the process like the real program, chooses each agent's model by
Case's own precedence, and reads its stage directions as one JSON line on stdin: which agents act, what they do, what
time it is, and how the imaginary machine's paths map to this one's. Every request to a model, every tool call and
every dispatch goes to the harness over the pipe whose descriptor the directions name, as the harness's hooks would
see them. Standard library only, one file: it runs alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HARD_DEFAULT = {"provider": "anthropic", "model": "claude-sonnet-4-6"}
STATUS = {"implement": "implementing", "verify": "verifying", "review": "reviewing", "close": "closing"}
GATES = {"implement": ["commit"], "verify": ["tested"], "review": ["reviewed"], "close": ["pr-opened"]}
HOSTS = {"anthropic": "api.anthropic.com", "openrouter": "127.0.0.1"}
NO_ARTIFACTS: dict[str, Any] = {
    "commit": None,
    "filesChanged": [],
    "testsPassed": None,
    "screenshotUrls": [],
    "evidenceMarkers": [],
    "prUrl": None,
    "prNumber": None,
}


class Case:
    """One pipeline run of the stand-in."""

    def __init__(self, argv: list[str], env: dict[str, str], directions: dict[str, Any]) -> None:
        self.env, self.directions = env, directions
        self.task_file = argv[argv.index("--task") + 1]
        self.model_flag = argv[argv.index("--model") + 1] if "--model" in argv else None
        self.task = Path(self.task_file).name.removesuffix(".task.json")
        self.copy: str = directions["copy"]
        self.run_id: str = directions["run_id"]
        self.now: int = directions["clock"]
        self.start = self.now
        self.sequence: int = directions["first_sequence"] - 1
        self.calls = self.requests = 0
        self.state = "active"
        self.quiet = env.get("CASE_QUIET") == "1"
        events = Path(self.real(self.copy)) / ".case" / self.task / "events"
        events.mkdir(parents=True)
        self.events = (events / f"run-{self.run_id}.jsonl").open("a", encoding="utf-8", newline="")
        self.event_log = f"{self.copy}/.case/{self.task}/events/run-{self.run_id}.jsonl"
        self.wire = os.fdopen(directions["wire"], "w", encoding="utf-8")

    # Writing: the four places where Case and its surroundings leave traces.

    def real(self, path: str) -> str:
        """Translate a path of the imaginary machine into this one's."""
        for told, here in self.directions["roots"]:
            if path == told or path.startswith(told + "/"):
                return str(here) + path[len(told) :]
        return path

    def told(self, text: str) -> str:
        """Translate this machine's paths in a text into the imaginary machine's."""
        for told, here in self.directions["roots"]:
            text = text.replace(here, told)
        return text

    def tick(self, milliseconds: int) -> str:
        """Move the clock on and return the time as RFC 3339."""
        self.now += milliseconds
        seconds, rest = divmod(self.now, 1000)
        return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest:03d}Z"

    def log(self, message: str, **fields: Any) -> None:
        """Write one structured line to stderr, unless Case was told to be quiet."""
        if not self.quiet:
            line = {"ts": self.tick(1), "level": "info", "msg": message, **fields}
            print(compact(line), file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """Write one progress line to stdout."""
        print(f"[unattended] {text}", flush=True)

    def event(self, name: str, **fields: Any) -> None:
        r"""Append one event line; the planted needle, where there is one, is spelled in \\u escapes."""
        self.sequence += 1
        stamp = {"ts": self.tick(1), "sequence": self.sequence, "runId": self.run_id}
        line = compact({"event": name, **fields, **stamp})
        needle = self.directions["escape"]
        if needle in line:
            line = line.replace(needle, "".join(c if i % 3 else f"\\u{ord(c):04x}" for i, c in enumerate(needle)))
        self.events.write(line + "\n")
        self.events.flush()

    def observe(self, kind: str, **fields: Any) -> None:
        """Tell the harness's hooks."""
        self.wire.write(compact({"kind": kind, "at": self.now, **fields}) + "\n")
        self.wire.flush()

    def move(self, state: str) -> None:
        """Change the task's status."""
        if state != self.state:
            self.event("status_changed", **{"from": self.state, "to": state})
            self.state = state

    # The pipeline.

    def models(self) -> dict[str, Any]:
        """Read the configuration as Case does: anything wrong with it is passed over in silence."""
        path = Path(self.real(self.env.get("CASE_DATA_DIR", "/nonexistent"))) / "config.json"
        try:
            models = json.loads(path.read_text(encoding="utf-8"))["models"]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return models if isinstance(models, dict) else {}

    def pair(self, agent: str) -> tuple[str, str]:
        """Choose the provider and model of one agent, by Case's precedence."""
        forced = self.model_flag or self.env.get("CASE_MODEL_OVERRIDE")
        if forced:
            return "anthropic", forced
        models = self.models()
        chosen = models.get(agent) or models.get("default") or HARD_DEFAULT
        return chosen["provider"], chosen["model"]

    def request(self, agent: str, provider: str, model: str) -> None:
        """Make one request to the model, which the harness's hook sees answered."""
        self.requests += 1
        prefix = "msg_lab" if provider == "anthropic" else "gen-lab"
        served = self.directions["served"].get(model, model)
        answer = {"requested_model": model, "model": served, "response_id": f"{prefix}{self.requests:04d}"}
        self.tick(11)
        self.observe("response", agent=agent, provider=provider, **answer, host=HOSTS[provider], status=200)

    def call(self, phase: str, agent: str, tool: str, args: dict[str, Any]) -> None:
        """Make one tool call for real, and log it."""
        self.calls += 1
        head = {"phase": phase, "agent": agent, "toolCallId": f"call_lab{self.calls:04d}_0", "tool": tool}
        self.event("tool_start", **head, args=cut(compact(args)))
        self.observe("tool", agent=agent, tool=tool, **{k: args[k] for k in ("path", "command") if k in args})
        if self.calls == self.directions["stall_at"]:
            self.stall()
        result, failed = self.perform(tool, args)
        self.tick(17)
        text = compact({"content": [{"type": "text", "text": self.told(result)}]})
        self.event("tool_end", **head, durationMs=17, isError=failed, result=cut(text))

    def perform(self, tool: str, args: dict[str, Any]) -> tuple[str, bool]:
        """Run a tool on the real copy and return its output and whether it failed."""
        if tool == "bash":
            shell = ["/bin/sh", "-c", args["command"]]
            done = subprocess.run(shell, capture_output=True, text=True, check=False)
            return done.stdout or "(no output)", done.returncode != 0
        path = Path(self.real(args["path"]))
        if tool == "read":
            return path.read_text(encoding="utf-8"), False
        if tool == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(args["content"], encoding="utf-8", newline="")
            return f"Successfully wrote {len(args['content'])} bytes to {args['path']}", False
        text = path.read_text(encoding="utf-8")
        for edit in args["edits"]:
            if edit["oldText"] not in text:
                return f"Could not find the exact text in {args['path']}.", True
            text = text.replace(edit["oldText"], edit["newText"])
        path.write_text(text, encoding="utf-8", newline="")
        return f"Successfully replaced {len(args['edits'])} block(s) in {args['path']}.", False

    def stall(self) -> None:
        """Begin a line, never finish it, and wait for the harness's patience to end."""
        self.events.write('{"event":"tool_end","phase":"implement","agent":"imple')
        self.events.flush()
        self.observe("stalled")
        time.sleep(600)

    def attempt(self, phase: str, agent: str, script: dict[str, Any]) -> None:
        """Dispatch one agent once."""
        provider, model = self.pair(agent)
        line = {"agent": agent, "cwd": self.copy, "provider": provider, "model": model, "timeout": 600000}
        self.log("spawning agent", **line)
        self.observe("dispatch", agent=agent, provider=provider, model=model)
        begun = self.now
        if script["answered"]:
            for tool, args in script["calls"]:
                self.request(agent, provider, model)
                self.call(phase, agent, tool, args)
                self.say("  ... still running (0s)")
            self.request(agent, provider, model)
        self.log("agent completed", agent=agent, durationMs=self.now - begun, status=script["status"])

    def phase(self, step: dict[str, Any]) -> bool:
        """Run one phase with its retries; return whether it completed."""
        phase, agent = step["phase"], step["agent"]
        self.event("phase_start", phase=phase, agent=agent)
        self.move(STATUS.get(phase, self.state))
        extra = {"outcome": "completed"} if phase == "retrospective" else {}
        self.log(f"phase:{phase}", phase=phase, status="started", **extra)
        if phase != "retrospective":
            git = {"command": "git", "args": ["log", "--oneline", "-10"], "durationMs": 3, "exitCode": 0}
            self.log("command completed", **git)
        self.say(f"[{phase}] starting {agent}...")
        begun, status = self.now, ""
        for number, script in enumerate(step["attempts"]):
            if number:
                self.log(f"phase:{phase}", phase=phase, status="retrying", failureClass=script["failure_class"])
            self.attempt(phase, agent, script)
            status = script["status"]
            done = {"completed": "retry-succeeded", "failed": "retry-failed"} if number else {}
            error = {"error": script["error"]} if status == "failed" else {}
            self.log(f"phase:{phase}", phase=phase, status=done.get(status, status), **error)
        self.say(f"[{phase}] {agent} {'done' if status == 'completed' else 'FAILED'} (0s)")
        result = {"status": status, "summary": step["summary"], "artifacts": {**NO_ARTIFACTS, **step["artifacts"]}}
        last = {"durationMs": self.now - begun, "result": {**result, **step["result"], "error": None}}
        self.event("phase_end", phase=phase, agent=agent, outcome=status, **last)
        if "revision" in step:
            self.event("revision_requested", source=agent, cycle=step["revision"], failedCategories=step["soft"])
            self.say(f"Revision cycle {step['revision']}: {agent} found fixable issues, re-implementing")
            self.move("evaluating")
        return status == "completed"

    def run(self) -> int:
        """Run the whole pipeline; the exit code is 0 even when an agent failed, as it is in Case."""
        script, resumed = self.directions["script"], self.directions["first_sequence"] > 1
        seen = list({step["phase"]: step["agent"] for step in script}.items())
        phases = [{"phase": p, "agent": a, "evidenceGates": GATES.get(p, [])} for p, a in seen]
        plan = {"runId": self.run_id, "taskId": self.task, "profile": self.directions["profile"], "phases": phases}
        more = {"revisionBudget": 2, "modelConfig": {}, "generatedAt": self.tick(0)}
        if not resumed:
            self.event("pipeline_start", taskId=self.task, profile=plan["profile"], plan={**plan, **more})
        if not self.quiet:
            print("warning: the project registry has no cached commands", file=sys.stderr, flush=True)
        self.log("pipeline started", phase="dag", mode="unattended", task=self.task, runId=self.run_id)
        failed_agent = None
        for step in script:
            if failed_agent and step["phase"] != "retrospective":
                self.event("phase_end", phase=step["phase"], agent=step["agent"], outcome="skipped", durationMs=0)
            elif not self.phase(step):
                failed_agent = step["agent"]
        if not failed_agent:
            self.move("pr-opened")
            for phase, agent in seen[:2]:
                self.event("phase_end", phase=phase, agent=agent, outcome="skipped", durationMs=0)
        outcome = {"outcome": "failed", "failedAgent": failed_agent} if failed_agent else {"outcome": "completed"}
        self.finish(seen, outcome)
        return 0

    def finish(self, seen: list[tuple[str, str]], outcome: dict[str, Any]) -> None:
        """Write the closing event, the run log and the last lines."""
        spent = self.now - self.start
        self.event("pipeline_end", **outcome, durationMs=spent)
        row = {"runId": self.run_id, "date": self.tick(0)[:10], "task": self.task, "repo": self.directions["repo"]}
        states = {agent: "skipped" if phase in {"implement", "review"} else "completed" for phase, agent in seen}
        row |= {"outcome": outcome["outcome"], "failedAgent": outcome.get("failedAgent"), "phases": states}
        row |= {"promptVersions": None, "priorRunId": None, "parentTaskId": None}
        metrics = {"totalDurationMs": spent, "profile": self.directions["profile"], "humanOverrides": 0}
        with (Path(self.real(self.copy)) / ".case" / "run-log.jsonl").open("a", encoding="utf-8") as log:
            log.write(compact({**row, "metrics": metrics}) + "\n")
        self.log("run metrics written", runId=self.run_id, outcome=outcome["outcome"])
        last = {"runId": self.run_id, "totalDurationMs": spent, "eventLog": self.event_log}
        self.log("pipeline finished", **outcome, **last)
        agent = outcome.get("failedAgent")
        self.say(f"Pipeline failed at {agent} phase." if agent else "Pipeline completed successfully.")


def compact(value: Any) -> str:
    """Return JSON as Case writes it: no spaces, Unicode as itself."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def cut(text: str) -> str:
    """Cut a long text as Case cuts it."""
    return text if len(text) <= 500 else text[:500] + "…[truncated]"


if __name__ == "__main__":
    raise SystemExit(Case(sys.argv, dict(os.environ), json.loads(sys.stdin.readline())).run())
