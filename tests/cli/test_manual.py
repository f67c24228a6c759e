"""The manual page is one, without a fault, and has all that the program's tables have.

    test_manual.py SYSREEL
"""

import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402


def said(*words, text=None):
    return subprocess.run(words, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, encoding='utf-8', check=False)


def names(sysreel, *words):
    """The names in a list: they stand at its second column."""
    return re.findall(r'^  (\S+)', said(sysreel, 'list', *words).stdout, re.M)


def options(sysreel, command):
    return re.findall(r'(?:^| )(--?[A-Za-z][-\w]*)',
                      '\n'.join(re.findall(r'^  (?:-\w|  --\w).{0,20}',
                                           said(sysreel, command, '--help').stdout, re.M)))


def commands(sysreel):
    listed = said(sysreel, '--help').stdout.split('Commands:')[1]
    return re.findall(r'^  ([a-z]+) ', listed, re.M)


def plain(page):
    """The words of PAGE, near enough, where nothing can format it."""
    signs = {'(aq': "'", '(dq': '"', '(ha': '^', '(rs': '\\', '(ti': '~', '-': '-', '&': ''}
    return re.sub(r'\\(f[BIRP]|\(..|[-&])', lambda m: signs.get(m.group(1), ''), page)


def main():
    tap, sysreel = Tap(), sys.argv[1]
    page = said(sysreel, 'manual').stdout
    if shutil.which('groff'):
        got = said('groff', '-man', '-Tutf8', '-ww', '-z', '-rF0', text=page)
        tap.check(got.returncode == 0 and not got.stdout, 'groff has nothing to say', got.stdout)
        shown = said('groff', '-man', '-Tascii', '-P-cbou', '-rHY=0', '-rLL=200n',
                     text='.nh\n' + page).stdout
    else:
        tap.skip('groff is not installed')
        shown = plain(page)
    if shutil.which('mandoc'):
        got = said('mandoc', '-T', 'lint', text=page).stdout
        rest = [line for line in got.splitlines() if 'missing date' not in line]
        tap.check(not rest, 'mandoc has nothing to say but that it has no date', '\n'.join(rest))
    else:
        tap.skip('mandoc is not installed')
    if shutil.which('man'):
        got = said('man', '--warnings=w', '-l', '-', text=page)
        tap.check(got.returncode == 0 and 'SYSREEL(1)' in got.stdout and
                  'warning' not in got.stdout, 'man shows it', got.stdout[:400])
    else:
        tap.skip('man is not installed')
    every = commands(sysreel)
    tap.check(len(every) > 5, f'the commands are known: {every}')
    for command in every:
        missing = [o for o in options(sysreel, command)
                   if not re.search(rf'(?<![-\w]){re.escape(o)}(?![-\w])', shown)]
        tap.check(f'sysreel {command}' in shown and not missing,
                  f'it has {command} and all of its options', missing)
    for what in ('fields', 'operators', 'views'):
        found = names(sysreel, what)
        missing = [n for n in found if n not in shown]
        tap.check(len(found) > 10 and not missing, f'it has all {what}', missing)
    for key in ('F8 a', 'F12 s', 'Shift-Left Shift-Right', '^Z'):
        tap.check(key in shown, f'it has the key {key}')
    return tap.done()


sys.exit(main())
