"""Whether the program runs under an engine."""

from pulumi.runtime import mocks, settings

__all__ = ["monitor"]


def monitor() -> object | None:
    """Return the monitor of the running engine; None under mocks.

    Mocks have no previous deployment: they cannot register hooks, and ignore aliases.
    """
    found = settings.get_monitor()
    return None if isinstance(found, mocks.MockMonitor) else found
