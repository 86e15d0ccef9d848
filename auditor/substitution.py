"""Is a named model the admitted one, and if not, what is it: a silent default, an override, a reroute?"""

from __future__ import annotations

from auditor.evidence import Evidence
from auditor.facts import Fact, Pair, visible
from auditor.grading import accepted_models

HARD_DEFAULT = Pair("anthropic", "claude-sonnet-4-6")
"""What Case takes silently where its configuration is missing, lacks `models`, is misspelt or is not JSON."""

WITNESS_SHAPES = {
    "the report": ("report",),
    "the generated configuration": ("case.config",),
    "Case's stderr": ("case.stderr",),
    "the trace": ("trace.model_dispatched", "trace.model_response"),
    "the gateway": ("gateway",),
}
"""Who must name the pair, and in which record shapes each can."""

_OWN_SHAPES = frozenset({"report", "case", "trace", "gateway"})


def names_pair(run: Evidence, fact: Fact, pair: Pair) -> bool:
    """Tell whether a `model.named` fact names exactly the pair.

    An answer may also name an id that the authority lists. Records of other programs may name no provider at all; those
    of the contract must.
    """
    named = fact.value
    served = fact.grade in ("served", "corroborated")
    models = accepted_models(run, pair) if served else frozenset({pair.model})
    provider = named.provider if named.provider is not None else pair.provider
    if named.provider is None and named.shape.split(".")[0] in _OWN_SHAPES:
        return False
    return provider == pair.provider and named.model in models


def named_pair(fact: Fact) -> str:
    """Return what a `model.named` fact names, ready to print; "nothing" where it names no provider or model."""
    provider, model = fact.value.provider, fact.value.model
    shown = [visible(part) if part is not None else "nothing" for part in (provider, model)]
    return f"{shown[0]}/{shown[1]}"


def kind_of_substitution(fact: Fact) -> str:
    """Say what kind of substitution a stranger is."""
    named = fact.value
    pair = (named.provider, named.model)
    match named.shape:
        case "case.env-override":
            return "the override variable CASE_MODEL_OVERRIDE"
        case "case.model-flag":
            return "the --model flag"
        case "case.config" if named.role != "default":
            return f"the configuration's role override for {visible(named.role or '')}"
        case "case.stderr" if pair == (HARD_DEFAULT.provider, HARD_DEFAULT.model):
            return f"Case's dispatch of {visible(named.agent or '')} (its silent hard default)"
        case "case.stderr":
            return f"Case's dispatch of {visible(named.agent or '')}"
        case "case.crash":
            return "Case's crash text"
        case "gateway" if fact.grade == "corroborated":
            return "a response seen by the gateway (a provider reroute)"
        case "gateway":
            return "a request seen by the gateway"
        case "trace.model_response" if fact.grade == "served":
            return "a response in the trace (a provider reroute)"
        case _:
            return f"a {visible(named.shape)} record"
