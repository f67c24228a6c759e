"""test_recorded TOP SYSREEL - what sysdig 0.29.3 answered, and what we answer.

compat-cases.tsv, next to the folder of the shared captures, has runs of sysdig:
capture, filter, format, options, and what came of it: exit status, number of lines, the
first half of a hash of the first 200 lines. Each is run again with sysreel. A row that
differs must stand in ROWS below, under a heading of docs/differences.md; a row that
stands there and agrees makes the test fail as well. Rows are counted as lines of the
file, whose first line is a heading.
"""

import collections
import hashlib
import os
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


def span(first, last):
    return list(range(first, last + 1))


# Under which heading the rows are explained that differ.
ROWS = {
    'Filters': [*span(33, 36), 39, 42, 44, 67, 68, 75, 79, 80, *span(82, 87), 248, 250, 656],
    'What only sysreel takes': [89, 103, 105, 129, 130, 437, 438, 439, 700, 701],
    'What is refused': [164, 265, 370, 665, 666, 667],
    'Spelling': [38, 41, 657, 658, *span(660, 664), 669, 696],
    'What can be compared': [47, 127, 147, 148, 149, 545, 547],
    'Names that no event has': [541],
    'Newer fields': [121, 122, *span(131, 137), 144],
    'Files that are mapped': [168, 170, 171, 173, 174, *span(214, 219), *span(221, 227),
                              *span(229, 231), *span(233, 238), 371, 376, 377, 378, 381, 382,
                              383, 384, 385, 386, 387, 389, 410, 413, 414, 415, 416, 417, 472,
                              473, 579, 592],
    'Descriptors that are not known': [169, 469, 471, 577, 625],
    'Sizes and categories of reads and writes': [185, 186, 187, 188, 274, 347, 349, 350, 513,
                                                 583],
    'What is no system call': [266],
    'Durations': [306, 307, 310, 311],
    'Parameters of the enter event': [325, 327, 338, 341, 342, 345, 346, 433, 434, 479, 480,
                                      482, 487, 546, 548, 549, 550, 672],
    'Ends of what is not connected': [392, 423],
    'Protocols': [48, 379, 404, 405, 406, 429, 523],
    'Ancestors': [641, 642],
    'Parts of events': [586, 588, 637],
    'Numbers that sysdig reads wrong': [409, 430, 525],
    'A datagram socket that connects again': [425, 428],
    'Names that change': [436],
    'Names of flags': [554, 557, 558],
    'Empty data': [556],
    'System calls of a newer table': [560],
    'Control characters': [589],
    'What formats can show': [643],
    'The snap length': [609],
    'What events tell besides': [616, 617, 618],
    'Programs that are left out': [627],
    'One form of data': [650],
}


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


def check_table(tap, top, headings, rows):
    known = differences.headings(os.path.join(top, 'docs', 'differences.md'))
    for heading in ROWS:
        tap.check(heading in known, f'differences.md explains: {heading}')
    listed = [row for rows_of in ROWS.values() for row in rows_of]
    tap.check(len(listed) == len(headings), 'no row is listed twice',
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
    headings = {row: heading for heading, rows in ROWS.items() for row in rows}
    check_table(tap, top, headings, {case.row for case in cases})
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
