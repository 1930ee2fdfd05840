"""Children that become instances of their typed classes when a program looks at them.

The typed classes of `pulumi_kubernetes` load the models of a whole API group, and make models of
all that the engine returns. Most programs never look. So a child is registered as a plain resource,
with the same properties and options, and takes its typed class when it is first asked for.

Legacy transformations are given the resource itself, so a child that has some is typed at once, as
is every child under an SDK that lacks what this needs.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module, metadata
from threading import Lock
from typing import Any, NamedTuple, cast

import pulumi
from pulumi_kubernetes import core, discovery

from .._registry import ENDPOINT_SLICE, ENDPOINTS, SERVICE
from .threads import load

__all__ = ["read", "register", "typed"]


def register(
    token: str, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """Register a child.

    Args:
        token: Its type: of a Service, an EndpointSlice or Endpoints.
        name: Its Pulumi name.
        properties: Its properties by the names of Kubernetes; None for those that are only outputs.
        opts: Its options, with its parent.
    """
    sdk = _sdk()
    properties = dict(sorted(properties.items()))  # as in the typed class
    if sdk is None or getattr(opts.parent, "_transformations", True):
        return _at_once(token, name, properties, opts)
    return _LateTyped(sdk, token, name, properties, opts)


def typed(child: pulumi.Resource) -> Any:
    """Return a child as an instance of its typed class, which it becomes in place.

    Looking makes no Output, so it needs no event loop.
    """
    with _lock:
        if isinstance(child, _LateTyped):
            child.become_typed()
    return child


def read(child: pulumi.Resource, name: str, func: Callable[[Any], Any]) -> pulumi.Output[Any]:
    """Apply a function to what the engine returned for a resource.

    Args:
        child: Any object of Kubernetes, as registered: typed late, at once, or not at all.
        name: The property, such as `metadata`.
        func: Is called with the property's value, by the names of Kubernetes.
    """
    outputs: Mapping[str, pulumi.Output[Any]] = vars(child).get(_OUTPUTS, {})
    output: pulumi.Output[Any] = outputs[name] if name in outputs else getattr(child, name)
    return output.apply(lambda value: func(_plain(value)))


class _Sdk(NamedTuple):
    """What is needed of the SDK and of the provider's package."""

    types: Callable[[type], Mapping[str, Any]]
    """Returns the types of the properties of a typed class."""
    translate: Callable[..., Any]
    """Makes models of what the engine returned."""
    defaults: Callable[[], pulumi.ResourceOptions]
    """Returns the options of each resource of the provider: its version."""

    def model(self, value: object, kind: object) -> Any:
        """Return what the engine returned as typed classes have it."""
        return self.translate(value, _same, typ=kind, transform_using_type_metadata=True)


@cache
def _sdk() -> _Sdk | None:
    try:
        if [metadata.version(one).split(".")[0] for one in _PACKAGES] != ["3", "4"]:
            return None
        found = _Sdk(
            import_module("pulumi._types").resource_types,
            import_module("pulumi.runtime.rpc").translate_output_properties,
            import_module("pulumi_kubernetes._utilities").get_resource_opts_defaults,
        )
        found.model({}, None)
    except (ImportError, AttributeError, TypeError):
        return None
    return found


_PACKAGES = ("pulumi", "pulumi-kubernetes")
_OUTPUTS = "_late_outputs"
_CLASSES: Mapping[str, Callable[[], Any]] = {
    SERVICE: lambda: core.v1.Service,
    ENDPOINT_SLICE: lambda: discovery.v1.EndpointSlice,
    ENDPOINTS: lambda: core.v1.Endpoints,
}
_lock = Lock()


def _class_of(token: str) -> Any:
    """Return the typed class of a type, with its models loaded."""
    load(_CLASSES[token])
    return _CLASSES[token]()


def _at_once(
    token: str, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    made = _class_of(token)
    names = {theirs: ours for ours, theirs in _kubernetes_names(made).items()}
    given = {names[key]: value for key, value in properties.items() if value is not None}
    registered: pulumi.CustomResource = made(name, opts=opts, **given)
    return registered


class _LateTyped(pulumi.CustomResource):
    def __init__(
        self,
        sdk: _Sdk,
        token: str,
        name: str,
        properties: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        defaults = sdk.defaults()
        opts.version = defaults.version
        opts.plugin_download_url = defaults.plugin_download_url
        super().__init__(token, name, {**properties}, opts)
        self._sdk = sdk
        outputs = {one: self.__dict__.pop(one) for one in properties}
        self.__dict__[_OUTPUTS] = outputs

    def become_typed(self) -> None:
        """Become an instance of the typed class, in place, while no other thread does it."""
        made, sdk = _class_of(self.pulumi_resource_type), self._sdk
        types, outputs = sdk.types(made), self.__dict__[_OUTPUTS]
        modelled = {
            ours: _Modelled(outputs[theirs], partial(sdk.model, kind=types.get(theirs)))
            for ours, theirs in _kubernetes_names(made).items()
            if theirs in outputs
        }
        del self._sdk
        self.__dict__.update(modelled)
        self.__class__ = made

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the typed class, to who has the child from an Output."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(typed(self), name)


class _Modelled(pulumi.Output[Any]):
    """An Output with models made of the value of another one, when they are used.

    Whatever it is asked for, it asks of a new Output of the SDK. So an event loop is needed only
    where it is used, and that is the user's.
    """

    def __init__(self, output: pulumi.Output[Any], model: Callable[[object], Any]) -> None:
        """Take the Output, and what makes models; the SDK's would begin to wait."""
        vars(self)["_new"] = partial(output.apply, _Remembered(model), run_with_unknowns=True)

    def __getattribute__(self, name: str) -> Any:
        """Return an attribute of a new Output of the SDK."""
        if name.startswith("__"):
            return super().__getattribute__(name)
        return getattr(vars(self)["_new"](), name)


class _Remembered:
    """Makes models of a value, once, and none of a value that has them.

    The SDK has made models for a child that was typed before the engine answered.
    """

    def __init__(self, model: Callable[[object], Any]) -> None:
        self._model = model
        self._last: tuple[object, Any] = None, None

    def __call__(self, value: object) -> Any:
        last, made = self._last
        if value is not last:
            made = value if _has_models(value) else self._model(value)
            self._last = value, made
        return made


def _same(name: str) -> str:
    return name


def _is_model(value: object) -> bool:
    return isinstance(value, dict) and type(cast("object", value)) is not dict


def _has_models(value: object) -> bool:
    return any(map(_is_model, cast("list[Any]", value) if isinstance(value, list) else [value]))


def _plain(value: Any) -> Any:
    """Return a value with models made into mappings, by the names of Kubernetes."""
    if isinstance(value, list):
        return [_plain(one) for one in cast("list[Any]", value)]
    if not _is_model(value):
        return value
    model = cast("dict[str, Any]", value)
    names = _kubernetes_names(type(model))
    return {names.get(key, key): _plain(inner) for key, inner in model.items()}


@cache
def _kubernetes_names(typed_class: type) -> dict[str, str]:
    """Return the names of Kubernetes of a typed class's or model's properties, by Python's."""
    getters = {
        name: vars(one.fget).get("_pulumi_name")
        for name, one in vars(typed_class).items()
        if isinstance(one, property) and one.fget is not None
    }
    return {ours: theirs for ours, theirs in getters.items() if theirs is not None}
