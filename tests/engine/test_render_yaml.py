"""Components rendered to YAML by the real engine and the provider, without a cluster."""

from collections.abc import Callable

import yaml

from testbed.stack import Stack

PROGRAM = """
    from components import ExternalService

    ExternalService("orders-db", {{
        "addresses": {addresses},
        "ports": [{{"name": "postgres", "port": 5432}}],
    }})
"""


def test_rendered_yaml_has_no_metadata_of_pulumi(rendered: Callable[..., Stack]) -> None:
    stack = rendered().write(PROGRAM.format(addresses=["192.0.2.10"]))

    assert stack.up() == {"created": 4}

    files = sorted((stack.folder / "yaml").glob("*/*.yaml"))
    assert [file.name for file in files] == [
        "discovery.k8s.io_v1-endpointslice-default-orders-db-ipv4.yaml",
        "v1-service-default-orders-db.yaml",
    ]
    manifests = [yaml.safe_load(file.read_text()) for file in files]
    assert manifests[0]["metadata"] == {
        "labels": {
            "endpointslice.kubernetes.io/managed-by": "k8s-endpoints.pulumi",
            "kubernetes.io/service-name": "orders-db",
        },
        "name": "orders-db-ipv4",
    }
    assert manifests[1]["metadata"] == {"name": "orders-db"}


def test_bad_input_is_an_error_without_a_traceback(rendered: Callable[..., Stack]) -> None:
    stack = rendered().write(PROGRAM.format(addresses=["127.0.0.1", "nonsense"]))

    done = stack.run("up", "--yes", "--skip-preview")

    assert done.returncode != 0
    assert 'ExternalService "orders-db": 2 errors' in done.stdout
    assert 'addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback' in done.stdout
    assert 'addresses[1]: Invalid value: "nonsense": must be a valid IP address' in done.stdout
    assert "Traceback" not in done.stdout
    assert "k8s-endpoints:index:ExternalService" not in stack.run("stack", "export").stdout


def test_a_value_that_arrives_late_is_checked_before_the_request(
    rendered: Callable[..., Stack],
) -> None:
    stack = rendered().write("""
        import pulumi
        from components import ExternalService

        late = pulumi.Output.secret("127.0.0.9")
        ExternalService("orders-db", {
            "addresses": [late],
            "ports": [{"name": "postgres", "port": 5432}],
        })
    """)

    done = stack.run("up", "--yes", "--skip-preview")

    assert done.returncode != 0
    assert 'ExternalService "orders-db": addresses[0]: Invalid value: [secret]' in done.stdout
    assert "127.0.0.9" not in done.stdout
    assert "Traceback" not in done.stdout
    assert not list((stack.folder / "yaml").glob("*/*endpointslice*"))


def test_a_secret_stays_secret_in_the_state(rendered: Callable[..., Stack]) -> None:
    stack = rendered().write("""
        import pulumi
        from components import ExternalService

        service = ExternalService("orders-db", {
            "addresses": [pulumi.Output.secret("192.0.2.77")],
            "ports": [{"name": "postgres", "port": 5432}],
        })
        pulumi.export("endpoints", service.endpoints)
    """)

    stack.up()

    assert "192.0.2.77" not in stack.run("stack", "export").stdout
    assert "192.0.2.77" in stack.run("stack", "export", "--show-secrets").stdout


def test_a_provider_of_the_helper_renders_what_the_default_one_does(
    rendered: Callable[..., Stack],
) -> None:
    stack = rendered()
    services = {"orders-db": {"addresses": ["192.0.2.10"], "ports": [{"port": 5432}]}}
    stack.write(f"""
        import pulumi
        from components import ExternalServiceSet, provider

        made = provider("yaml", render_directory="{stack.folder}/ours", namespace="shop")
        services = {services}
        for opts in (None, pulumi.ResourceOptions(provider=made)):
            name = "ours" if opts else "default"
            ExternalServiceSet(name, {{"services": services}}, opts)
    """)

    assert stack.up() == {"created": 8}

    ours, default = (
        {
            file.name.replace("-shop-", "-default-"): yaml.safe_load(file.read_text())
            for file in (stack.folder / folder).glob("*/*.yaml")
        }
        for folder in ("ours", "yaml")
    )
    assert len(ours) == 2
    for manifest in ours.values():
        assert manifest["metadata"].pop("namespace") == "shop"
    assert ours == default
