"""The arguments that the core takes are those that users give."""

from dataclasses import MISSING, fields
from typing import Any

import pytest

from components import Backend, ServicePort, policy_types, types
from components.core import arguments
from components.policies.egress import EGRESS_POLICY
from components.services.external import EXTERNAL_SERVICE
from components.services.external_name import EXTERNAL_NAME_SERVICE
from components.services.selector import SELECTOR_SERVICE

PAIRS: list[tuple[Any, Any]] = [
    (EXTERNAL_SERVICE.given, EXTERNAL_SERVICE.args),
    (SELECTOR_SERVICE.given, SELECTOR_SERVICE.args),
    (EXTERNAL_NAME_SERVICE.given, EXTERNAL_NAME_SERVICE.args),
    (EGRESS_POLICY.given, EGRESS_POLICY.args),
    (policy_types.EgressDestination, arguments.DestinationArgs),
    (policy_types.EgressDns, arguments.DnsArgs),
    (policy_types.EgressPrecedence, arguments.PrecedenceArgs),
    (ServicePort, arguments.PortArgs),
    (Backend, arguments.BackendArgs),
    (types.AdoptedObject, arguments.AdoptedArgs),
]


@pytest.mark.parametrize(("given", "args"), PAIRS, ids=lambda kind: kind.__name__)
def test_core_and_public_arguments_have_the_same_fields(given: Any, args: Any) -> None:
    known = {one.name for one in fields(args)} - {"query"}
    assert known == set(given.__annotations__)


@pytest.mark.parametrize(("given", "args"), PAIRS, ids=lambda kind: kind.__name__)
def test_core_and_public_arguments_require_the_same_fields(given: Any, args: Any) -> None:
    required = {
        one.name
        for one in fields(args)
        if one.default is MISSING and one.default_factory is MISSING
    }
    assert required == given.__required_keys__
