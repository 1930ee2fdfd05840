"""No connection fails while raw resources become a component, and back."""

from pathlib import Path

import pytest

from testbed.dataplane.rig import Rig
from testbed.stack import Stack
from tests.support.fixtures import provider
from tests.support.raw import RESOURCES, raw
from tools.providers import Provider

from .service_under_load import ServiceUnderLoad

__all__ = ["provider"]

pytestmark = pytest.mark.both_kinds


@pytest.fixture
def stack(rig: Rig, tmp_path: Path, provider: Provider) -> Stack:
    """A stack that deploys to the rig's control plane with the test's provider."""
    return rig.stack(tmp_path / "stack", provider.among(rig.cluster.parts))


def test_moving_between_raw_resources_and_a_component_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig, provider: Provider
) -> None:
    address = rig.hosts[0].v4()
    program = raw(steady.namespace, address=address).replace('"pg"', '"postgres"')
    steady.run(program)
    args = {"addresses": [address], "endpoint_api": "Both"}

    with steady.load(f"raw -> component ({provider.kind})", untouched=[address]) as load:
        steady.up(**args, adopt=RESOURCES)
        settled = steady.up(**args)
    assert load.answered_by(settled) == {address}

    with steady.load(f"component -> raw ({provider.kind})", untouched=[address]) as load:
        settled = steady.run(program)
    assert load.answered_by(settled) == {address}
