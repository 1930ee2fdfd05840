"""`components.testing.render`: callable anywhere, as often as wanted, and leaves nothing behind."""

import asyncio
import subprocess
import sys
from operator import itemgetter
from typing import Any

import pulumi
import pytest
from pulumi.runtime import config
from pulumi_kubernetes import core, rbac, storage

from components import ExternalService, SelectorService, ValidationError
from components._runtime import engine as _engine
from components.testing import render


def config_map(name: str, **data: pulumi.Input[str]) -> core.v1.ConfigMap:
    return core.v1.ConfigMap(name, metadata={"name": name}, data=data)


def manifest(name: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default"},
        "data": data,
    }


def database() -> None:
    ExternalService("db", {"addresses": ["192.0.2.10"], "ports": [{"name": "pg", "port": 5432}]})


class Bucket(pulumi.CustomResource):
    """A resource of another provider."""

    size: pulumi.Output[float]

    def __init__(self, name: str, size: pulumi.Input[int]) -> None:
        super().__init__("cloud:storage:Bucket", name, {"size": size})


class Outer(pulumi.runtime.Mocks):
    """Mocks of a test's own, which count what they were asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        self.names.append(args.name)
        return f"{args.name}-id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        return args.args, None


@pytest.fixture
def outer(sdk_loop: object) -> Outer:  # noqa: ARG001 - it must be there
    """Mocks that are in force around a call of `render`."""
    mocks = Outer()
    pulumi.runtime.set_mocks(mocks, project="outer", stack="around", preview=False)
    return mocks


def test_render_returns_manifests_with_names_and_namespaces() -> None:
    assert render(lambda: config_map("a", key="value")) == [manifest("a", key="value")]


def test_repeated_calls_give_the_same_and_share_nothing() -> None:
    first = render(database)
    assert [render(database) for _ in range(3)] == [first] * 3
    first[0]["metadata"]["name"] = "changed"
    assert render(database)[0]["metadata"]["name"] == "db"


def test_the_order_is_the_programs() -> None:
    names = [f"cm-{number * 37 % 50:02}" for number in range(50)]

    def program() -> None:
        for name in names:
            config_map(name)

    for _ in range(3):
        assert [found["metadata"]["name"] for found in render(program)] == names


def test_an_error_of_the_program_is_raised() -> None:
    def program() -> None:
        raise LookupError("no such machine")

    with pytest.raises(LookupError, match="no such machine"):
        render(program)


@pytest.mark.parametrize("preview", [False, True])
def test_an_error_in_an_apply_is_raised(preview: bool) -> None:
    def fail(_: object) -> str:
        raise LookupError("not found later on")

    def program() -> None:
        config_map("a", key=config_map("b").metadata.name.apply(fail))

    with pytest.raises(LookupError, match="not found later on"):
        render(program, preview=preview)


def test_an_error_in_an_unread_apply_is_raised() -> None:
    def fail(_: object) -> str:
        raise LookupError("nobody reads this")

    with pytest.raises(LookupError, match="nobody reads this"):
        render(lambda: pulumi.Output.from_input("").apply(fail))


def test_render_works_after_a_program_that_failed() -> None:
    with pytest.raises(ValidationError):
        render(lambda: (config_map("left-over"), ExternalService("db", {})))
    assert render(lambda: config_map("a")) == [manifest("a")]


def test_an_async_program_is_awaited() -> None:
    async def program() -> None:
        await asyncio.sleep(0)
        config_map("a")
        await asyncio.sleep(0.01)
        config_map("b")

    assert [found["metadata"]["name"] for found in render(program)] == ["a", "b"]


def test_an_error_of_an_async_program_is_raised() -> None:
    async def program() -> None:
        await asyncio.sleep(0)
        raise LookupError("later")

    with pytest.raises(LookupError, match="later"):
        render(program)


def test_render_can_be_called_in_a_running_event_loop() -> None:
    async def main() -> list[dict[str, Any]]:
        loop = asyncio.get_running_loop()
        manifests = render(database)
        assert asyncio.get_running_loop() is loop
        return manifests

    assert asyncio.run(main()) == render(database)


def test_render_can_be_called_inside_itself() -> None:
    inner: list[list[dict[str, Any]]] = []

    def program() -> None:
        config_map("before")
        inner.append(render(database))
        config_map("after")

    names = [found["metadata"]["name"] for found in render(program)]
    assert names == ["before", "after"]
    assert inner == [render(database)]


@pytest.mark.usefixtures("outer")
@pulumi.runtime.test
def test_render_can_be_called_inside_a_pulumi_test() -> pulumi.Output[None]:
    assert [found["kind"] for found in render(database)] == ["Service", "EndpointSlice"]
    service = core.v1.Service("mine", spec={"clusterIP": "10.0.0.1"})

    def check(address: str) -> None:
        assert address == "10.0.0.1"

    return service.spec.cluster_ip.apply(check)


def test_resources_pending_under_outer_mocks_still_resolve(outer: Outer) -> None:
    seen: list[str] = []

    @pulumi.runtime.test
    def program() -> pulumi.Output[None]:
        bucket = Bucket("pending", 3)
        assert [found["kind"] for found in render(database)] == ["Service", "EndpointSlice"]
        assert (pulumi.get_project(), pulumi.get_stack()) == ("outer", "around")
        later = Bucket("later", 4)
        return pulumi.Output.all(bucket.id, later.id).apply(seen.extend)

    program()
    assert seen == ["pending-id", "later-id"]
    assert sorted(outer.names) == ["later", "pending"]


def test_a_failing_program_leaves_outer_mocks_as_they_were(outer: Outer) -> None:
    @pulumi.runtime.test
    def program() -> pulumi.Output[str]:
        bucket = Bucket("pending", 3)
        with pytest.raises(ValidationError):
            render(lambda: ExternalService("db", {}))
        return bucket.id

    program()
    assert outer.names == ["pending"]


def test_configuration_is_the_callers_and_changes_of_it_are_forgotten() -> None:
    before = dict(config.CONFIG.get())
    seen: list[str | None] = []

    def program() -> None:
        seen.append(pulumi.Config("shop").get("zone"))
        pulumi.runtime.set_config("shop:zone", "inside")
        pulumi.runtime.set_config("shop:new", "inside")
        seen.append(pulumi.Config("shop").get("zone"))

    pulumi.runtime.set_all_config({**before, "shop:zone": "outside"})
    try:
        render(program)
        assert seen == ["outside", "inside"]
        assert pulumi.Config("shop").get("zone") == "outside"
        assert pulumi.Config("shop").get("new") is None
    finally:
        pulumi.runtime.set_all_config(before)


def test_resources_of_other_providers_are_ignored_and_usable() -> None:
    def program() -> None:
        bucket = Bucket("files", 3)
        config_map("a", bucket=bucket.id, size=bucket.size.apply(str))

    assert render(program) == [manifest("a", bucket="files-id", size="3.0")]


def test_an_object_without_a_name_gets_one_and_others_see_it() -> None:
    def program() -> None:
        unnamed = core.v1.ConfigMap("Settings", data={"key": "value"})
        config_map("b", of=unnamed.metadata.name, at=unnamed.id)

    first, second = render(program)
    assert first["metadata"] == {"name": "settings-00000000", "namespace": "default"}
    assert second["data"] == {"of": "settings-00000000", "at": "default/settings-00000000"}


def test_cluster_scoped_kinds_get_no_namespace() -> None:
    def program() -> None:
        core.v1.Namespace("a", metadata={"name": "a"})
        rbac.v1.ClusterRole("b", metadata={"name": "b"})
        storage.v1.StorageClass("c", metadata={"name": "c"}, provisioner="example.com/disk")
        rbac.v1.Role("d", metadata={"name": "d"})

    # Older SDKs register what has aliases of its own, as a ClusterRole has, after what has none.
    found = sorted((made["metadata"] for made in render(program)), key=itemgetter("name"))
    assert found == [
        {"name": "a"},
        {"name": "b"},
        {"name": "c"},
        {"name": "d", "namespace": "default"},
    ]


def test_services_come_back_with_the_defaults_of_the_api_server() -> None:
    seen: list[Any] = []

    def program() -> None:
        service = SelectorService("web", {"selector": {"app": "web"}, "ports": [{"port": 80}]})
        service.cluster_ip.apply(seen.append)
        service.service.spec.apply(lambda spec: seen.append(spec.session_affinity))

    render(program)
    assert sorted(seen) == ["10.96.0.1", "None"]


def test_an_invoke_answers_with_its_arguments() -> None:
    seen: list[Any] = []

    def program() -> None:
        seen.append(pulumi.runtime.invoke("cloud:index:lookup", {"name": "db"}).value)

    render(program)
    assert seen == [{"name": "db"}]


def test_there_is_no_engine() -> None:
    seen: list[object] = []
    render(lambda: seen.append(_engine.monitor()))
    assert seen == [None]


def test_nothing_warns_even_where_warnings_are_errors() -> None:
    program = (
        "import gc\n"
        "from components import ExternalService\n"
        "from components.testing import render\n"
        "args = {'addresses': ['192.0.2.10'], 'ports': [{'port': 5432}]}\n"
        "for preview in (False, True):\n"
        "    assert len(render(lambda: ExternalService('db', args), preview=preview)) == 2\n"
        "try:\n"
        "    render(lambda: ExternalService('db', {}))\n"
        "except Exception as error:\n"
        "    print(type(error).__name__)\n"
        "gc.collect()\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ValidationError\n", "")


class Clouds(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return "i-1", {**args.inputs, "privateIp": "192.0.2.77"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[Any]]:
        return {"answered": args.token}, []


def test_mocks_of_the_caller_answer_for_what_is_not_kubernetes() -> None:
    answers: list[Any] = []

    def program() -> None:
        machine = pulumi.CustomResource("acme:index:Machine", "m", {"privateIp": None})
        machine.id.apply(answers.append)
        answers.append(pulumi.runtime.invoke("acme:index:lookUp", {}).value)
        core.v1.ConfigMap("config", metadata={"name": "config"})

    manifests = render(program, mocks=Clouds())

    assert [one["kind"] for one in manifests] == ["ConfigMap"]
    assert sorted(map(str, answers)) == ["i-1", "{'answered': 'acme:index:lookUp'}"]
