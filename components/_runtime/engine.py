"""Whether there is an engine at the other end."""

from pulumi.runtime import mocks, settings

__all__ = ["monitor"]


def monitor() -> object | None:
    """Return the monitor of the running engine; None under mocks.

    Mocks know nothing of the past: they cannot register hooks, and aliases mean nothing to them.
    """
    found = settings.get_monitor()
    return None if isinstance(found, mocks.MockMonitor) else found
