"""A Kubernetes provider with client limits that suit hundreds of objects."""

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
    """Make a provider whose requests are not held back on the way to the API server.

    The provider's own limits, 50 requests a second and a burst of 120, dominate stacks of more than
    about 100 objects; the API server protects itself by API Priority and Fairness. Give it to a
    component with `pulumi.ResourceOptions(provider=...)`.

    A stack that is deployed already may move from the default provider to this one, and back: its
    objects stay. Not so where the namespace or the render directory changes with it. And where both
    the old and the new provider are given a `kubeconfig`, and its cluster has another address or
    other certificates, Pulumi treats it as another cluster and deletes the live objects, unless
    both have one `cluster_identifier`. docs/provider.md has it all, and how to raise the limits of
    the default provider.

    Args:
        name: The provider's name in the program.
        kubeconfig: The contents of a kubeconfig, or its path. Defaults to the environment's.
        context: The context of the kubeconfig. Defaults to its current one.
        cluster_identifier: What the cluster is known by: while it is the same, the objects stay
            however the kubeconfig changes. Defaults to none.
        namespace: The namespace of objects that name none. Defaults to the context's.
        render_directory: Where to write YAML instead of applying. Defaults to none: it is applied.
        qps: Requests a second, at most. Defaults to 1000.
        burst: Requests at once, at most. Defaults to 2000.
        upsert_existing_objects: Take over an object that already exists instead of failing, for
            the up after one that was interrupted. Needs pulumi-kubernetes 4.29 or newer; before
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
        # Left out, the SDK records the path in KUBECONFIG: a difference on every other machine,
        # and refused by a provider that renders.
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
    """Return the namespace of a component's objects that name none, as far as a program knows it.

    Args:
        opts: The options that the component was given.
    """
    settings = _settings(opts)
    if settings is None:
        return pulumi.Config("kubernetes").get("namespace") or _DEFAULT
    return settings.namespace or _DEFAULT


def stated_namespace_of(opts: pulumi.ResourceOptions | None) -> str | None:
    """Return the namespace of a component's objects that name none, where the program states it.

    Where it does not, it is the kubeconfig's, which is "default" more often than not.

    Args:
        opts: The options that the component was given.
    """
    given = provider_of(opts)
    if given is None:
        return pulumi.Config("kubernetes").get("namespace") or None
    settings = _made.get(given)
    namespace = settings.namespace if settings else None
    return namespace if isinstance(namespace, str) else None


def renders(opts: pulumi.ResourceOptions | None) -> bool:
    """Return whether a component's objects are written as YAML, as far as a program knows it."""
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
    """What a provider made here gives to objects, which it does not tell itself."""

    namespace: "str | pulumi.Output[str] | None"
    renders: bool


_made: "WeakKeyDictionary[pulumi.ProviderResource, _Settings]" = WeakKeyDictionary()


def _settings(opts: pulumi.ResourceOptions | None) -> _Settings | None:
    """Return the settings of the provider that a component's children get, if it was made here."""
    given = provider_of(opts)
    return None if given is None else _made.get(given)


def provider_of(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """Return the Kubernetes provider of a component's children as the SDK picks it.

    None stands for the default provider.
    """
    if opts is None:
        return None
    several = opts.providers or ()
    given = list(several.values() if isinstance(several, Mapping) else several)
    for one in given if opts.provider is None else [*given, opts.provider]:
        if one.package == "kubernetes":
            return one
    return opts.parent.get_provider("kubernetes:core/v1:Service") if opts.parent else None
