"""Examples at the end of a command's help."""

import argparse


def show_examples(parser: argparse.ArgumentParser, text: str) -> None:
    """Put examples below the help of a command.

    Args:
        parser: The command's.
        text: The examples, in which `%(prog)s` stands for the command.
    """
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = text.replace("%(prog)s", parser.prog)
