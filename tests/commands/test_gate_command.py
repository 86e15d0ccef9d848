"""``cto-audit gate``: as a step of a build, and as a person at a terminal meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auditor import cli
from tests.attest.kit import DAY, NOON, SIGNER, place
from tests.workitems.kit import FAIL, FRONT, attach_to, attested, item

Told: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Return a function that runs ``gate`` a day after noon and returns its exit code, output and complaints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("auditor.instants.now", lambda: NOON + DAY)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(SIGNER.public_key.keyval["public"]))
    (tmp_path / "key.pub").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def run(*line: str | Path) -> tuple[int, str, str]:
        code = cli.main(["gate", *map(str, line)])
        out, err = capsys.readouterr()
        assert "\x1b" not in out + err
        assert "Traceback" not in err
        return code, out, err

    return run


@pytest.fixture
def claiming(tmp_path: Path) -> Path:
    """Return a work item whose claim stands."""
    path = item(tmp_path, FRONT + "Status: Stage 2 pass\n")
    attach_to(path, attested())
    return path


def test_a_claim_that_stands_lets_the_build_go_on(told: Told, claiming: Path) -> None:
    _, record = place("stage2-pass-gateway")
    assert record is not None
    code, out, err = told(claiming, "--key", "key.pub", "--admission", record)
    assert (code, err) == (0, "")
    assert out.startswith("SUPPORTED  ")
    code, out, err = told(claiming, "--key", "key.pub")
    assert (code, "withdrawn" in err) == (0, True)


def test_a_claim_that_does_not_stops_it_with_every_reason(told: Told, claiming: Path) -> None:
    attach_to(claiming, attested(FAIL, 1))
    claiming.write_text(claiming.read_text("utf-8").replace("**Stage 2 verdict: FAIL**", "**Stage 2 verdict: PASS**"))
    code, out, _ = told(claiming, "--key", "key.pub")
    assert code == 1
    assert out.startswith("REFUSED  ")
    for why in ("is no Stage 2 pass", "is not what its attestation says", "does not state the level CTO_STAGE2_PASS"):
        assert why in out


def test_the_worst_of_several_decides(told: Told, claiming: Path, tmp_path: Path) -> None:
    silent = item(tmp_path, FRONT, "silent.md")
    loud = item(tmp_path, FRONT + "Stage 2 passed.\n", "loud.md")
    assert told(claiming, silent, "--key", "key.pub")[0] == 3
    assert told(claiming, silent, "--key", "key.pub", "--allow-no-claim")[0] == 0
    assert told(claiming, silent, loud, "--key", "key.pub", "--allow-no-claim")[0] == 1
    assert told(claiming, "absent.md", "--key", "key.pub", "--allow-no-claim")[0] == 3


def test_a_program_reads_the_same(told: Told, claiming: Path, tmp_path: Path) -> None:
    loud = item(tmp_path, FRONT + "Stage 2 passed.\n", "loud.md")
    code, out, err = told(claiming, loud, "--key", "key.pub", "--json")
    answer = json.loads(out)
    assert (code, err, answer["schema"], answer["open"]) == (1, "", "cto-audit-gate/v1", False)
    first, second = answer["items"]
    assert (first["status"], first["item"], first["claims"], first["reasons"]) == (
        "supported",
        "CTO-WORK-020",
        [5, 9],
        [],
    )
    assert (second["status"], second["run_id"]) == ("refused", None)
    assert all(set(each) == {"reason", "hint"} for each in second["reasons"])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ((), "Missing argument"),
        (("x.md",), "without --key"),
        (("x.md", "--key", "absent.pub"), "cannot be read"),
        (("x.md", "--key", "key.pub", "--max-age", "soon"), "no duration"),
        (("x.md", "--key", "key.pub", "--policy-digest", "abc"), "no SHA-256"),
        (("x.md", "--key", "key.pub", "--require", "GOOD"), "no such level"),
        (("x.md", "--key", "key.pub", "--admission", "absent.json"), "cannot be opened"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(told: Told, line: tuple[str, ...], why: str) -> None:
    code, out, err = told(*line)
    assert (code, out) == (2, "")
    assert why in err


def test_demands_are_options(told: Told, claiming: Path) -> None:
    assert (
        told(claiming, "--key", "key.pub", "--max-age", "2d", "--require", "CTO_SECRETS_CLEAN,CTO_DIGESTS_MATCH")[0]
        == 0
    )
    assert "older than allowed" in told(claiming, "--key", "key.pub", "--max-age", "1h")[1]
    assert "rules and policy" in told(claiming, "--key", "key.pub", "--policy-digest", "0" * 64)[1]
    assert "no inclusion proof" in told(claiming, "--key", "key.pub", "--log-key", "key.pub")[1]
