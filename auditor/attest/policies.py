"""The rules and policies that are installed here, by the digest that attestations state."""

from __future__ import annotations

import tomli

from auditor import __version__, policy, ruleset
from auditor.attest.statement import policy_sha256
from auditor.emit.published import PublishedTool
from auditor.places import rules_folder


def installed_policies() -> dict[str, str]:
    """Return the digest of the rules with the installed policy, and with each of its profiles; values are their names.

    The name is empty for the policy without a profile.
    """
    rules = rules_folder()
    judging = ruleset.digest(rules)
    table = tomli.loads((rules / "policy.toml").read_text("utf-8"))
    profiles = (None, *table.get("profiles", {}))
    return {
        policy_sha256(PublishedTool(__version__, judging, policy.load(None, profile).sha256)): profile or ""
        for profile in profiles
    }
