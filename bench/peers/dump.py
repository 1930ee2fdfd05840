"""The finished manifests, written by PyYAML: the lower bound."""

import sys
from pathlib import Path

import yaml
from objects import objects


def main() -> None:
    count, target = int(sys.argv[1]), Path(sys.argv[2])
    with target.open("w") as sink:
        yaml.dump_all(objects(count), sink, Dumper=yaml.CSafeDumper)


if __name__ == "__main__":
    main()
