"""test_csysdig TOP SYSREEL DEMO - tables next to csysdig's.

Columns of csysdig's raw tables are compared with ours, row by row. Where a number
differs, RULES say why (docs/differences.md has it in words): what agrees with no rule
is wrong. csysdig's own views are loaded as they are, too, and every one gives a table.
"""

import csv
import json
import os
import re
import shutil
import sys
import tempfile

from programs import READABLE, Tap, find_capture, run, why_no_sysdig

THEIR_VIEWS = '/usr/share/sysdig/chisels'
# It defines no view: its table has a misspelt name.
DISABLED = ('v_cpus.lua',)
DIFFERENCES = 8                 # shown of each table
SCALES = {'': 1, 'K': 1024, 'M': 1024 ** 2, 'G': 1024 ** 3, 'ns': 1, 'us': 1e3, 'ms': 1e6, 's': 1e9}

CREATING = ('clone', 'clone3', 'fork', 'vfork')
UNDER_WAY = 40                  # calls of one kind that are waited for at the end
THREADS = 400                   # of a capture: each is an event more

# What csysdig's number THEIRS in ROW may be, when ours is OURS.


def same(ours, theirs, _):
    return near(ours, theirs)


def both_events(ours, theirs, row):
    """Calls are counted where they are entered and where they return, and threads once
    more at the end; a call at an edge of the capture has one of both."""
    least, most = ours, 2 * ours + row['slack']
    return least * 0.99 - theirs.step <= theirs.value <= most * 1.01 + theirs.step


def halved(ours, theirs, row):
    """Means are over all events of a call, of which only the return took time: two, or
    three where it returns in a child as well, and those of calls that did not return."""
    events = row['calls'] * (3 if row['CALL'] in CREATING else 2) + UNDER_WAY
    return ours * row['calls'] / events - theirs.step <= theirs.value <= ours * 1.01 + theirs.step


def elder(ours, theirs, _):
    """Only the call open counts, not openat."""
    return theirs.value <= ours + theirs.step


class Shown:
    """A number as it was shown, which was rounded or cut to STEP."""

    def __init__(self, value, step):
        self.value, self.step = value, step


def shown(text):
    m = re.fullmatch(r'(\d+)(\.\d+)?([a-zA-Z]*)', text)
    if not m or m.group(3) not in SCALES:
        return None
    scale = SCALES[m.group(3)]
    digits = len(m.group(2) or '.') - 1
    return Shown(float(m.group(1) + (m.group(2) or '')) * scale, scale / 10 ** digits)


def near(ours, theirs):
    return abs(ours - theirs.value) <= theirs.step + 0.001 * abs(ours)


# View; how csysdig's columns are called, the last one being the rest of the line; which of
# them are the key, and in which of our columns it stands; our column of a number, and how
# both agree.
TABLES = [
    ('procs', 'PID PPID CPU USER TH VIRT RES FILE NET COMMAND', 'PID', 'PID',
     {'FILE': ('FILE/S', same), 'NET': ('NET/S', same)}),
    ('threads', 'PID TID CPU FILE NET COMMAND', 'TID', 'TID',
     {'FILE': ('FILE/S', same), 'NET': ('NET/S', same)}),
    ('procs_fd_usage', 'PID OPEN LIMIT USED COMMAND', 'PID', 'PID',
     {'OPEN': ('PEAK', same), 'LIMIT': ('LIMIT', same)}),
    ('files', 'READ WRITTEN OPS OPENS ERRORS NAME', 'NAME', 'NAME',
     {'READ': ('READ', same), 'WRITTEN': ('WRITTEN', same), 'ERRORS': ('ERRORS', same),
      'OPENS': ('OPENS', elder)}),
    ('directories', 'READ WRITTEN OPS OPENS ERRORS NAME', 'NAME', 'NAME',
     {'READ': ('READ', same), 'WRITTEN': ('WRITTEN', same), 'ERRORS': ('ERRORS', same),
      'OPENS': ('OPENS', elder)}),
    ('errors', 'COUNT ERROR', 'ERROR', 'ERROR', {'COUNT': ('CALLS', same)}),
    ('io_by_type', 'IN OUT IOPS TIME TYPE', 'TYPE', 'TYPE',
     {'IN': ('IN/S', same), 'OUT': ('OUT/S', same)}),
    ('sports', 'PORT IN OUT IOPS', 'PORT', 'PORT',
     {'IN': ('IN/S', same), 'OUT': ('OUT/S', same)}),
    ('procs_errors', 'FILE NET MEMORY OTHER PID COMMAND', 'PID', 'PID',
     {n: (n, same) for n in ('FILE', 'NET', 'MEMORY', 'OTHER')}),
    ('syscalls', 'RATE TIME AVG CALL', 'CALL', 'CALL',
     {'RATE': ('CALLS/S', both_events), 'TIME': ('ALL', same), 'AVG': ('AVG', halved)}),
    ('syscall_procs', 'RATE TIME COMMAND', 'COMMAND', 'COMMAND',
     {'RATE': ('CALLS/S', both_events), 'TIME': ('ALL', same)}),
]
LISTS = ['file_opens', 'incoming_connections', 'slow_io', 'spy_syslog', 'spy_users']


def raw(path, view):
    """The rows of the table of csysdig, which shows lists twice."""
    lines, said, status = run(['csysdig', '--raw', '-r', path, '-v', view])
    rule = '----------------------'
    tables, rows = [], []
    for line in lines:
        if line == rule:
            tables.append(rows)
            rows = []
        else:
            rows.append(line)
    tables.append(rows)
    return (next((t for t in tables if t), []), said) if status == 0 else (None, said)


