"""test_bundled SYSREEL CAPTURE - the capture that comes with the program tells the story."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'style'))

from tap import Tap  # noqa: E402
from witness import Witness  # noqa: E402

BYTES_MAX = 1 << 20


def main():
    sysreel, path = sys.argv[1:3]
    tap = Tap()
    size = os.path.getsize(path)
    tap.check(size < BYTES_MAX, f'{size} bytes, less than {BYTES_MAX}')
    Witness(tap, sysreel, path).check_all()
    return tap.done()


sys.exit(main())
