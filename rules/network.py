"""Network: only hosts that the admitted network class allows, and only the provider's own."""

from functools import cache

from auditor.applies import to_started
from auditor.evidence import Evidence, Outcome, holds, not_applicable, rule, unproven, violated
from auditor.facts import Fact, visible
from auditor.grading import effective
from auditor.places import rules_folder
from auditor.policy import Policy
from auditor.providers import Providers, is_loopback, load

_CLAUSE = "Network use stays within the admission's allowed_network_class."


@cache
def _providers() -> Providers:
    return load(rules_folder() / "providers.toml")


def _own_hop(run: Evidence, fact: Fact) -> bool:
    """Tell whether a host is Case's own hop to the run's loopback gateway."""
    return is_loopback(fact.value.host) and bool(run.of_kind("gateway_log")) and fact.witness != "gateway"


@rule(
    "network.class-allows-hosts",
    clause=_CLAUSE,
    remedy="Find out what contacted the host; only an admission of another network class could allow it.",
    needs=("document.report",),
    reads=("trace", "gateway_log"),
    applies=to_started,
)
def class_allows_hosts(run: Evidence, policy: Policy) -> Outcome:
    """Every host that evidence names is allowed by the admitted network class.

    Why: `loopback_only` means that nothing left the machine; `provider_api_only` that only the provider was asked.
    With a gateway log, Case's own hop to the loopback gateway is exempt.
    """
    hosts = run["host.contacted"]
    if not hosts:
        return not_applicable("no evidence names a host")
    record = run.judgement.record or run.copy_judgement.record
    pair = effective(run)
    if record is None or pair is None:
        return unproven("it is not known which network class was admitted", hosts)
    allowed = record.allowed_network_class
    for fact in hosts:
        host = fact.value.host
        if allowed == "unrestricted" or _own_hop(run, fact):
            continue
        if allowed == "none":
            return violated(f"no network is allowed, and {visible(host)} was contacted", [fact])
        if allowed == "loopback_only" and not is_loopback(host):
            return violated(f"only the loopback is allowed, and {visible(host)} was contacted", [fact])
        if allowed == "provider_api_only":
            serves = _providers().serves(pair.provider, host)
            if serves is False:
                return violated(f"{visible(host)} is no host of {visible(pair.provider)}", [fact])
            if serves is None:
                return unproven(f"the hosts of {visible(pair.provider)} are not known (rules/providers.toml)", [fact])
    return holds(f"every named host is allowed by {allowed}", hosts)


@rule(
    "network.provider-answers-itself",
    clause="The provider that is named is the one that answered.",
    remedy="Treat the response as another provider's: its host is not the one of the provider it names.",
    needs=("document.report",),
    reads=("trace", "gateway_log"),
    applies=to_started,
)
def provider_answers_itself(run: Evidence, policy: Policy) -> Outcome:
    """A response that names a provider came from a host of that provider, where its hosts are known.

    Why: a base URL that is redirected answers in the provider's name. A loopback host is a local provider or the
    gateway, and is judged by the network class.
    """
    named = [fact for fact in run["host.contacted"] if fact.value.provider is not None]
    if not named:
        return not_applicable("no response names both provider and host")
    known = _providers()
    strangers = [
        fact
        for fact in named
        if not is_loopback(fact.value.host) and known.serves(fact.value.provider, fact.value.host) is False
    ]
    if strangers:
        value = strangers[0].value
        return violated(f"{visible(value.host)} answered as {visible(value.provider)}", strangers)
    return holds("no response came from a host that is known to be another's", named)
