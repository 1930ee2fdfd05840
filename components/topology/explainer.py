"""Explains the paths to the Services of a snapshot."""

from collections.abc import Sequence
from difflib import get_close_matches

from ..core.findings import quote
from ..validation.hazards import path_hazards
from ..validation.object_set import ExposedPort, Group, Key, Service, name_of
from ..validation.untyped import text
from .causes import Found, Unserved, problems, unexplained
from .clients import ClientLook
from .explanation import Explanation
from .index import Index, subject_of
from .knowledge import family_unknown, knows_backends
from .model import Client, Policy, Problem
from .paths import describe
from .pod_states import labels_of
from .policy_evaluator import PolicyEvaluator, Target, on_the_way
from .serving import Serving, is_external_local
from .shown import lint_routes, lint_service
from .snapshot import Snapshot
from .targets import targets

_ALIKE = 0.6


class Explainer:
    """Explains the Services of a snapshot, which is indexed once.

    Args:
        snapshot: The objects.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._index = Index(snapshot)
        self._objects = self._index.objects
        self._policies = PolicyEvaluator(self._objects.policies, self._index.namespaces)

    def services(self, name: str = "") -> list[Key]:
        """Return the Services of the snapshot, sorted; with a name, only those of that name."""
        keys = {*self._objects.services, *self._objects.repeated}
        return sorted(key for key in keys if name in {"", key[1]})

    def pod(self, namespace: str, name: str) -> Client | None:
        """Return a Pod as a client, or None if the snapshot lacks it."""
        pod = self._index.pods.get(namespace, {}).get(name)
        if pod is None:
            return None
        labels = labels_of(pod)
        return Client(namespace, {key: text(labels[key]) for key in labels}, name)

    def explain(self, key: Key, client: Client | None = None) -> Explanation:
        """Explain the path to a Service.

        Args:
            key: Its namespace and name.
            client: The client. Defaults to None: any Pod, so that the effect of policies stays
                open.
        """
        service = self._objects.services.get(key)
        if service is None:
            return self._missing(key)
        groups = self._groups(service)
        serving = Serving(service, groups, self._index.manifests, self._index.virtual)
        unknown: list[str] = []
        is_known = knows_backends(self._index, service, groups, unknown)
        unserved = list(serving.unserved()) if is_known else []
        found = [
            *self._index.findings[key],
            *lint_service(self._index, service, groups, unserved),
            *lint_routes(self._index, service),
        ]
        if client is None:
            policies = self._on_the_way(service, groups)
        else:
            more, policies = self._for_client(serving, client, unknown)
            found += more
        unknown += family_unknown(self._index, serving)
        path = describe(
            serving,
            routes=[route for _, route in self._index.routes.get(key, ())],
            policies=policies,
            client=str(client or ""),
            knows_backends=is_known,
        )
        return Explanation(
            *key, path, self._problems(serving, found, unserved), unknown, self._snapshot.unseen
        )

    def _groups(self, service: Service) -> list[Group]:
        """Return the endpoints of a Service; in a cluster, only those of its slices."""
        groups = self._objects.groups.get(service.key, [])
        is_sliced = self._snapshot.knows("EndpointSlice")
        return [group for group in groups if group.is_slice or not is_sliced]

    @staticmethod
    def _problems(serving: Serving, found: Sequence[Found], unserved: Unserved) -> list[Problem]:
        """Return the problems, including one for every port that nothing serves."""
        service = serving.service
        endpoints = [one for group in serving.groups for one in group.endpoints]
        is_cut = (
            is_external_local(service)
            and bool(endpoints)
            and not any(one.has_node for one in endpoints)
        )
        result = problems(found, unserved, has_endpoints=bool(endpoints), is_outside_cut=is_cut)
        subject = subject_of(service.manifest)
        missing = [
            Found(subject, path_hazards.NO_ENDPOINTS.at("spec.ports", {"what": _shown(port)}))
            for port in unexplained(result, unserved)
        ]
        if not missing:
            return result
        given = [*found, *missing]
        return problems(given, unserved, has_endpoints=bool(endpoints), is_outside_cut=is_cut)

    def _on_the_way(self, service: Service, groups: Sequence[Group]) -> list[Policy]:
        backends = targets(self._index, service, groups)
        labels = [one.labels for one in backends if one.labels is not None]
        return [
            Policy(
                policy.namespace,
                name_of(self._index.manifests[policy.index]),
                "egress" if is_egress else "ingress",
                "depends on the client",
            )
            for policy, is_egress in on_the_way(self._objects.policies, service.key[0], labels)
        ]

    def _for_client(
        self, serving: Serving, client: Client, unknown: list[str]
    ) -> tuple[list[Found], list[Policy]]:
        if reason := self._snapshot.unseen.get("NetworkPolicy"):
            unknown.append(f"what policies let the client reach: {reason}")
            return [], []
        service = serving.service
        backends: list[Target] = targets(self._index, service, serving.groups)
        look = ClientLook(self._policies, self._index.manifests, client)
        return look.look(backends, self._index.virtual_findings[service.key])

    def _missing(self, key: Key) -> Explanation:
        """Return the explanation of a Service that does not exist, or is declared twice."""
        namespace, name = key
        unseen = self._snapshot.unseen
        if not self._snapshot.knows("Service"):
            reason = "anything: the files hold no such Service"
            if key in self._objects.repeated:
                reason = "which of several: the files declare it more than once"
            if unseen_because := unseen.get("Service"):
                reason = f"whether there is such a Service: {unseen_because}"
            return Explanation(*key, None, [], [reason], unseen)
        names = [one for home, one in self._objects.services if home == namespace]
        near = get_close_matches(name, names, 1, _ALIKE)
        home = self._objects.homes.get(name)
        hint = f" (it has {quote(near[0])})" if near else ""
        hint = f" (namespace {quote(home)} has one)" if home is not None else hint
        hint = " (nor such a namespace)" if self._snapshot.absent_namespace == namespace else hint
        words = {"name": quote(name), "namespace": quote(namespace), "hint": hint}
        found = Found(f"Namespace {namespace}", path_hazards.SERVICE_MISSING.at("", words))
        return Explanation(*key, None, problems([found], [], has_endpoints=False), [], unseen)


def _shown(port: ExposedPort) -> str:
    named = f"port {quote(port.name)}, " if port.name else ""
    return f"{named}{port.number}/{port.protocol}"
