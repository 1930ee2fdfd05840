"""Rendered by `components.testing.render`."""

import sys

from components import ExternalServiceSet
from components.testing import render


def main() -> None:
    count = int(sys.argv[1])

    def declare() -> None:
        ExternalServiceSet(
            "all",
            {
                "services": {
                    f"svc-{i}": {
                        "namespace": "bench",
                        "addresses": [f"10.{1 + i // 250}.{i % 250}.{n}" for n in range(1, 11)],
                        "ports": [{"name": "http", "port": 80, "target_port": 8080}],
                    }
                    for i in range(count)
                }
            },
        )

    if len(render(declare)) != count * 2:
        raise RuntimeError("not all objects were rendered")


if __name__ == "__main__":
    main()
