"""What a test leaves in the SDK's loop ends with the test, and nothing else does."""

import asyncio

import pytest
from pulumi.runtime import settings

from tests.support.loops import abandon


@pytest.mark.usefixtures("sdk_loop")
def test_what_waits_in_another_loop_is_left_alone() -> None:
    ours, other = asyncio.new_event_loop(), asyncio.new_event_loop()
    waiting, foreign = ours.create_future(), other.create_future()
    outputs = settings.SETTINGS.outputs
    add = outputs.add if isinstance(outputs, set) else outputs.append  # the oldest SDK's queue
    add(foreign)
    add(waiting)
    abandon(ours)
    assert waiting.cancelled()
    assert not foreign.done()
    assert not settings.SETTINGS.outputs
    ours.close()
    other.close()
