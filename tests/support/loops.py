"""Event loops that the SDK of Pulumi runs a program in."""

import asyncio
import gc

from pulumi.runtime import settings


def abandon(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what a failed program still waits for, and collect what has failed.

    Python reports failures that nobody asked for when it collects garbage: now, and not amid
    another test. In the middle of `ast.parse` that even breaks it.
    """
    left = {*asyncio.all_tasks(loop), *settings.SETTINGS.outputs}
    settings.SETTINGS.outputs.clear()
    settings.SETTINGS.rpc_manager.clear()
    for one in left:
        one.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    del left
    gc.collect()
