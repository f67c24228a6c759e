"""test_recorded TOP SYSREEL - what sysdig 0.29.3 answered, and what we answer.

compat-cases.tsv, next to the folder of the shared captures, has runs of sysdig:
capture, filter, format, options, and what came of it: exit status, number of lines, the
first half of a hash of the first 200 lines. Each is run again with sysreel. A row that
differs must stand in a table of docs/differences.md, under the heading that
explains it; a row that stands there and agrees makes the test fail as well. Rows are
counted as lines of the file, whose first line is a heading.
"""

import collections
import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import differences
from programs import Tap, capture_folder

LINES = 200                     # that the hash covers
HASH_LEN = 16
TABLE = os.path.join('..', 'reference', 'compat-cases.tsv')

Case = collections.namedtuple(
    'Case', 'row capture filter format options status lines hash tag')
Answer = collections.namedtuple('Answer', 'status lines hash said')


def listed_rows(top):
    """Under which heading the rows are explained that differ: the table in
    docs/differences.md, "| Spelling | 38, 41, 660-664 |"."""
    rows = {}
    with open(os.path.join(top, 'docs', 'differences.md'), encoding='utf-8') as f:
        table = f.read().partition('## Recorded runs of sysdig\n')[2].partition('\n## ')[0]
    for line in table.splitlines():
        match = re.fullmatch(r'\| (.+) \| ([0-9, -]+) \|', line)
        if match is None or not match[2].strip('- '):
            continue
        for item in match[2].split(', '):
            first, _, last = item.partition('-')
            rows.setdefault(match[1], []).extend(range(int(first), int(last or first) + 1))
    return rows


def read_cases(path):
    with open(path, encoding='latin-1') as f:
        rows = [line.rstrip('\n').split('\t') for line in f]
    return [Case(row, *fields[:8]) for row, fields in enumerate(rows, 1)
            if not fields[0].startswith('#')]


def words(case, sysreel, folder):
    out = [sysreel, 'print', '-r', os.path.join(folder, case.capture)]
    if case.options != '-':
        out += case.options.split()
    if case.format != '-':
        out += ['-p', '' if case.format == '@EMPTY' else case.format]
    if case.filter != '@EMPTY':
        out += ['--', case.filter]
    return [word.encode('latin-1') for word in out]


def ask(command):
    env = dict(os.environ, TZ='UTC', LC_ALL='C')
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                          stdin=subprocess.DEVNULL, check=False)
    lines = done.stdout.split(b'\n')
    first = b'\n'.join(lines[:LINES]) + (b'\n' if len(lines) > LINES else b'')
    return Answer(done.returncode, len(lines) - 1, hashlib.sha256(first).hexdigest()[:HASH_LEN],
                  done.stderr.decode('latin-1'))


def agrees(case, answer):
    if (answer.status == 0) != (case.status == '0'):
        return False
    return answer.status != 0 or (answer.lines == int(case.lines) and answer.hash == case.hash)


def check_case(tap, case, answer, heading):
    """Which of the three it is."""
    what = f'row {case.row}, {case.tag}: {case.options} {case.format} {case.filter}'[:150]
    details = [f'recorded: status {case.status}, {case.lines} lines, {case.hash}',
               f'sysreel:  status {answer.status}, {answer.lines} lines, {answer.hash}',
               *answer.said.splitlines()]
    does = agrees(case, answer)
    if does and heading:
        tap.check(False, f'{what}: agrees, but is listed under {heading!r}', details)
        return 'wrong'
    if does:
        tap.check(True, f'{what}: agrees')
        return 'agree'
    tap.check(bool(heading), f'{what}: differs, {heading}', details)
    return 'differ as documented' if heading else 'wrong'


def check_table(tap, top, listed_under, rows):
    known = differences.headings(os.path.join(top, 'docs', 'differences.md'))
    for heading in listed_under:
        tap.check(heading in known, f'differences.md explains: {heading}')
    listed = [row for rows_of in listed_under.values() for row in rows_of]
    tap.check(len(listed) == len(set(listed)), 'no row is listed twice',
              sorted(row for row in set(listed) if listed.count(row) > 1))
    strays = sorted(set(listed) - rows)
    tap.check(not strays, 'each row that is listed exists', strays)


def main():
    top, sysreel = sys.argv[1:3]
    tap = Tap()
    folder = capture_folder(top)
    path = os.path.join(folder, TABLE) if folder else None
    if not path or not os.path.exists(path):
        tap.skip('the recorded runs of sysdig are not there')
        return tap.done()
    cases = read_cases(path)
    listed_under = listed_rows(top)
    headings = {row: heading for heading, rows in listed_under.items() for row in rows}
    check_table(tap, top, listed_under, {case.row for case in cases})
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, [words(case, sysreel, folder) for case in cases]))
    tally = collections.Counter(
        check_case(tap, case, answer, headings.get(case.row))
        for case, answer in zip(cases, answers))
    tap.check(sum(tally.values()) == len(cases) and len(cases) >= 700,
              f'{len(cases)} recorded runs: ' + ', '.join(
                  f'{tally[kind]} {kind}' for kind in ('agree', 'differ as documented', 'wrong')))
    return tap.done()


sys.exit(main())
