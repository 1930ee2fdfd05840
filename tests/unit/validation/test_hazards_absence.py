"""What a set does not show may be there: Services, endpoints, variables of Pods."""

from typing import Any

import pytest

from components.validation.hazards import hazards
from components.validation.object_set import Surroundings
from tests.unit.validation.hazard_tables import (
    SKIP_MIRROR,
    Hit,
    Quiet,
    codes,
    deployment,
    eps,
    ids,
    ingress,
    legacy,
    named,
    service,
)

SHOP = "shop"
WEB = service("shop-web", selector={"app": "web"}, namespace=SHOP)
TO_WEP = ingress({"number": 80}, to="shop-wep", namespace=SHOP)
BACKEND = "spec.rules[0].http.paths[0].backend.service.name"
FILLERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a HelmRelease": ("HelmRelease", "helm.toolkit.fluxcd.io/v2", {"targetNamespace": SHOP}),
    "a Kustomization of Flux": (
        "Kustomization",
        "kustomize.toolkit.fluxcd.io/v1",
        {"targetNamespace": SHOP},
    ),
    "a HelmChart of k3s": ("HelmChart", "helm.cattle.io/v1", {"targetNamespace": SHOP}),
    "an Application": (
        "Application",
        "argoproj.io/v1alpha1",
        {"destination": {"namespace": SHOP}},
    ),
    "an ApplicationSet": (
        "ApplicationSet",
        "argoproj.io/v1alpha1",
        {"template": {"spec": {"destination": {"namespace": SHOP}}}},
    ),
}


def filler(why: str, namespace: str = "flux-system") -> dict[str, Any]:
    kind, version, spec = FILLERS[why]
    return {**named(kind, version, "x", namespace), "spec": spec}


ELSEWHERE = {
    **named("Application", "argoproj.io/v1alpha1", "x", "argocd"),
    "spec": {"destination": {"namespace": "other"}},
}

REDIS = service("redis", selector={"app": "redis"})
SKIP = {SKIP_MIRROR: "true"}


def reading_redis(*, env_from: bool) -> dict[str, Any]:
    made = deployment({"app": "app"})
    (container,) = made["spec"]["template"]["spec"]["containers"]
    container["env"] = [{"name": "REDIS_HOST", "value": "a"}]
    container["envFrom"] = [{"configMapRef": {"name": "app"}}] if env_from else []
    return made


HITS = [
    Hit("ingress-service-missing", 1, BACKEND, 'but "shop-web"', [WEB, TO_WEP, ELSEWHERE]),
    Hit(
        "endpoints-without-service",
        1,
        "metadata.name",
        "no Service of this name",
        [WEB, legacy(namespace=SHOP), ELSEWHERE],
        ("endpoints-deprecated",),
    ),
    Hit("service-links", 0, "metadata.name", "REDIS_PORT", [REDIS, reading_redis(env_from=False)]),
    Hit(
        "service-without-endpoints",
        0,
        "spec",
        "no EndpointSlice is labelled for it",
        [service(clusterIP="None"), service("b"), eps(of="b")],
    ),
    Hit(
        "endpoints-unmirrored",
        1,
        f"metadata.labels[{SKIP_MIRROR}]",
        "no hand-made slices",
        [service(namespace=SHOP), legacy(namespace=SHOP, labels=SKIP), ELSEWHERE],
        ("endpoints-deprecated",),
    ),
    Hit(
        "endpoints-deprecated",
        1,
        "kind",
        "since Kubernetes 1.33",
        [service("kubernetes", namespace=SHOP), legacy(name="kubernetes", namespace=SHOP)],
    ),
    Hit(
        "ingress-service-missing",
        1,
        BACKEND,
        'but "app-v1"',
        [service("app-v1", selector={"app": "web"}), ingress({"number": 80}, to="apq-v1")],
    ),
]
QUIET = [
    *[Quiet(f"{why} fills the namespace", [WEB, TO_WEP, filler(why)]) for why in FILLERS],
    Quiet(
        "a chart may hold the Service of a slice",
        [WEB, eps(namespace=SHOP), filler("a HelmRelease")],
    ),
    Quiet(
        "a chart may hold the Service of Endpoints",
        [WEB, legacy(namespace=SHOP), filler("a HelmRelease")],
        ("endpoints-deprecated",),
    ),
    Quiet("envFrom may set the port", [REDIS, reading_redis(env_from=True)]),
    Quiet(
        "a headless Service without ports holds what Patroni keeps in its annotations",
        [service(clusterIP="None", ports=[]), service("b"), eps(of="b")],
    ),
    Quiet(
        "an operator may make the slices",
        [service(namespace=SHOP), legacy(namespace=SHOP, labels=SKIP), filler("a HelmRelease")],
        ("endpoints-deprecated",),
    ),
    Quiet(
        "kube-apiserver writes these Endpoints",
        [service("kubernetes"), legacy(name="kubernetes", labels=SKIP)],
    ),
    Quiet(
        "kube-apiserver writes these slices",
        [service("web", selector={"app": "web"}), eps(of="kubernetes")],
    ),
    Quiet(
        "a name of another version",
        [service("app-v1", selector={"app": "web"}), ingress({"number": 80}, to="app-v2")],
    ),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()


@pytest.mark.parametrize(
    ("filled", "expected"),
    [([], {"ingress-service-missing"}), (["other"], {"ingress-service-missing"}), ([SHOP], set())],
)
def test_namespaces_that_others_fill_are_given(filled: list[str], expected: set[str]) -> None:
    assert codes(hazards([WEB, TO_WEP], Surroundings(filled=filled))) == expected


def test_the_namespace_of_unnamed_objects_is_filled() -> None:
    manifests = [
        service("shop-web", selector={"app": "web"}),
        ingress({"number": 80}, to="shop-wep"),
    ]
    assert codes(hazards(manifests)) == {"ingress-service-missing"}
    assert codes(hazards(manifests, Surroundings(filled=[""]))) == set()
