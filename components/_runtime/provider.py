"""A Kubernetes provider with request limits for hundreds of objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
import pulumi_kubernetes as kubernetes

__all__ = ["namespace_of", "provider", "provider_of", "renders", "stated_namespace_of"]

QPS = 1000.0
BURST = 2000


def provider(
    name: str,
    *,
    kubeconfig: pulumi.Input[str] | None = None,
    context: pulumi.Input[str] | None = None,
    cluster_identifier: pulumi.Input[str] | None = None,
    namespace: pulumi.Input[str] | None = None,
    render_directory: pulumi.Input[str] | None = None,
    qps: float = QPS,
    burst: int = BURST,
    upsert_existing_objects: pulumi.Input[bool] | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> kubernetes.Provider:
    """Return a provider whose client does not throttle requests to the API server.

    The default limits, 50 requests a second and a burst of 120, dominate the time of stacks with
    more than about 100 objects; the API server protects itself with API Priority and Fairness. Pass
    the provider to a component with `pulumi.ResourceOptions(provider=...)`.

    A deployed stack may move from the default provider to this one, and back: its objects stay,
    unless the namespace or the render directory also changes. If both the old and the new provider
    have a `kubeconfig`, and its cluster has another address or other certificates, Pulumi treats it
    as another cluster and deletes the live objects, unless both have the same `cluster_identifier`.
    docs/provider.md explains this, and how to raise the limits of the default provider.

    Args:
        name: The provider's name in the program.
        kubeconfig: The contents of a kubeconfig, or its path. Defaults to the environment's.
        context: The context of the kubeconfig. Defaults to its current one.
        cluster_identifier: Identifies the cluster: while it stays the same, the objects stay even
            if the kubeconfig changes. Defaults to none.
        namespace: The namespace of objects without one. Defaults to the context's.
        render_directory: The folder to write YAML to instead of applying it. Defaults to none:
            apply.
        qps: The maximum of requests per second. Defaults to 1000.
        burst: The maximum of requests at once. Defaults to 2000.
        upsert_existing_objects: Whether to take over an existing object instead of failing, for the
            up after an interrupted one. Needs pulumi-kubernetes 4.29 or newer; before
            4.29 objects are always taken over. Defaults to the environment's
            PULUMI_K8S_UPSERT_EXISTING_OBJECTS, else false.
        opts: Options of the provider.

    Raises:
        pulumi.RunError: The installed pulumi-kubernetes lacks `upsert_existing_objects`.
    """
    if not isinstance(namespace, str | None):
        namespace = pulumi.Output.from_input(namespace)
    made = kubernetes.Provider(
        name,
        # Without it, the SDK records the path in KUBECONFIG, which differs between machines, and
        # which a rendering provider refuses.
        kubeconfig="" if kubeconfig is None else kubeconfig,
        context=context,
        cluster_identifier=cluster_identifier,
        namespace=namespace,
        render_yaml_to_directory=render_directory,
        kube_client_settings=kubernetes.KubeClientSettingsArgs(qps=qps, burst=burst),
        opts=opts,
        **_upserts(upsert_existing_objects),
    )
    _made[made] = _Settings(namespace or None, renders=render_directory is not None)
    return made


def namespace_of(opts: pulumi.ResourceOptions | None) -> "str | pulumi.Output[str]":
    """Return the namespace of a component's objects without one, as the program knows it.

    Args:
        opts: The options of the component.
    """
    settings = _settings(opts)
    if settings is None:
        return pulumi.Config("kubernetes").get("namespace") or _DEFAULT
    return settings.namespace or _DEFAULT


def stated_namespace_of(opts: pulumi.ResourceOptions | None) -> str | None:
    """Return the namespace of a component's objects without one, if the program sets it.

    Otherwise it is the kubeconfig's, usually "default".

    Args:
        opts: The options of the component.
    """
    given = provider_of(opts)
    if given is None:
        return pulumi.Config("kubernetes").get("namespace") or None
    settings = _made.get(given)
    namespace = settings.namespace if settings else None
    return namespace if isinstance(namespace, str) else None


def renders(opts: pulumi.ResourceOptions | None) -> bool:
    """Return whether a component's objects are written as YAML, if the program knows it."""
    settings = _settings(opts)
    if settings is None:
        return pulumi.Config("kubernetes").get("renderYamlToDirectory") is not None
    return settings.renders


def _upserts(wanted: pulumi.Input[bool] | None) -> dict[str, Any]:
    if wanted is None:
        return {}
    name = "upsert_existing_objects"
    if not hasattr(kubernetes.ProviderArgs, name):
        raise pulumi.RunError(
            f"provider: {name} needs pulumi-kubernetes 4.29 or newer, and {version(_PACKAGE)} is"
            " installed (leave it out: before 4.29 existing objects are always taken over)"
        )
    return {name: wanted}


_PACKAGE = "pulumi-kubernetes"
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class _Settings:
    """The settings of a provider made here, which a provider resource does not expose."""

    namespace: "str | pulumi.Output[str] | None"
    renders: bool


_made: "WeakKeyDictionary[pulumi.ProviderResource, _Settings]" = WeakKeyDictionary()


def _settings(opts: pulumi.ResourceOptions | None) -> _Settings | None:
    """Return the settings of the provider of a component's children, if it was made here."""
    given = provider_of(opts)
    return None if given is None else _made.get(given)


def provider_of(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """Return the Kubernetes provider of a component's children as the SDK chooses it, or None.

    None means the default provider.
    """
    if opts is None:
        return None
    several = opts.providers or ()
    given = list(several.values() if isinstance(several, Mapping) else several)
    for one in given if opts.provider is None else [*given, opts.provider]:
        if one.package == "kubernetes":
            return one
    return opts.parent.get_provider("kubernetes:core/v1:Service") if opts.parent else None
