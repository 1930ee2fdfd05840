"""The effect of NetworkPolicies on one client of a Service."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..core.findings import Finding
from ..validation.hazards.hazard import Hazard
from ..validation.hazards.path_hazards import (
    BACKEND_PORT_CLOSED,
    BACKENDS_UNCOVERED,
    POLICY_DENIES_CLIENT,
)
from ..validation.hazards.policies import POLICY_WITHOUT_DNS
from ..validation.hazards.policy_dns import allows_dns
from ..validation.object_set import Policy, name_of
from .causes import Found
from .model import Client
from .model import Policy as OnTheWay
from .policy_evaluator import PolicyEvaluator, Target


class ClientLook:
    """Compares what policies let a client reach with the backends of a Service."""

    def __init__(
        self, policies: PolicyEvaluator, manifests: Sequence[Mapping[str, Any]], client: Client
    ) -> None:
        self._policies = policies
        self._manifests = manifests
        self._client = client
        self.egress = policies.of_client(client)
        """The policies that restrict what the client may reach."""

    def look(
        self, targets: Sequence[Target], virtual: Sequence[Finding]
    ) -> tuple[list[Found], list[OnTheWay]]:
        """Return the breaks of the client's path, and the policies on it.

        Args:
            targets: The backends.
            virtual: The findings about policies that name the Service's cluster IP.
        """
        found = list(self._lint_dns())
        shut = [one for one in targets if not self._policies.lets_out(self.egress, one)]
        shown = [self._shown(one, "egress", is_shut=bool(shut)) for one in self.egress]
        if shut:
            found.append(self._egress(shut, targets, virtual))
        closed = [
            (one, policies)
            for one in targets
            if (policies := self._policies.of_backend(one))
            and not self._policies.lets_in(policies, self._client, one)
        ]
        inward = {one.index: one for target in targets for one in self._policies.of_backend(target)}
        shown += [self._shown(one, "ingress", is_shut=bool(closed)) for one in inward.values()]
        if closed:
            target, policies = closed[0]
            remedy = f"let an ingress rule allow {self._client}"
            reached = len(targets) - len(closed)
            found.append(
                self._found(POLICY_DENIES_CLIENT, policies, target, (reached, targets), remedy)
            )
        return found, shown

    def _lint_dns(self) -> Iterator[Found]:
        if self.egress and not any(map(allows_dns, self.egress)):
            finding = POLICY_WITHOUT_DNS.at("spec.egress", {})
            yield Found(self._subject(self.egress[0]), finding)

    def _egress(
        self, shut: Sequence[Target], targets: Sequence[Target], virtual: Sequence[Finding]
    ) -> Found:
        first = shut[0]
        reached = len(targets) - len(shut)
        if virtual:
            return Found(self._subject(self.egress[0]), virtual[0])
        if first.labels is not None:
            remedy = "allow egress to the Pods of the Service, at the port of the Pods"
            hazard = POLICY_DENIES_CLIENT
        else:
            remedy = ""
            is_held = self._policies.holds_address(self.egress, first)
            hazard = BACKEND_PORT_CLOSED if is_held else BACKENDS_UNCOVERED
        return self._found(hazard, self.egress, first, (reached, targets), remedy)

    def _found(
        self,
        hazard: Hazard,
        policies: Sequence[Policy],
        target: Target,
        reached: tuple[int, Sequence[Target]],
        remedy: str,
    ) -> Found:
        names = ", ".join(name_of(self._manifests[one.index]) for one in policies)
        plural = len(policies) > 1
        finding = hazard.at(
            "spec.ingress" if policies != self.egress else "spec.egress",
            {
                "policies": f"NetworkPolic{'ies' if plural else 'y'} {names}",
                "s": "" if plural else "s",
                "client": self._client,
                "reached": reached[0] or "none",
                "all": len(reached[1]),
                "address": target.address or "the Pods",
                "ports": " or ".join(f"{number}/{protocol}" for protocol, number in target.ports),
                "remedy": remedy,
            },
        )
        return Found(self._subject(policies[0]), finding)

    def _subject(self, policy: Policy) -> str:
        return f"NetworkPolicy {policy.namespace}/{name_of(self._manifests[policy.index])}"

    def _shown(self, policy: Policy, direction: Any, *, is_shut: bool) -> OnTheWay:
        name = name_of(self._manifests[policy.index])
        return OnTheWay(policy.namespace, name, direction, "blocks" if is_shut else "allows")
