"""check_rules TOP - hold every file below TOP to every rule."""

import sys

from rules import RULES
from source import walk
from tap import Tap


def main():
    tap = Tap()
    sources = walk(sys.argv[1])
    tap.check(any(s.path == 'engine/base/mem.c' for s in sources), 'the sources are found')
    for what, rule in RULES.values():
        offences = [f'{s.path}:{line}: {why}' for s in sources for line, why in rule(s)]
        tap.check(not offences, what, offences)
    return tap.done()


sys.exit(main())
