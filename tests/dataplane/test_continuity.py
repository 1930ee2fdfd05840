"""No connection fails while a stack changes: connections are opened at a steady rate throughout.

Every host keeps listening on all its addresses, so that a removed backend still answers late
connections. Once a change is in force, the answers show that nobody connects to it any more.
"""

import pytest

from testbed.cluster import names
from testbed.dataplane.rig import Rig

from .service_under_load import ServiceUnderLoad


def test_adding_and_removing_a_backend_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig
) -> None:
    one, two, three, _ = (host.v4() for host in rig.hosts)
    steady.up(addresses=[one, two])

    with steady.load("add a backend", untouched=[one, two]) as load:
        settled = steady.up(addresses=[one, two, three])
    assert load.answered_by(settled) == {one, two, three}

    with steady.load("remove a backend at once", untouched=[one, two]) as load:
        settled = steady.up(addresses=[one, two])
    assert load.answered_by(settled) == {one, two}


def test_draining_and_removing_a_backend_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig
) -> None:
    one, two, three, _ = (host.v4() for host in rig.hosts)
    stay = [{"address": one}, {"address": two}]
    steady.up(backends=[*stay, {"address": three}])

    with steady.load("drain a backend, then remove it", untouched=[one, two]) as load:
        drained = steady.up(backends=[*stay, {"address": three, "state": "Draining"}])
        steady.up(backends=stay)

    assert load.answered_by() == {one, two, three}
    assert load.answered_by(drained) == {one, two}


@pytest.mark.parametrize(
    ("title", "named", "limit"),
    [
        ("replace an address, by id", True, 100),
        ("replace an address, in another slice", False, 1),
    ],
)
def test_replacing_an_address_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig, title: str, named: bool, limit: int
) -> None:
    one, two, three, _ = (host.v4() for host in rig.hosts)

    def backends(second: str) -> list[dict[str, str]]:
        ids = [{"id": "db-1"}, {"id": "db-2"}] if named else [{}, {}]
        return [{"address": one, **ids[0]}, {"address": second, **ids[1]}]

    steady.up(backends=backends(two), max_endpoints_per_slice=limit)

    with steady.load(title, untouched=[one]) as load:
        settled = steady.up(backends=backends(three), max_endpoints_per_slice=limit)

    assert load.answered_by(settled) == {one, three}


def test_splitting_and_merging_a_slice_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig
) -> None:
    addresses = [host.v4(number) for number in range(1, 29) for host in rig.hosts][:110]
    few, untouched = addresses[:90], addresses[:10]
    steady.up(addresses=few)
    assert names(rig.cluster, "endpointslices", steady.namespace) == ["db-ipv4"]

    with steady.load("grow 90 -> 110 backends, a slice splits", untouched=untouched) as load:
        steady.up(addresses=addresses)
    assert len(names(rig.cluster, "endpointslices", steady.namespace)) == 2
    assert load.answered_by() <= set(addresses)

    with steady.load("shrink 110 -> 90, two slices merge", untouched=untouched) as load:
        settled = steady.up(addresses=few)
    assert names(rig.cluster, "endpointslices", steady.namespace) == ["db-ipv4"]
    assert load.answered_by(settled) <= set(few)


def test_switching_the_endpoint_mode_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig
) -> None:
    one, two, *_ = (host.v4() for host in rig.hosts)
    steady.up(addresses=[one, two])

    with steady.load("Slices -> Both -> Endpoints", untouched=[one, two]) as load:
        for mode in ("Both", "Endpoints"):
            settled = steady.up(addresses=[one, two], endpoint_api=mode)
    assert load.answered_by(settled) == {one, two}

    with steady.load("Endpoints -> Both -> Slices", untouched=[one, two]) as load:
        for mode in ("Both", "Slices"):
            settled = steady.up(addresses=[one, two], endpoint_api=mode)
    assert load.answered_by(settled) == {one, two}


def test_adding_the_second_family_fails_no_connection(steady: ServiceUnderLoad, rig: Rig) -> None:
    one, two, *_ = rig.hosts
    v4, v6 = [one.v4(), two.v4()], [one.v6(), two.v6()]
    steady.up(addresses=v4)

    with steady.load("add the second family", untouched=v4) as load:
        settled = steady.up(addresses=[*v4, *v6])

    assert load.answered_by(settled) == set(v4)
    answers = rig.client.ask(rig.address(steady.service, "AAAA"), 5432, times=40)
    assert {answer.address for answer in answers} == set(v6)


def test_moving_a_port_to_another_target_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig
) -> None:
    addresses = [host.v4() for host in rig.hosts[:2]]
    steady.up(addresses=addresses)
    ports = [{"name": "postgres", "port": 5432, "target_port": 5433}]

    with steady.load("change a port's target", untouched=addresses) as load:
        settled = steady.up(addresses=addresses, ports=ports)

    late = {one.answer.port for one in load.made if one.answer and one.begun >= settled}
    assert late == {5433}
