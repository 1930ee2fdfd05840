"""The embedded control plane: etcd, kube-apiserver and others as processes, and fake nodes."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from . import processes
from .console import CommandError, step
from .links import Links
from .locks import locked, remove_folder
from .signals import Terminated
from .stages import stages

_SERVICE_RANGE = "10.96.0.0/16,fd00:10:96::/112"

_PORTS = Path(gettempdir()) / f"k8s-endpoints-ports-{os.getuid()}.lock"

_CONFIGURATION = """\
kind: KwokctlConfiguration
apiVersion: config.kwok.x-k8s.io/v1alpha1
options:
  bindAddress: 127.0.0.1
  kubeAuthorization: true
  kubeAdmission: true
  disable: {disabled}
componentsPatches:
- name: kube-apiserver
  extraArgs: [{{key: service-cluster-ip-range, value: "{service_range}"}}]
- name: kube-controller-manager
  extraArgs: [{{key: service-cluster-ip-range, value: "{service_range}"}}]
"""


@dataclass(frozen=True)
class Cluster:
    """A control plane of this checkout, with all its files below one folder."""

    directory: Path
    parts: Mapping[str, Path]
    """The paths of its programs."""
    name: str = "k8s-endpoints"
    service_range: str = _SERVICE_RANGE
    load_balancer: bool = True
    """Whether a load-balancer controller is simulated."""
    controllers: bool = True
    """Whether controllers and scheduler run, which must not be newer than the API server."""

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig with which clients reach the API server."""
        return self.directory / "kubeconfig"

    @property
    def _work(self) -> Path:
        return self.directory / "clusters"

    @property
    def _links(self) -> Links:
        """Links for kwokctl, which truncates paths at a space, a comma or a `#`."""
        return Links(self.directory)

    @property
    def _marker(self) -> Path:
        return self.directory / "complete"

    def start(self) -> bool:
        """Start it unless it runs, and return whether a new one had to be created.

        An incomplete control plane, or one that does not answer, is deleted first, because kwokctl
        cannot resume a creation that was killed. An interrupted start leaves nothing behind.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with locked(self.directory / "lock"):
            if self.is_ready():
                return False
            self._delete()
            with step("control plane: etcd, kube-apiserver, controllers, kwok with 2 fake nodes"):
                try:
                    self._create()
                except (KeyboardInterrupt, Terminated):
                    self._end()
                    raise
            return True

    def stop(self) -> None:
        """Stop and delete it in any state; nothing of it keeps running."""
        if not self.directory.exists():
            return
        with locked(self.directory / "lock"):
            self._delete()
            remove_folder(self.directory / "lock")

    def is_ready(self) -> bool:
        """Return whether it was created completely and its API server answers."""
        return self._marker.exists() and self._answers()

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """Run kubectl against it and return what it prints."""
        return kubectl(self.parts["kubectl"], self.kubeconfig, *arguments, given=given)

    def _create(self) -> None:
        configuration = self.directory / "kwok.yaml"
        text = _CONFIGURATION.format(
            service_range=self.service_range,
            disabled="[]" if self.controllers else "[kube-controller-manager, kube-scheduler]",
        )
        configuration.write_text(text + stages(load_balancer=self.load_balancer))
        binaries = [
            f"--{flag}-binary={self._links.plain(self.parts[part])}"
            for flag, part in (
                ("etcd", "etcd"),
                ("kube-apiserver", "kube-apiserver"),
                ("kube-controller-manager", "kube-controller-manager"),
                ("kube-scheduler", "kube-scheduler"),
                ("kwok-controller", "kwok"),
            )
        ]
        with ports_left_alone():
            self._kwokctl(
                "create",
                "cluster",
                "--runtime=binary",
                f"--config={self._links.plain(configuration)}",
                f"--kubeconfig={self._links.plain(self.kubeconfig)}",
                "--wait=60s",
                *binaries,
            )
        for number, node in enumerate(("node-a", "node-b")):  # each with its own Pod range
            pods = f"10.244.{number}.0/24"
            settings = (f'.podCIDR="{pods}"', f'.podCIDRs=["{pods}"]', ".nodeIPs=[]")  # 0.7 and 0.8
            self._kwokctl("scale", "node", node, *(f"--param={one}" for one in settings))
        if not self._answers():
            raise CommandError("the API server was started and does not answer /readyz")
        self._marker.write_text("")

    def _delete(self) -> None:
        self._marker.unlink(missing_ok=True)
        if self._work.exists():
            self._kwokctl("delete", "cluster", check=False)
        self._end()

    def _end(self) -> None:
        for folder in (self.directory, self._links.folder):
            processes.end(processes.mentioning(folder))
        self._links.remove()
        shutil.rmtree(self._work, ignore_errors=True)
        self.kubeconfig.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            return self.kubectl("get", "--raw=/readyz", "--request-timeout=5s") == "ok"
        except CommandError:
            return False

    def _kwokctl(self, *arguments: str, check: bool = True) -> None:
        folder = self._links.plain(self.parts["kubectl"]).parent
        environment = {
            **os.environ,
            "KWOK_WORKDIR": str(self._links.plain(self._work).parent),
            "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        command = [str(self.parts["kwokctl"]), *arguments, f"--name={self.name}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if check and done.returncode:
            raise CommandError(
                f"kwokctl {' '.join(arguments[:2])} failed:\n{done.stdout}{done.stderr}"
            )


@contextmanager
def ports_left_alone() -> Iterator[None]:
    """Keep other control planes of this user on this machine from taking ports.

    kwokctl looks for free ports and binds them seconds later: two parallel starts would choose the
    same ones, and a new control plane could take the port of an API server that is restarting.
    """
    with locked(_PORTS):
        yield


def kubectl(
    program: Path, kubeconfig: Path | None, *arguments: str, given: str | None = None
) -> str:
    """Run kubectl and return what it prints.

    Args:
        program: The path of kubectl.
        kubeconfig: The kubeconfig of the cluster; None for the one that the environment names.
        arguments: Its arguments.
        given: Its standard input.

    Raises:
        CommandError: It failed; with its error text.
    """
    chosen = [] if kubeconfig is None else [f"--kubeconfig={kubeconfig}"]
    command = [str(program), *chosen, *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
