"""``cto-audit keygen``: two files, one of them private, and nothing else of the key."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from auditor import cli
from auditor.attest import public_key


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_it_makes_a_pair_and_shows_no_key(form: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["keygen", str(tmp_path / "k\x1b[1m"), *form]) == 0
    out, err = capsys.readouterr()
    private, public = tmp_path / "k\x1b[1m.key", tmp_path / "k\x1b[1m.pub"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert public_key(public).keyid in out
    assert (err, "\x1b" in out) == ("", False)
    for line in private.read_text().splitlines():
        assert line not in out
    if form:
        assert json.loads(out) == {
            "schema": "cto-audit-key/v1",
            "private": str(private),
            "public": str(public),
            "key_id": public_key(public).keyid,
        }


def test_it_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["keygen", str(tmp_path / "k")]) == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    capsys.readouterr()
    assert cli.main(["keygen", str(tmp_path / "k")]) == 2
    out, err = capsys.readouterr()
    assert (out, "never overwritten" in err) == ("", True)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
