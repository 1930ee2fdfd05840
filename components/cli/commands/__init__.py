"""The commands: each module has `configure`, which adds its arguments, and `run`."""
