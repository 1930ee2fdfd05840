"""The golden vectors: verdicts of the API server's own functions, before 1.36 and since."""

import json

import pytest

from components.validation import validate
from testbed.agreement import golden
from testbed.agreement.server import Object

_ALL = [
    *((vector, True, False) for vector in golden.VECTORS_1_36_REFUSES),
    *((vector, False, True) for vector in golden.VECTORS_1_35_REFUSES),
    *((vector, True, True) for vector in golden.VECTORS_ACCEPTED),
    *((vector, False, False) for vector in golden.VECTORS_REFUSED),
    *((vector, False, False) for vector in golden.VECTORS_OVER_REFUSED),
    *((vector, False, False) for vector in golden.OF_NO_KIND),
]


def _accepts(manifest: Object, version: str | None) -> bool:
    return not any(
        one.severity == "error" for one in validate(manifest, kubernetes_version=version)
    )


@pytest.mark.parametrize(("manifest", "before", "since"), _ALL, ids=json.dumps)
def test_verdicts_are_those_of_the_golden_vectors(
    manifest: Object, before: bool, since: bool
) -> None:
    assert _accepts(manifest, "1.35") == before
    assert _accepts(manifest, "1.36") == since
    assert _accepts(manifest, None) == (before and since)
