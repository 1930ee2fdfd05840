"""Kubernetes Services whose endpoints live outside the cluster, as Pulumi components.

Names load on first use, so that the core and the command line start without Pulumi.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._registry import HOMES

if TYPE_CHECKING:
    from ._registry import *  # noqa: F403

__all__ = sorted(HOMES)  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{HOMES[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
