"""Annotations of the user and of the component together fit into an object."""

from collections.abc import Callable
from typing import Any

import pytest

from components import (
    ExternalNameService,
    ExternalService,
    ExternalServiceSet,
    MigratingService,
    SelectorService,
    ValidationError,
)
from components.core.metadata import MAX_FIELD_MANAGER, MODE_ANNOTATION
from components.core.objects.manifest_metadata import LARGEST_ANNOTATIONS, annotation_bytes

LIMIT = 262_144
LEFT = LIMIT - annotation_bytes(LARGEST_ANNOTATIONS)
EXTERNAL: dict[str, Any] = {
    "addresses": ["192.0.2.10", "2001:db8::1"],
    "ports": [{"port": 80}],
    "endpoint_api": "Both",
}

DECLARE: dict[str, Callable[[dict[str, str]], object]] = {
    "ExternalService": lambda given: ExternalService("db", {**EXTERNAL, "annotations": given}),
    "ExternalServiceSet": lambda given: ExternalServiceSet(
        "all", {"services": {"db": {**EXTERNAL, "annotations": given}}}
    ),
    "SelectorService": lambda given: SelectorService(
        "db", {"selector": {"app": "a"}, "ports": [{"port": 80}], "annotations": given}
    ),
    "MigratingService": lambda given: MigratingService(
        "db",
        {
            "phase": "ShareDraining",
            "selector": {"app": "a"},
            "addresses": ["192.0.2.10"],
            "ports": [{"port": 80}],
            "annotations": given,
        },  # type: ignore[arg-type]
    ),
    "ExternalNameService": lambda given: ExternalNameService(
        "db", {"external_name": "db.example.com", "annotations": given}
    ),
}


@pytest.fixture(autouse=True)
def long_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a stack name that makes the longest field manager."""
    monkeypatch.setattr("pulumi.get_project", lambda: "p" * (MAX_FIELD_MANAGER - 16))
    monkeypatch.setattr("pulumi.get_stack", lambda: "s")


@pytest.mark.parametrize("key", ["a", "pulumi.com/patchForce", "pulumi.com/skipAwait"])
@pytest.mark.parametrize("declare", DECLARE.values(), ids=DECLARE)
def test_annotations_fit_up_to_the_last_byte(
    recorder: Any, declare: Callable[[dict[str, str]], object], key: str
) -> None:
    """`pulumi.com/` annotations go to slices and Endpoints too."""
    free = LEFT - len(key)
    if key in LARGEST_ANNOTATIONS:
        free += len(key) + len(LARGEST_ANNOTATIONS[key])
    made = recorder(lambda: declare({key: "x" * free}))
    written = [part["metadata"]["annotations"] for part in made]
    assert all(annotation_bytes(annotations) <= LIMIT for annotations in written)
    assert all(
        annotations.keys() <= {key, MODE_ANNOTATION, *LARGEST_ANNOTATIONS}
        for annotations in written
    )
    assert max(map(annotation_bytes, written)) > LIMIT - 100, "little of the budget is wasted"
    with pytest.raises(ValidationError, match=rf"may not be more than {free + len(key)} bytes"):
        recorder(lambda: declare({key: "x" * (free + 1)}))


def test_the_limit_of_the_api_server_alone_is_refused(recorder: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        recorder(lambda: DECLARE["ExternalService"]({"a": "x" * (LIMIT - 1)}))
    assert str(caught.value) == (
        f'ExternalService "db": annotations: Too long: may not be more than {LEFT} bytes'
        f" (an object may have {LIMIT}, the component needs up to {LIMIT - LEFT} of them)"
    )
