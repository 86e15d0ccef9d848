"""Forgeries of the network: hosts that the admission does not allow for the provider."""

from __future__ import annotations

from tests.forgeries.kit import GATEWAY, GATEWAY_LOG, Scene, add, add_event, admit, forge, rows, set_event, write_rows

HOSTS = {
    "stranger": "exfil.example.net",
    "look-alike": "api.anthropic.com.example.net",
    "other-provider": "api.openai.com",
    "metadata-service": "169.254.169.254",
    "loopback": "127.0.0.1",
    "cyrillic": "api.\u0430nthropic.com",
}
for _name, _host in HOSTS.items():

    def _visited(scene: Scene, host: str = _host) -> None:
        add_event(scene, "network_request", host=host, port=443)

    add(f"visited-{_name}", "network", _visited)

for _name, _host in {
    "provider-itself": "openrouter.ai",
    "loopback-look-alike": "127.0.0.1.example.net",
    "any-address": "0.0.0.0",
    "decimal-loopback": "2130706433",
}.items():

    def _left(scene: Scene, host: str = _host) -> None:
        add_event(scene, "network_request", host=host, port=443)

    add(f"loopback-only-left-for-{_name}", "network", _left, base=GATEWAY)


@forge("network|model")
def response_came_from_a_stranger(scene: Scene) -> None:
    set_event(scene, "model_response", nth=1, host="exfil.example.net")


@forge("network|model", base=GATEWAY)
def gateway_reached_a_stranger(scene: Scene) -> None:
    found = rows(scene.path(GATEWAY_LOG))
    found[2]["host"] = "exfil.example.net"
    write_rows(scene.path(GATEWAY_LOG), found)


@forge("network")
def span_names_a_stranger(scene: Scene) -> None:
    words = {"gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-4-6"}
    add_event(scene, "span", **words, **{"server.address": "exfil.example.net"})


@forge("network")
def no_network_was_allowed(scene: Scene) -> None:
    admit(scene, allowed_network_class="none")


@forge("network")
def only_loopback_was_allowed(scene: Scene) -> None:
    admit(scene, allowed_network_class="loopback_only")
