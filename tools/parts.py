"""The real parts that the project runs, in versions that are known to work together."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import golang
from .client_side_create import CLIENT_SIDE_CREATE
from .patch import Patch
from .paths import BIN, GO_MODULES, TOOLS
from .untyped_children import UNTYPED_CHILDREN

Version = tuple[int, ...]

PROVIDER_VERSION = "4.25.0"
PROVIDER_PLUGIN = f"resource-kubernetes-v{PROVIDER_VERSION}"
_PROVIDER_MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4"

_KUBERNETES = "1.37.2"
_SCRIPTS = (
    "python/cmd/pulumi-language-python-exec",
    "python/dist/pulumi-resource-pulumi-python",
)
"""The scripts beside the language host, which run programs and dynamic providers."""


@dataclass(frozen=True)
class Part:
    """A program that the project runs, and how to obtain it."""

    name: str
    version: str
    module: str
    """The folder of its Go module below `tools/go`."""
    package: str
    usable: tuple[Version, Version] | None = None
    """The range of usable versions on PATH, the end excluded. None: PATH is not searched."""
    asks: tuple[str, ...] = ("--version",)
    """The arguments that print its version."""
    ldflags: str = ""
    companion: str = ""
    """Another part that must also be on PATH for this one to be used from there."""
    into: Path = field(default=BIN)
    """The folder for a built one."""
    scripts: tuple[str, ...] = ()
    """Scripts beside a built one."""
    prepare: Callable[[], None] = lambda: None
    """Prepares its build."""
    variant: str = ""
    """Distinguishes it from another part with the same name."""
    patch: Patch | None = None
    """Our changes to the module."""
    libraries: str = ""
    """The module whose libraries it shares, if it is another one. Of parts with shared libraries,
    only short builds run beside others, so that each library is compiled only once."""

    @property
    def id(self) -> str:
        """Return a unique id of the part."""
        return f"{self.name}-{self.variant}" if self.variant else self.name


def _install_scripts() -> None:
    """Copy the scripts of the language host from the engine's own SDK."""
    sdk = golang.module_folder(GO_MODULES / "pulumi", "github.com/pulumi/pulumi/sdk/v3")
    BIN.mkdir(parents=True, exist_ok=True)
    for script in _SCRIPTS:
        name = Path(script).name
        partial = BIN / f".{name}.partial"
        shutil.copyfile(sdk / script, partial)
        partial.chmod(0o755)
        partial.replace(BIN / name)


def _write_provider_schema() -> None:
    """Copy the two files that the provider's main embeds from the module."""
    folder = GO_MODULES / "pulumi-kubernetes"
    source = golang.module_folder(folder, _PROVIDER_MODULE) / "cmd" / "pulumi-resource-kubernetes"
    schema = json.loads((source / "schema.json").read_text())
    schema["version"] = PROVIDER_VERSION
    (folder / "schema.json").write_text(json.dumps(schema))
    shutil.copyfile(source / "terraform-mapping.json", folder / "terraform-mapping.json")


def _kubernetes(name: str, *asks: str) -> Part:
    newest = (1, 39) if name == "kubectl" else (1, 38)
    oldest = (1, 36)
    package = f"k8s.io/kubernetes/cmd/{name}"
    return Part(
        name,
        _KUBERNETES,
        "kubernetes",
        package,
        (oldest, newest),
        asks or ("--version",),
        _says_version(_KUBERNETES),
    )


def _kwok(name: str) -> Part:
    usable = ((0, 7), (0, 9))
    package = f"sigs.k8s.io/kwok/cmd/{name}"
    return Part(name, "0.8.0", "kwok", package, usable, libraries="kubernetes")


def _api_server(version: str) -> Part:
    name = f"kube-apiserver-{_minor(version)}"
    package = "k8s.io/kubernetes/cmd/kube-apiserver"
    return Part(name, version, name, package, ldflags=_says_version(version))


def _says_version(version: str) -> str:
    """Return the linker's flags that set the version of a Kubernetes program."""
    major, minor, _ = version.split(".")
    values = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor}
    return " ".join(
        f"-X k8s.io/component-base/version.{name}={value}" for name, value in values.items()
    )


def _minor(version: str) -> str:
    return version.rpartition(".")[0]


PULUMI = (
    Part(
        "pulumi",
        "3.246.0",
        "pulumi",
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        ((3, 200), (4,)),
        ("version",),
        "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.246.0",
        companion="pulumi-language-python",
    ),
    Part(
        "pulumi-language-python",
        "3.79.0",
        "pulumi-language-python",
        "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
        scripts=_SCRIPTS,
        prepare=_install_scripts,
    ),
    Part(
        "pulumi-resource-kubernetes",
        PROVIDER_VERSION,
        "pulumi-kubernetes",
        ".",
        ldflags="-X github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version="
        + PROVIDER_VERSION,
        into=TOOLS / "pulumi" / "plugins" / PROVIDER_PLUGIN,
        prepare=_write_provider_schema,
        patch=Patch(_PROVIDER_MODULE, UNTYPED_CHILDREN),
    ),
)
"""The engine, its language host for Python and the Kubernetes provider. A `pulumi` on PATH includes
the other two."""

UPSERT, CREATE = "upsert", "create"
"""The kinds of provider: a create takes over an existing object, or fails."""

PROVIDERS = {
    UPSERT: PULUMI[2],
    CREATE: replace(
        PULUMI[2],
        into=TOOLS / "pulumi-create" / "plugins" / PROVIDER_PLUGIN,
        variant=CREATE,
        patch=Patch(_PROVIDER_MODULE, (*UNTYPED_CHILDREN, *CLIENT_SIDE_CREATE)),
    ),
}
"""The provider of each kind, in its own Pulumi home."""

CONTROL_PLANE = (
    _kubernetes("kubectl", "version", "--client"),
    Part("etcd", "3.7.3", "etcd", "go.etcd.io/etcd/server/v3", ((3, 6), (4,))),
    _kubernetes("kube-apiserver"),
    _kubernetes("kube-controller-manager"),
    _kubernetes("kube-scheduler"),
    _kwok("kwok"),
    _kwok("kwokctl"),
)
"""The parts of the embedded control plane."""

DATA_PLANE = (
    _kubernetes("kube-proxy"),
    Part(
        "coredns",
        "1.15.0",
        "coredns",
        "github.com/coredns/coredns",
        ((1, 11), (1, 16)),
        ("-version",),
    ),
)
"""The parts that forward the traffic of Services and resolve their names, only for the rig of
`testbed/dataplane`."""

POLICY_VERDICTS = Part("policy-verdicts", "0.8.0", "policy-verdicts", ".")
"""An independent evaluator of NetworkPolicies, for `tests/engine`."""

_OLDER = ("1.32.13", "1.33.13", "1.34.4", "1.35.4", "1.36.3")

API_SERVERS: dict[str, Part] = {
    **{_minor(version): _api_server(version) for version in _OLDER},
    _minor(_KUBERNETES): next(part for part in CONTROL_PLANE if part.name == "kube-apiserver"),
}
"""The API servers that validation is compared with, by version of Kubernetes."""
