"""test_readme TOP SYSREEL CAPTURE [--bless] - the screens in README.md are real.

Between the screen marks each line that begins with "    $ sysreel " is run on the
bundled capture, and what it prints must stand below it, cut to the width of a screen.
With --bless what it prints now is written there.
"""

import os
import shlex
import sys

from programs import Tap, run

BEGIN, END = '<!-- screen: begin -->', '<!-- screen: end -->'
PROMPT = '    $ sysreel '
WIDTH = 96                      # columns of a screen in the README
SHOWN = 12                      # lines of one command's output


def shown(sysreel, capture, words):
    name = os.path.basename(capture)
    args = [capture if w == name else w for w in shlex.split(words)]
    lines, said, status = run([sysreel] + args)
    lines = [('    ' + line.replace(capture, name))[:WIDTH].rstrip() for line in lines]
    return lines[:SHOWN] + (['    ...'] if len(lines) > SHOWN else []), said, status


def split(text):
    """What is before, between and behind the marks, as lines."""
    head, rest = text.split(BEGIN + '\n')
    screens, tail = rest.split(END)
    return head + BEGIN + '\n', screens.split('\n'), END + tail


def goes_on(screens, i):
    """Does line I belong to the output above it? Blank lines do inside of it."""
    if i >= len(screens) or screens[i].startswith(PROMPT):
        return False
    if screens[i].startswith('    '):
        return True
    return not screens[i] and i + 1 < len(screens) and goes_on(screens, i + 1) \
        and screens[i + 1].startswith('    ')


def main():
    top, sysreel, capture = sys.argv[1:4]
    path = os.path.join(top, 'README.md')
    tap = Tap()
    with open(path, encoding='utf-8') as f:
        head, screens, tail = split(f.read())
    out, i, n = [], 0, 0
    while i < len(screens):
        line = screens[i]
        out.append(line)
        i += 1
        if not line.startswith(PROMPT):
            continue
        stands = []
        while goes_on(screens, i):
            stands.append(screens[i])
            i += 1
        lines, said, status = shown(sysreel, capture, line[len(PROMPT):])
        n += 1
        tap.check(status == 0 and not said, f'{line.strip()} is content', [said])
        tap.check(stands == lines or '--bless' in sys.argv, f'{line.strip()} prints this', lines)
        out += lines
    tap.check(n >= 3, f'{n} screens are shown')
    if '--bless' in sys.argv:
        with open(path, 'w', encoding='utf-8') as f:
            f.write(head + '\n'.join(out) + tail)
    return tap.done()


sys.exit(main())
