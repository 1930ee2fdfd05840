"""The backends of a Service as policies see them."""

from collections.abc import Sequence

from ..validation.ip import parse_sloppy_ip
from ..validation.object_set import Group, Service
from ..validation.untyped import items, mapping, text
from .index import Index
from .paths import selected_labels
from .pod_states import labels_of
from .policy_evaluator import Target


def targets(index: Index, service: Service, groups: Sequence[Group]) -> list[Target]:
    """Return the backends that accept connections; in files, the selected Pods."""
    namespace = service.key[0]
    by_name = index.pods.get(namespace, {})
    found: list[Target] = []
    for group in groups:
        ports = frozenset((one.protocol, one.number) for one in group.ports if one.number)
        written = items(index.manifests[group.index].get("endpoints")) if group.is_slice else ()
        for place, one in enumerate(group.endpoints):
            address = parse_sloppy_ip(one.address)
            if address is None or not (one.ready or one.terminating):
                continue
            endpoint = mapping(written[place]) if place < len(written) else mapping(None)
            pod = by_name.get(text(mapping(endpoint.get("targetRef")).get("name")))
            labels = None if pod is None else labels_of(pod)
            found.append(Target(str(address), ports, namespace, labels))
    if found or index.snapshot.is_live:
        return found
    numbers = frozenset(
        (one.protocol, one.dialled) for one in service.ports if isinstance(one.dialled, int)
    )
    selected = selected_labels(service, index.objects)
    return [Target("", numbers, namespace, labels) for labels in selected]
