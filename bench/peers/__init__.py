"""Other tools with the same objects. The programs here run in separate interpreters."""
