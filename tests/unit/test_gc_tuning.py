"""The garbage collector runs less often, and with the user's settings again afterwards."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from components._runtime.gc_tuning import paused
from components.testing import render


@pytest.fixture(autouse=True)
def enabled() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_collection_pauses_while_a_program_is_rendered() -> None:
    seen: list[bool] = []
    render(lambda: seen.append(gc.isenabled()))
    assert (seen, gc.isenabled()) == ([False], True)


def test_collection_resumes_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        render(lambda: 1 // 0)
    assert gc.isenabled()


def test_collection_pauses_until_the_last_program_ends() -> None:
    first, second = paused(), paused()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_collection_turned_off_by_the_user_stays_off() -> None:
    gc.disable()
    with paused():
        pass
    assert not gc.isenabled()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((700, 10, 10), (50_000, 10, 10)),
        ((100_000, 5, 5), (100_000, 5, 5)),
        ((0, 10, 10), (0, 10, 10)),
    ],
    ids=["the default", "rarer already", "off"],
)
def test_a_real_run_is_tuned_once(
    before: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    program = (
        "import gc\n"
        "from components._runtime.gc_tuning import tune\n"
        f"gc.set_threshold(*{before})\n"
        "tune()\n"
        "frozen = gc.get_freeze_count()\n"
        "more = [[] for _ in range(1000)]\n"
        "tune()\n"
        f"assert gc.get_threshold() == {after}, gc.get_threshold()\n"
        "assert frozen > 0\n"
        "assert gc.get_freeze_count() <= frozen\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
