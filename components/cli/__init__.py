"""Commands over manifests and programs: `python -m components <command>`.

Nothing here imports Pulumi unless a command needs it.
"""
