"""Examples at the end of a command's help."""

import argparse


def show_examples(parser: argparse.ArgumentParser, text: str) -> None:
    """Add examples below the help of a command.

    Args:
        parser: The command's parser.
        text: The examples, in which `%(prog)s` is replaced with the command.
    """
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = text.replace("%(prog)s", parser.prog)
