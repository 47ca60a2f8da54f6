"""``python -m kgpaths`` is the command `kgpaths`."""

from kgpaths.cli import main

main()
