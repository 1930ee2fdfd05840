"""The real parts, as tests and benchmarks use them: control planes, stacks, a data plane."""
