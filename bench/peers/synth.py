"""Rendered by cdk8s in Python."""

import sys

import cdk8s
from objects import objects


def main() -> None:
    app = cdk8s.App(outdir="dist")
    chart = cdk8s.Chart(app, "bench")
    for one in objects(int(sys.argv[1])):
        made = cdk8s.ApiObject(
            chart,
            one["kind"] + one["metadata"]["name"],
            api_version=one["apiVersion"],
            kind=one["kind"],
            metadata=one["metadata"],
        )
        for key in one.keys() - {"apiVersion", "kind", "metadata"}:
            made.add_json_patch(cdk8s.JsonPatch.add(f"/{key}", one[key]))
    app.synth()


if __name__ == "__main__":
    main()
