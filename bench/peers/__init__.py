"""Others on the same objects; the programs here are run in interpreters of their own."""
