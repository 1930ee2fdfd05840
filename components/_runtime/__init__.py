"""The base of all components: arguments, drafts, children, guards, hooks, lazy outputs."""
