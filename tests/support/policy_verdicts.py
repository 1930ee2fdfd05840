"""What NetworkPolicies allow, by the evaluator of kube-network-policies."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from tools.install import ensure
from tools.parts import POLICY_VERDICTS


def ask(questions: Sequence[dict[str, Any]]) -> list[list[bool]]:
    """Return which connections of each question the evaluator allows."""
    program = ensure((POLICY_VERDICTS,))[POLICY_VERDICTS.name]
    lines = "".join(f"{json.dumps(question)}\n" for question in questions)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
