"""Aliases that keep a child's live object when its component is renamed or changes its type.

They are complete URNs if these are known: the SDK makes 4 Outputs for a plain string, 14 for an
alias that it must assemble, and 1 for ours, for every child.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import pulumi

from .._registry import COMPONENTS, ENDPOINT_SLICE
from ..core.adoption import URN
from .engine import monitor

Alias = pulumi.Input[str | pulumi.Alias]
_Name = str | pulumi.Output[str]


def _declaring(kind: str) -> tuple[str, ...]:
    return tuple(one.token for one in COMPONENTS if kind in one.children)


_KINDS = frozenset(kind for one in COMPONENTS for kind in one.children)
_SIBLINGS = {kind: _declaring(kind) for kind in _KINDS}
"""The components that a child may move between, by its type."""
_WITH_SLICES = _SIBLINGS[ENDPOINT_SLICE]


class Aliases:
    """Derives the aliases of a component's children.

    Args:
        parent: The component.
        token: Its type.
        nested: Whether it is nested in another component.
    """

    def __init__(self, parent: pulumi.ComponentResource, token: str, *, nested: bool) -> None:
        self._parent, self._token, self._nested = parent, token, nested
        self._root = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::"

    def of(self, kind: str, name: str, former: _Name) -> list[Alias] | None:
        """Return the aliases of one child: all URNs that it may have had.

        A missing alias deletes a live object, with exit code 0; each one costs an Output and a part
        of the request. One case is left out: a Service comes from a component without slices and
        its namespace becomes an Output, or plain, in the same update.

        Args:
            kind: Its type, such as `kubernetes:core/v1:Service`.
            name: Its Pulumi name.
            former: Its Pulumi name before its namespace became an Output, or plain.

        Returns:
            None under mocks, which have no objects from before.
        """
        if not monitor():
            return None
        others = [token for token in _SIBLINGS[kind] if token != self._token]
        urns = (
            *self._moved(kind, name, others),
            self._renamed(kind, former),
            *self._moved(kind, former, [token for token in others if token in _WITH_SLICES]),
        )
        # Transformations of the user may tell strings from Outputs.
        is_read = getattr(self._parent, "_transformations", True)
        return [*urns] if is_read else [_known(urn) for urn in urns]

    def of_raw(self, kind: str, resource: str) -> Alias | None:
        """Return the alias of a child that replaces a raw resource of the program.

        Args:
            kind: The child's type.
            resource: The Pulumi name of the resource at the root of the stack, or its URN.

        Returns:
            None under mocks.
        """
        if not monitor():
            return None
        return resource if resource.startswith(URN) else f"{self._root}{kind}::{resource}"

    def _moved(self, kind: str, name: _Name, others: Sequence[str]) -> Iterator[Alias]:
        """Yield the URNs of a component of another type, or not nested, or both."""
        for token in [*others, self._token] if self._nested else others:
            yield _each(name, f"{self._root}{token}${kind}::{{}}".format)
        if self._nested:
            for other in others:
                yield self._parent.urn.apply(self._placed(other, kind, name))

    def _placed(self, other: str, kind: str, name: _Name) -> Callable[[str], Alias]:
        def place(urn: str) -> Alias:
            types, _, _ = urn.rpartition("::")
            return _each(name, f"{types.removesuffix(self._token)}{other}${kind}::{{}}".format)

        return place

    def _renamed(self, kind: str, former: _Name) -> Alias:
        """Return the alias from before its namespace became an Output, or plain."""
        if self._nested:
            return _each(former, lambda name: pulumi.Alias(name=name))
        return _each(former, f"{self._root}{self._token}${kind}::{{}}".format)


def _each(name: _Name, make: Callable[[str], str | pulumi.Alias]) -> Alias:
    return make(name) if isinstance(name, str) else name.apply(make)


def _known(alias: Alias) -> Alias:
    return _KnownUrn(alias) if isinstance(alias, str) else alias


class _KnownUrn(str, pulumi.Output[str]):  # type: ignore[misc] # noqa: SLOT000 - an Output has none
    """A URN that is an Output of itself, without the futures and tasks of one.

    The SDK takes each alias through `from_input` and `apply`, and then through `from_input` and
    `future`. For all else there is an Output of the SDK.
    """

    def __init__(self, urn: str) -> None:
        """Take the string; `str` has made it."""

    def apply(
        self,
        func: Callable[[str], Any],
        run_with_unknowns: bool = False,  # noqa: ARG002, FBT001, FBT002 - the SDK's
    ) -> pulumi.Output[Any]:
        """Return an Output of what `func` makes of the string, which it is called with now."""
        if func is pulumi.Output.from_input:
            return self
        made = func(str(self))
        if isinstance(made, pulumi.Output):
            return cast("pulumi.Output[Any]", made)
        return pulumi.Output.from_input(str(self)).apply(lambda _: made)

    async def future(self, with_unknowns: bool | None = None) -> str:  # noqa: ARG002, FBT001
        """Return the string."""
        return str(self)

    def __getattr__(self, name: str) -> Any:
        """Return a part of an Output of the SDK."""
        if name.startswith("__") or not name.startswith("_"):
            raise AttributeError(name)
        return getattr(pulumi.Output.from_input(str(self)), name)

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Copy it as a plain string; Outputs refuse to be copied."""
        return str, (str(self),)
