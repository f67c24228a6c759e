"""check_scripts TOP - what shellcheck says of our shell scripts."""

import os
import shutil
import subprocess
import sys

from source import walk
from tap import Tap


def shellcheck(path=None, text=None):
    """What it says of the file PATH, or of TEXT: '' is nothing."""
    done = subprocess.run(['shellcheck', '-f', 'gcc', path or '-'], input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout


def main():
    top = sys.argv[1]
    tap = Tap()
    if not shutil.which('shellcheck'):
        print('1..0 # SKIP shellcheck is not installed')
        return 0
    tap.check(shellcheck(text='#!/bin/sh\nrm $1\n'), 'an unquoted variable is refused')
    scripts = [s.path for s in walk(top) if s.text.startswith('#!') and 'sh' in s.lines[0]]
    tap.check('run' in scripts, 'the scripts are found')
    for path in scripts:
        words = shellcheck(os.path.join(top, path))
        tap.check(not words, f'{path} is clean', words.splitlines())
    return tap.done()


sys.exit(main())
