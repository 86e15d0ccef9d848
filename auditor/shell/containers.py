"""The grammar of programs that run commands in a container or on a device, and what they are given of this machine.

What runs there sees files of its own: `docker exec web cat /etc/hosts` opens nothing of this machine. What it is given of
this machine (mounts, files of settings, the folder to build from) is judged, and so is what the shell itself opens.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from auditor.expressions import expression
from auditor.shell.grammar import Spec, each, options

_RUN_OPTIONS = options(
    mount="v volume mount",
    path="env-file cidfile label-file device volumes-from iidfile",
    text="w workdir e env name entrypoint u user p publish network net network-alias tmpfs h hostname l label a attach m "
    "memory cpus cpuset-cpus c cpu-shares platform pull restart add-host dns cap-add cap-drop shm-size stop-signal ip "
    "ipc pid userns log-driver log-opt ulimit expose link group-add gpus health-cmd health-interval health-timeout "
    "health-retries runtime sysctl storage-opt annotation detach-keys index cgroupns",
)
_RUN = Spec(("path",), options=_RUN_OPTIONS, elsewhere=True)
_BUILD = Spec(options=options(text="build-arg t tag target platform label network progress cache-from", path="f file"))
_WITHIN = {**each("run create exec", _RUN), "build": _BUILD}
_COMPOSE = Spec(
    options=options(path="f file project-directory env-file", text="p project-name profile ansi progress parallel"),
    subcommands=each("run exec", _RUN),
)
_DOCKER = Spec(
    options=options(path="config tlscacert tlscert tlskey", text="H host c context l log-level"),
    subcommands={**_WITHIN, "container": Spec(subcommands=_WITHIN), "compose": _COMPOSE},
)
_CLUSTER = options(
    text="c container n namespace context cluster user s server image restart labels l env",
    path="f filename kubeconfig cache-dir certificate-authority client-key client-certificate",
)
_KUBECTL = Spec(options=_CLUSTER, subcommands=each("exec run debug", Spec(("path",), options=_CLUSTER, elsewhere=True)))
_ADB = Spec(
    options=options(text="s t H P"),
    subcommands={
        "shell": Spec(elsewhere=True),
        "push": Spec(("operand",), "text"),
        "pull": Spec(("text",), "operand"),
    },
)

_COMPOSE_FILE = expression(r"(?:docker-|podman-)?compose[\w.-]*\.ya?ml")
_MOUNTED = expression(
    r"^[ \t]*-[ \t]*[\"']?((?:/|~|\.\./)[^:\"'\s]*):|^[ \t-]*(?:source|device):[ \t]*[\"']?((?:/|~|\.\./)[^\"'\s]*)",
    re.MULTILINE,
)


def mounted(place: str, text: str) -> Iterator[str]:
    """Yield what the services that a compose file describes are given of this machine."""
    if _COMPOSE_FILE.fullmatch(posixpath.basename(place)):
        yield from (found[1] or found[2] for found in _MOUNTED.finditer(text))


CONTAINERS: dict[str, Spec] = {
    **each("docker podman nerdctl", _DOCKER),
    **each("docker-compose podman-compose", _COMPOSE),
    **each("kubectl oc", _KUBECTL),
    "adb": _ADB,
}
"""Specs by command."""
