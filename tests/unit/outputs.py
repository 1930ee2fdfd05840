"""Arguments that are Outputs."""

from typing import Any

import pulumi


def later(value: Any) -> pulumi.Output[Any]:
    """Return an Output of a value, which is known at preview too."""
    return pulumi.Output.from_input("").apply(lambda _: value)
