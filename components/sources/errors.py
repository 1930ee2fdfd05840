"""The error of every source of backends."""

import pulumi

__all__ = ["SourceError"]


class SourceError(pulumi.RunError):
    """A source cannot give its backends, or has none to give.

    The text names the source, the reason and the remedy. Being a `pulumi.RunError` it ends a
    program with this text alone, without a traceback.
    """
