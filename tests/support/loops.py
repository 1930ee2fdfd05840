"""Event loops that the SDK of Pulumi runs a program in."""

import asyncio
import gc

from pulumi.runtime import settings


def abandon(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what a failed program in this loop still waits for, and collect what has failed.

    Python reports failures that nobody asked for when it collects garbage: now, and not amid
    another test. In the middle of `ast.parse` that even breaks it.
    """
    made = [one for one in settings.SETTINGS.outputs if one.get_loop() is loop]
    left = {*asyncio.all_tasks(loop), *made}
    settings.SETTINGS.outputs.clear()
    settings.SETTINGS.rpc_manager.clear()
    for one in left:
        one.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    del left, made
    gc.collect()
