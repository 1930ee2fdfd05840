"""Where backends come from: clouds, DNS, files. Outside the core, each its own module."""
