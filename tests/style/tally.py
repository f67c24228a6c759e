"""tally [--skip=REASON] LOG... - sum up the runs whose testlog.json files these are.

The last line is "N passed, N failed, N skipped". A TAP check counts one, and so
does a test without TAP, a test that was skipped as a whole, and a test that
ended badly although no check of it failed. A log that is missing is a failure:
its tests did not run. --skip counts a run that cannot be done here. Before that line
stand the reasons of what was skipped, and what failed with the first of what its check
told of it. Exit status 1 when anything failed, or when nothing ran at all.
"""

import json
import re
import sys

CHECK = re.compile(r'(not )?ok\b\s*\d*(.*)')
SKIP = re.compile(r'#\s*SKIP\S*\s*(.*)', re.I)
PLAN = re.compile(r'1\.\.(\d+)\s*(#.*)?$')
GOOD = ('OK', 'SKIP', 'EXPECTEDFAIL')
DETAILS = 6     # lines of a failed check that are told again
WIDTH = 200


def with_details(text, following):
    """TEXT, and what the comments right after a check say, harmless to a terminal."""
    lines = []
    for line in following:
        if not line.startswith('#') or len(lines) == DETAILS:
            break
        lines.append('\n    ' + ascii(line[1:].strip()[:WIDTH])[1:-1])
    return text + ''.join(lines)


def count(run):
    """[passed], [failed], [skipped] of one run of a test: a text for each."""
    passed, failed, skipped = [], [], []
    is_tap = False
    lines = (run.get('stdout') or '').splitlines()
    for i, line in enumerate(lines):
        plan = PLAN.match(line)
        check = CHECK.match(line)
        if plan:
            is_tap = True
            skip = SKIP.search(plan.group(2) or '')
            if plan.group(1) == '0' and skip:
                skipped.append(skip.group(1))
        elif check:
            is_tap = True
            skip = SKIP.search(check.group(2))
            if check.group(1):
                failed.append(with_details(check.group(2).strip(' -'), lines[i + 1:]))
            elif skip:
                skipped.append(skip.group(1))
            else:
                passed.append('')
    if run['result'] not in GOOD and not failed:
        status = run.get('returncode')
        failed.append(run['result'] + (f', exit status {status}' if status else ''))
    if not is_tap and run['result'] == 'SKIP':
        skipped.append('it says no reason')
    elif not is_tap and run['result'] in GOOD:
        passed.append('')
    return passed, failed, skipped


def read_log(log):
    """The runs that LOG tells of."""
    try:
        with open(log, encoding='utf-8', errors='replace') as f:
            return [json.loads(line) for line in f if line.strip()]
    except OSError:
        return [{'name': log, 'result': 'the tests did not run'}]


def main(args):
    totals = [0, 0, 0]
    for arg in args:
        if arg.startswith('--skip='):
            print('skipped: ' + arg[len('--skip='):])
            totals[2] += 1
            continue
        for run in read_log(arg):
            name = run['name'].split(' / ')[-1]
            results = count(run)
            for what, texts in (('skipped', results[2]), ('FAILED', results[1])):
                for text in sorted(set(texts)):
                    print(f'{what}: {name}: {text}')
            totals = [t + len(r) for t, r in zip(totals, results)]
    print('{} passed, {} failed, {} skipped'.format(*totals))
    return 1 if totals[1] or not sum(totals) else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