def ours(sysreel, path, view, words=()):
    lines, said, status = run([sysreel, 'view', view, '-r', path, '--format', 'json', *words])
    if status:
        return None, said
    return json.loads('\n'.join(lines).encode('latin-1').decode('utf-8')), said


def split(line, names):
    """The last column is the rest; a user may be blank."""
    words = line.split(None, len(names) - 1)
    if 'USER' in names and words[names.index('USER')].isdigit() and len(words[-1]):
        words = line.split(None, len(names) - 2)
        words.insert(names.index('USER'), '')
    return dict(zip(names, [w.strip() for w in words]))


def by_key(rows, key):
    """{key: rows}: numbers of processes may be used again, command lines several times."""
    found = {}
    for row in rows:
        found.setdefault(' '.join(str(row.get(key)).split()), []).append(row)
    return found


def add_up(rows, column):
    if column == 'ALL':
        return sum((r['TIME'] or 0) + (r['WAITED'] or 0) for r in rows)
    values = [r[column] for r in rows if r[column] is not None]
    if column == 'AVG':
        calls = sum(r['CALLS'] for r in rows)
        return sum(r['AVG'] * r['CALLS'] for r in rows if r['AVG'] is not None) / (calls or 1)
    return max(values, default=0) if column in ('PEAK', 'LIMIT') else sum(values)


def may_lack(view, row, columns):
    """Rows that we have not: of events without descriptor; of calls that had no name; of
    processes of which nobody told, that have no number here; of those that did none of
    what the view is about; of what is no call, or never returned."""
    if view == 'io_by_type':
        return 'TYPE' not in row
    if row.get('COMMAND') == '<NA>' or row.get('CALL') == '<unknown>':
        return True
    return view in ('procs_errors', 'syscalls', 'syscall_procs') and \
        all(shown(row[c]).value == 0 for c in columns if c != 'RATE')


def compare(tap, sysreel, path, name, spec):
    view, names, key, our_key, columns = spec
    theirs, said = raw(path, view)
    table, our_said = ours(sysreel, path, view)
    what = f'{name}: {view}'
    if not tap.check(theirs is not None and table is not None, f'{what} is a table of both',
                     [said, our_said]):
        return
    seconds = (table['to_ns'] - table['from_ns']) / 1e9
    rows = by_key(table['rows'], our_key)
    wrong, n = [], 0
    for k, found in by_key([split(line, names.split()) for line in theirs], key).items():
        row, mine = found[0], rows.get(k)
        # What no process did, what has no descriptor, what never returns.
        if mine is None and not may_lack(view, row, columns):
            wrong.append(f'ours lacks {row}')
        if mine is None or len(found) > 1:
            continue
        # A rate is over the period, and only where that is longer than a second.
        period = seconds if seconds > 1 else 1
        for column, (our_column, rule) in columns.items():
            number, value = shown(row[column]), add_up(mine, our_column)
            if our_column.endswith('/S'):
                value *= seconds / period
            n += 1
            row['slack'] = THREADS / period
            row['calls'] = sum(r.get('CALLS') or 0 for r in mine)
            if number is None or not rule(value, number, row):
                wrong.append(f'{row[key]}: {column} {row[column]}, ours {value}')
    tap.check(not wrong, f'{what}, {len(theirs)} rows, {n} numbers', wrong[:DIFFERENCES])


def count_lists(tap, sysreel, path, name):
    for view in LISTS:
        theirs, said = raw(path, view)
        table, our_said = ours(sysreel, path, view)
        tap.check(theirs is not None and table and len(theirs) <= len(table['rows']),
                  f'{name}: {view}, {len(theirs or [])} rows', [said, our_said])


def their_views(tap, sysreel, demo):
    """Each view of theirs loads as it is, and gives a table in each form."""
    with tempfile.TemporaryDirectory() as folder:
        for file in sorted(os.listdir(THEIR_VIEWS)):
            if not file.startswith('v_') or file in DISABLED:
                continue
            with open(os.path.join(THEIR_VIEWS, file), encoding='utf-8') as f:
                m = re.search(r'\bid\s*=\s*"([^"]+)"', f.read())
            shutil.copy(os.path.join(THEIR_VIEWS, file), folder)
            words = ['-r', demo, '--views', folder]
            for form in 'text', 'csv', 'json':
                lines, said, status = run([sysreel, 'view', m.group(1), '--format', form, *words])
                rest = [x for x in said.split('\n') if x and 'nothing here has' not in x]
                ok = status == 0 and not rest and len(lines) > 0
                if ok and form == 'csv':
                    ok = len(list(csv.reader(lines))) == len(lines)
                tap.check(ok, f'{file} as {form}, {len(lines)} lines', [said])
            os.remove(os.path.join(folder, file))


def main():
    top, sysreel, demo = sys.argv[1:4]
    tap = Tap()
    why = why_no_sysdig() or (None if shutil.which('csysdig') else 'csysdig is not installed')
    if why:
        tap.skip(why)
        return tap.done()
    captures = [('demo', demo)]
    for name in READABLE:
        path, why = find_capture(top, name + '.scap')
        if path:
            captures.append((name, path))
        else:
            tap.skip(why)
    for name, path in captures:
        for spec in TABLES:
            compare(tap, sysreel, path, name, spec)
        count_lists(tap, sysreel, path, name)
    if os.path.isdir(THEIR_VIEWS):
        their_views(tap, sysreel, demo)
    else:
        tap.skip(f'{THEIR_VIEWS} is not there')
    return tap.done()


sys.exit(main())
