"""Valid inputs that many tests begin with, and change in one place."""

from typing import Any

EXTERNAL: dict[str, Any] = {"addresses": ["192.0.2.10"], "ports": [{"name": "pg", "port": 5432}]}
"""Arguments of an `ExternalService`."""

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {selector: {app: a}, ports: [{port: 80}]}
"""
WRONG_SERVICE = SERVICE.replace("80", "0")
"""The same with one error."""
