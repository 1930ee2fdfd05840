"""What components stand on: arguments, drafts, children, guards, hooks, lazy outputs."""
