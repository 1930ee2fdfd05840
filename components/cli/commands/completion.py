"""`completion`: a script that lets a shell complete commands and options."""

import argparse

from ..examples import show_examples

_SCRIPTS = {
    "bash": """\
_k8s_endpoints() {
  local IFS=$'\\n'
  COMPREPLY=($(k8s-endpoints completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _k8s_endpoints k8s-endpoints
""",
    "zsh": """\
#compdef k8s-endpoints
_k8s_endpoints() {
  local -a found
  found=("${(@f)$(k8s-endpoints completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -- $found; else _files; fi
}
compdef _k8s_endpoints k8s-endpoints
""",
    "fish": """\
complete -c k8s-endpoints -a \
'(k8s-endpoints completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
""",
}

EXAMPLES = """\
examples:
  source <(%(prog)s bash)               in ~/.bashrc; the same for zsh
  %(prog)s fish > ~/.config/fish/completions/k8s-endpoints.fish

kubectl completes its plugin by itself.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    show_examples(parser, EXAMPLES)
    parser.add_argument("shell", choices=[*_SCRIPTS, "words"], metavar="bash|zsh|fish")
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Print the script, or the candidates that the script requests."""
    from ..completion import candidates  # noqa: PLC0415 - it reads this command's arguments, too

    if options.shell == "words":
        for one in candidates(options.words):
            print(one)
    else:
        print(_SCRIPTS[options.shell], end="")
    return 0
