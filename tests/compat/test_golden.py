"""test_golden SYSREEL DEMO [--bless] - the demo capture is shown as it always was.

demo.lines is what "print" shows of it, demo.info.json what "info --json" tells.
After a change that is meant to show, --bless writes both again; from a build
folder: python3 ../tests/compat/test_golden.py ./sysreel tests/tools/demo.scap --bless
"""

import difflib
import json
import os
import sys

from programs import Tap, lines_of, run

HERE = os.path.dirname(os.path.abspath(__file__))
SHOWN = 20                      # lines of the difference


def print_lines(sysreel, demo):
    return run([sysreel, 'print', '-r', demo])


def info_lines(sysreel, demo):
    lines, said, status = run([sysreel, 'info', '--json', demo])
    told = json.loads('\n'.join(lines) or 'null')
    if told:
        told['files'][0]['name'] = told['sections'][0]['file'] = os.path.basename(demo)
    return json.dumps(told, indent=1).split('\n'), said, status


GOLDEN = {'demo.lines': print_lines, 'demo.info.json': info_lines}


def check(tap, name, lines):
    path = os.path.join(HERE, name)
    with open(path, 'rb') as f:
        golden = lines_of(f.read())
    diff = list(difflib.unified_diff(golden, lines, name, 'now', lineterm='', n=0))
    tap.check(golden == lines, f'{name}: {len(golden)} lines', diff[:SHOWN])


def main():
    sysreel, demo = sys.argv[1:3]
    tap = Tap()
    for name, make in GOLDEN.items():
        lines, said, status = make(sysreel, demo)
        tap.check(status == 0 and not said, f'{name}: sysreel is content', [said])
        if '--bless' in sys.argv[3:]:
            with open(os.path.join(HERE, name), 'wb') as f:
                f.write('\n'.join(lines + ['']).encode('latin-1'))
        check(tap, name, lines)
    return tap.done()


sys.exit(main())
