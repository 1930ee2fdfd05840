"""Programs as text, for the real engine to run."""

LATE = """
import pulumi
from pulumi import dynamic

class Machines(dynamic.ResourceProvider):
    def create(self, props):
        return dynamic.CreateResult("machines", {"made": props["addresses"]})

    def diff(self, id, old, new):
        return dynamic.DiffResult(changes=old["made"] != new["addresses"])

    def update(self, id, old, new):
        return dynamic.UpdateResult({"made": new["addresses"]})

class Late(dynamic.Resource):
    made: pulumi.Output

    def __init__(self, name, addresses):
        super().__init__(Machines(), name, {"addresses": addresses, "made": None})
"""
"""Machines whose addresses are unknown until they are made: real unknowns at preview."""


def external_service(name: str, **args: object) -> str:
    """Return a program that declares one `ExternalService` with plain arguments."""
    return component("ExternalService", name, **args)


def component(kind: str, name: str, **args: object) -> str:
    """Return a program that declares one component with plain arguments and exports its hazards."""
    return (
        f"import pulumi\nfrom components import {kind}\n"
        f"made = {kind}({name!r}, {args!r})\n"
        "pulumi.export('hazards', made.hazards)\n"
    )
