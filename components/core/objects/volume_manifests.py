"""The volumes of Pods."""

from collections.abc import Sequence

from ..metadata import Manifest
from ..pod_arguments import EmptyDirArgs, ProjectedArgs, VolumeArgs
from .rendering import Rendering

__all__ = ["put_volumes"]


def put_volumes(made: Rendering, field: str, volumes: Sequence[VolumeArgs]) -> None:
    """Render the volumes of the Pod at `field`, and note their origins."""
    if not volumes:
        return
    made.put(f"{field}.volumes", [_volume(volume) for volume in volumes])
    for index, volume in enumerate(volumes):
        at, origin = f"{field}.volumes[{index}]", f"volumes[{index}]"
        made.note(at, origin)
        made.note(f"{at}.configMap.name", f"{origin}.config_map")
        made.note(f"{at}.secret.secretName", f"{origin}.secret")
        made.note(f"{at}.persistentVolumeClaim.claimName", f"{origin}.claim")
        for number in range(len(volume.projected or ())):
            source, argument = f"{at}.projected.sources[{number}]", f"{origin}.projected[{number}]"
            made.note(source, argument)
            made.note(f"{source}.configMap.name", f"{argument}.config_map")
            made.note(f"{source}.secret.name", f"{argument}.secret")


def _volume(volume: VolumeArgs) -> Manifest:
    return {"name": volume.name, **_source(volume)}


def _source(volume: VolumeArgs) -> Manifest:
    if volume.config_map is not None:
        return {"configMap": {"name": volume.config_map}}
    if volume.secret is not None:
        return {"secret": {"secretName": volume.secret}}
    if volume.claim is not None:
        return {"persistentVolumeClaim": {"claimName": volume.claim}}
    if volume.projected is not None:
        return {"projected": {"sources": [_projected(one) for one in volume.projected]}}
    return {"emptyDir": _empty_dir(volume.empty_dir or EmptyDirArgs())}


def _empty_dir(given: EmptyDirArgs) -> Manifest:
    made: Manifest = {"medium": "Memory"} if given.in_memory else {}
    if given.size_limit is not None:
        made["sizeLimit"] = given.size_limit
    return made


def _projected(given: ProjectedArgs) -> Manifest:
    if given.secret is not None:
        return {"secret": {"name": given.secret}}
    if given.config_map is not None:
        return {"configMap": {"name": given.config_map}}
    made: Manifest = {}
    token = given.service_account_token
    if token is not None:
        made["path"] = token.path
        if token.audience is not None:
            made["audience"] = token.audience
        if token.expiration_seconds is not None:
            made["expirationSeconds"] = token.expiration_seconds
    return {"serviceAccountToken": made}
