"""The verdicts of real API servers, recorded: of every version that can be built."""

import pytest

from components.core.versions import NEWEST
from components.validation import RULES
from testbed.agreement.recorded import FOLDER, Recording, hash_of_cases
from testbed.agreement.report import Tally
from tools.parts import API_SERVERS

PATHS = 0.99


@pytest.mark.parametrize("version", API_SERVERS)
def test_validation_agrees_with_a_recorded_server(version: str) -> None:
    recording = Recording.read(version)
    assert recording.cases == hash_of_cases(), "the generator has changed: `make recordings`"
    assert recording.server == f"v{API_SERVERS[version].version}"
    tally = Tally(RULES)

    tally.add(recording.compared())

    assert not tally.wrong, tally.disagreements()
    assert tally.path_agreement >= PATHS, tally.disagreements()


def test_the_newest_version_is_recorded() -> None:
    assert NEWEST in API_SERVERS
    assert len(list(FOLDER.iterdir())) == len(API_SERVERS)
