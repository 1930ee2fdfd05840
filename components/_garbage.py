"""Keeps Python's garbage collector from looking at what is never garbage."""

import gc

_settled: list[bool] = []


def settle() -> None:
    """Set aside what lives when the first component of a real run is made: modules, above all.

    The SDK makes tens of Outputs for a resource, and every full collection would walk through all
    models of Kubernetes again: a twelfth of the CPU of a preview of 300 Services. Once in a
    process, so that nothing builds up in a program that runs many updates.
    """
    if not _settled:
        _settled.append(True)
        gc.freeze()
