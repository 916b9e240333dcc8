"""What the machine can do right now, so that a reader sees whether it changed while the figures were taken."""

import pathlib

from measure import FOLDER, probe, tell

if __name__ == "__main__":
    tell(probe(pathlib.Path(FOLDER)))
