"""The error of every source of backends."""

import pulumi

__all__ = ["SourceError"]


class SourceError(pulumi.RunError):
    """A source cannot return its backends, or finds none.

    The text names the query, the reason and the remedy. As a `pulumi.RunError` it ends a program
    with this text alone, without a traceback.
    """
