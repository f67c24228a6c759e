"""test_tally - what one run of a test counts as."""

import contextlib
import io
import sys

from tally import count, main as tally, with_details
from tap import Tap

CASES = [
    ('three checks', 'OK', 'ok 1 - a\nok 2\n# ok 9\nok 3 - b\n1..3\n', (3, 0, 0)),
    ('one of two fails', 'FAIL', 'ok 1 - a\nnot ok 2 - b\n# x.c:3\n1..2\n', (1, 1, 0)),
    ('one of two is skipped', 'OK', 'ok 1 - a\nok 2 # SKIP no root\n1..2\n', (1, 0, 1)),
    ('all is skipped', 'SKIP', '1..0 # SKIP no sysdig\n', (0, 0, 1)),
    ('it crashes after a check', 'FAIL', 'ok 1 - a\n', (1, 1, 0)),
    ('it is silent and crashes', 'ERROR', '', (0, 1, 0)),
    ('it takes too long', 'TIMEOUT', 'ok 1 - a\n', (1, 1, 0)),
    ('no TAP, good', 'OK', 'hello\n', (1, 0, 0)),
    ('no TAP, bad', 'FAIL', 'hello\n', (0, 1, 0)),
    ('no TAP, skipped', 'SKIP', '', (0, 0, 1)),
    ('the plan comes first', 'OK', '1..1\nok 1 - a\n', (1, 0, 0)),
    ('words that only look like checks', 'OK', 'okay\nok 1 - not ok 2\n1..1\n', (1, 0, 0)),
]

RUNS = [
    ([], 1, '0 passed, 0 failed, 0 skipped'),
    (['no/such/log'], 1, '0 passed, 1 failed, 0 skipped'),
    (['--skip=no sanitizers'], 0, '0 passed, 0 failed, 1 skipped'),
]

DETAILS = [
    ('nothing follows', [], 'x'),
    ('what follows at once, harmless', ['# a \x1b[m', '#b', 'ok 2', '# c'],
     'x\n    a \\x1b[m\n    b'),
    ('no more than six lines', ['# a'] * 9, 'x' + '\n    a' * 6),
]


def main():
    tap = Tap()
    for what, result, stdout, want in CASES:
        run = {'name': 'x', 'result': result, 'returncode': 1, 'stdout': stdout}
        got = tuple(len(texts) for texts in count(run))
        tap.check(got == want, what, [f'got {got}, want {want}'])
    for what, following, want in DETAILS:
        got = with_details('x', following)
        tap.check(got == want, what, [repr(got)])
    for args, want_status, want in RUNS:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = tally(args)
        got = out.getvalue().splitlines()[-1]
        tap.check(status == want_status and got == want, f'tally {args}', [got])
    return tap.done()


sys.exit(main())
