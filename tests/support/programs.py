"""Programs as text, for the real engine to run."""


def external_service(name: str, **args: object) -> str:
    """Give a program that declares one `ExternalService` with plain arguments."""
    return component("ExternalService", name, **args)


def component(kind: str, name: str, **args: object) -> str:
    """Give a program that declares one component with plain arguments and exports its hazards."""
    return (
        f"import pulumi\nfrom components import {kind}\n"
        f"made = {kind}({name!r}, {args!r})\n"
        "pulumi.export('hazards', made.hazards)\n"
    )
