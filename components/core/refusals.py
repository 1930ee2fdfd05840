"""What the API server would refuse of the objects that a component is about to register."""

from collections.abc import Iterator, Sequence

from .findings import Finding
from .metadata import Manifest, Plain
from .validation import validate


def refusals(manifests: Sequence[Manifest], args: Plain) -> Iterator[Finding]:
    """Give the errors of finished manifests, whose arguments have been checked already.

    What is still deferred is passed over: the manifests are judged again when it has arrived.
    """
    for manifest in manifests:
        owner = f"{manifest['kind']}[{manifest['metadata']['name']}]"
        for finding in validate(manifest, kubernetes_version=args.get("kubernetes_version")):
            if finding.severity == "error" and finding.code != "json-type":
                yield finding.under(owner)
