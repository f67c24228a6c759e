"""test_views TOP SYSREEL DEMO BUNDLED [--bless] - tables say what lines say.

The events of captures are counted once more here, from what "print" shows of them, and
compared with the tables of "view": whole captures and windows of them, with filters and
below paths. demo.views is what "list views" says; --bless writes it again.
"""

import array
import bisect
import collections
import csv
import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import termios
import time

from programs import Tap, find_capture, lines_of, run

HERE = os.path.dirname(os.path.abspath(__file__))
SEPARATOR = '|~|'
# What is needed of each event that a table counts.
FIELDS = ['evt.num', 'evt.rawtime', 'evt.dir', 'evt.type', 'evt.failed', 'evt.errno',
          'evt.buflen.in', 'evt.buflen.out', 'evt.duration', 'evt.waits', 'evt.is_io', 'proc.pid',
          'fd.type', 'fd.name', 'fd.sport', 'fd.rip', 'syscall.type', 'fd.directory',
          'evt.io_dir', 'evt.rawres', 'container.id', 'thread.tid', 'evt.rawarg.op',
          'evt.rawarg.operation', 'evt.rawarg.cmd', 'proc.name', 'proc.exepath',
          'evt.is_syslog', 'fd.is_server', 'fd.connected', 'evt.arg.sig', 'k8s.pod.name', 'k8s.ns.name', 'fd.lip', 'fd.lport', 'fd.rport']
SHARED = ['cat_write.scap', 'connect_localhost.scap', 'run_as_user_0_container.scap',
          'test_ipv6_client.scap', 'story-a-sysdig036.scap.gz', 'story-a-libs2026.scap.gz']
OPENS = ('open', 'openat', 'openat2', 'creat', 'open_by_handle_at')
# Views that need what the demonstration has none of.
LACKING = ('kubernetes_controllers', 'kubernetes_deployments', 'kubernetes_replicasets',
           'spans_list', 'spans_summary', 'traces_list', 'traces_summary',
           'kubernetes_services')
DIFFERENCES = 8                 # shown of each table


def number(text):
    return 0 if text == '<NA>' else int(text)


def events_of(sysreel, path, words=()):
    """The events of PATH that a table may count: calls where they return, and what is no
    call."""
    pattern = '*' + SEPARATOR.join('%' + f for f in FIELDS)
    lines, _, _ = run([sysreel, 'print', '-v', '-r', path, '-p', pattern] + list(words))
    events = []
    for line in lines:
        values = line.split(SEPARATOR)
        if len(values) == len(FIELDS):
            events.append(dict(zip(FIELDS, values)))
    return [e for e in events if e['evt.dir'] == '<' or e['syscall.type'] == '<NA>']


def view(sysreel, path, name, words=()):
    lines, said, status = run([sysreel, 'view', name, '-r', path, '--format', 'json'] +
                              list(words))
    if status or not lines:
        return None, said
    return json.loads('\n'.join(lines).encode('latin-1').decode('utf-8')), said


def is_call(e):
    return e['syscall.type'] != '<NA>' and e['evt.dir'] == '<'


def is_file(e):
    return e['fd.type'] in ('file', 'directory') and e['fd.name'] not in ('', '<NA>')


def is_net(e):
    return e['fd.type'] in ('ipv4', 'ipv6') and e['fd.name'] not in ('', '<NA>')


def count(events, wanted, key, columns):
    """{key: {column: number}} of the events that are WANTED. A process is a row, too, when
    nobody knows its number."""
    rows = collections.defaultdict(collections.Counter)
    for e in events:
        k = (key(e) if callable(key) else e[key]) if wanted(e) else '<NA>'
        if not wanted(e) or (k == '<NA>' and key != 'proc.pid'):
            continue
        row = rows['None' if k == '<NA>' else k]
        for name, value in columns.items():
            row[name] += value(e)
    return rows


def failed(e):
    return e['evt.failed'] == 'true'


def moved(way):
    return lambda e: number(e['evt.buflen.' + way])


def took(waits):
    return lambda e: number(e['evt.duration']) if (e['evt.waits'] == 'true') == waits else 0


def one(_):
    return 1


def any_event(_):
    return True


def locks(e):
    # What a call is given may stand in its enter event, which evt.rawarg knows.
    op, flock, cmd = (number(e['evt.rawarg.' + name]) for name in ('op', 'operation', 'cmd'))
    # FUTEX_WAIT, _LOCK_PI, _WAIT_BITSET, _WAIT_REQUEUE_PI, _LOCK_PI2; LOCK_NB, LOCK_UN;
    # F_SETLKW, F_SETLKW64, F_OFD_SETLKW.
    return e['evt.dir'] == '<' and (e['evt.type'] == 'futex' and op & 0x7f in (0, 6, 9, 11, 13) or
                                    e['evt.type'] == 'flock' and not flock & (4 | 8) or
                                    e['evt.type'] == 'fcntl' and cmd in (9, 0x13, 0x20))


def opens(e):
    return e['evt.type'] in OPENS


def forks(e):
    return e['evt.type'] in ('clone', 'clone3', 'fork', 'vfork') and number(e['evt.rawres']) > 0


def is_disk(e):
    return e['fd.type'] in ('file', 'directory')


def both_ways(e):
    return number(e['evt.buflen.in']) + number(e['evt.buflen.out'])


def worked(e):
    return e['evt.dir'] == '<' and not failed(e)


def ends(*names):
    """Each end of a connection is one: its own address and the other one."""
    def key(row):
        return ' '.join(str(row[n] if row[n] is not None else '<NA>') for n in names)
    return key


def of(kind, value):
    return lambda e: value(e) if kind(e) else 0


# View, its key column, which events count, the field that is its key, columns to compare.
TABLES = [
    ('syscalls', 'CALL', is_call, 'evt.type',
     {'CALLS': one, 'ERRORS': failed, 'TIME': took(False), 'WAITED': took(True)}),
    ('errors', 'ERROR', failed, 'evt.errno', {'CALLS': one}),
    ('files', 'NAME', is_file, 'fd.name',
     {'CALLS': one, 'ERRORS': failed, 'READ': moved('in'), 'WRITTEN': moved('out'),
      'OPENS': lambda e: e['evt.type'] in OPENS}),
    ('io_by_type', 'TYPE', lambda e: e['fd.type'] != '<NA>', 'fd.type',
     {'CALLS': one, 'IN': moved('in'), 'OUT': moved('out')}),
    ('sports', 'PORT', is_net, 'fd.sport', {'CALLS': one, 'IN': moved('in')}),
    ('peers', 'ADDRESS', is_net, 'fd.rip', {'ERRORS': failed, 'OUT': moved('out')}),
    ('syscall_procs', 'PID', is_call, 'proc.pid',
     {'CALLS': one, 'ERRORS': failed, 'TIME': took(False), 'WAITED': took(True)}),
    ('procs_cpu', 'PID', any_event, 'proc.pid',
     {'CALLS': is_call, 'TIME': took(False), 'WAITED': took(True)}),
    ('procs', 'PID', any_event, 'proc.pid',
     {'FILE': of(is_disk, both_ways), 'NET': of(is_net, both_ways)}),
    ('threads', 'TID', any_event, 'thread.tid',
     {'FILE': of(is_disk, both_ways), 'NET': of(is_net, both_ways)}),
    ('process_summary', 'PID', any_event, 'proc.pid',
     {'CALLS': is_call, 'ERRORS': failed, 'READS': lambda e: e['evt.io_dir'] == 'read',
      'WRITES': lambda e: e['evt.io_dir'] == 'write', 'OPENS': opens,
      'CONNECTS': lambda e: e['evt.type'] == 'connect',
      'EXECS': lambda e: e['evt.type'] in ('execve', 'execveat'), 'FORKS': forks}),
    ('process_tree', 'PID', any_event, 'proc.pid', {'CALLS': is_call, 'ERRORS': failed}),
    ('directories', 'NAME', is_file, 'fd.directory',
     {'CALLS': one, 'ERRORS': failed, 'READ': moved('in'), 'WRITTEN': moved('out'),
      'OPENS': opens}),
    ('file_users', 'NAME', is_file, 'fd.name',
     {'CALLS': one, 'ERRORS': failed, 'READ': moved('in'), 'WRITTEN': moved('out'),
      'OPENS': opens}),
    ('file_users', 'PID', is_file, 'proc.pid', {'CALLS': one, 'READ': moved('in')}),
    ('lock_waits', 'PID', locks, 'proc.pid', {'CALLS': one, 'ERRORS': failed}),
    ('containers_errors', 'ID', lambda e: failed(e) and e['container.id'] != 'host',
     'container.id', {'ERRORS': one}),
    ('procs_errors', 'PID', failed, 'proc.pid', {'ERRORS': one}),
    ('syscall_threads', 'TID', is_call, 'thread.tid', {'CALLS': one, 'ERRORS': failed}),
    ('connections', ends('LIP', 'LPORT', 'RIP', 'RPORT'), is_net,
     ends('fd.lip', 'fd.lport', 'fd.rip', 'fd.rport'),
     {'IN': moved('in'), 'OUT': moved('out')}),
    ('containers', 'ID', lambda e: e['container.id'] != 'host', 'container.id',
     {'FILE': of(is_disk, both_ways), 'NET': of(is_net, both_ways)}),
    ('kubernetes_pods', 'NAME', any_event, 'k8s.pod.name',
     {'FILE': of(is_disk, both_ways), 'NET': of(is_net, both_ways)}),
    ('kubernetes_namespaces', 'NAME', any_event, 'k8s.ns.name',
     {'FILE': of(is_disk, both_ways), 'NET': of(is_net, both_ways)}),
    ('signals', 'SIGNAL', lambda e: e['evt.type'] == 'signaldeliver', 'evt.arg.sig',
     {'COUNT': one}),
    ('backlog', 'PORT', lambda e: worked(e) and e['evt.type'] in ('accept', 'accept4'),
     'fd.sport', {'CALLS': one}),
]


def starts(e):
    return e['evt.type'] in ('execve', 'execveat')


def binds(e):
    return is_inet(e) and (e['evt.type'] == 'bind' or e['evt.type'] == 'close' and
                           e['fd.is_server'] == 'true' and e['fd.connected'] == 'false')


def is_inet(e):
    return e['fd.type'] in ('ipv4', 'ipv6')


def is_slow(e):
    return e['evt.is_io'] == 'true' and e['evt.dir'] == '<' and e['fd.type'] == 'file' and \
        not e['fd.name'].startswith('/dev/') and number(e['evt.duration']) > 1000000


# Views with a row for each event: which; the processes are compared.
LISTS = [
    ('file_opens', lambda e: e['evt.dir'] == '<' and opens(e)),
    ('incoming_connections', lambda e: worked(e) and e['evt.type'] in ('accept', 'accept4')),
    ('slow_io', is_slow),
    ('spy_users', lambda e: worked(e) and (starts(e) or e['evt.type'] in ('chdir', 'fchdir') and
                                           e['proc.name'].endswith('sh'))),
    ('spy_syslog', lambda e: worked(e) and e['evt.is_syslog'] == 'true'),
    ('port_bindings', lambda e: worked(e) and binds(e)),
]

# Views of what is new, their key column, which events, the field.
FIRST_SEEN = [
    ('new_files', 'NAME', is_file, 'fd.name'),
    ('new_peers', 'ADDRESS', is_net, 'fd.rip'),
    ('new_programs', 'PROGRAM', lambda e: worked(e) and starts(e), 'proc.exepath'),
]


def compare_lists(tap, sysreel, path, name, events):
    """Whole captures, and the second half of them for what is new."""
    for view_name, wanted in LISTS:
        table, said = view(sysreel, path, view_name)
        counted = collections.Counter(e['proc.pid'] for e in events if wanted(e))
        shown = collections.Counter('<NA>' if r['PID'] is None else str(r['PID'])
                                    for r in table['rows'])
        tap.check(counted == shown, f'{name}: {view_name}, {len(table["rows"])} rows',
                  [said, f'counted {counted}', f'shown {shown}'])
    middle = int(events[len(events) // 2]['evt.num'])
    for view_name, column, wanted, field in FIRST_SEEN:
        keys = [(int(e['evt.num']), e[field]) for e in events
                if wanted(e) and e[field] != '<NA>']
        for words, first in ([], 0), (['--from', f'#{middle}'], middle):
            table, said = view(sysreel, path, view_name, words)
            old = {k for n, k in keys if n < first}
            new = {k for n, k in keys if n >= first} - old
            shown = {r[column] for r in table['rows']}
            tap.check(new == shown, f'{name}: {view_name} from {first}, {len(shown)} rows',
                      [said] + [str(x) for x in list(new ^ shown)[:DIFFERENCES]])


def blocked(tap, sysreel, path, name):
    """Calls that were entered and have not returned: by thread, its last event of a call."""
    lines, _, _ = run([sysreel, 'print', '-v', '-r', path, '-p', '*' + SEPARATOR.join(
        ('%thread.tid', '%evt.type', '%evt.dir', '%syscall.type'))])
    for many in 1, 2:
        last = {}
        for tid, call, way, kind in (x.split(SEPARATOR) for x in lines[:len(lines) // many]):
            if kind != '<NA>':
                last[tid] = (call, way)
            elif call == 'procexit':
                last.pop(tid, None)
        wanted = collections.Counter((t, c) for t, (c, way) in last.items()
                                     if way == '>' and t != '<NA>')
        words = []
        if many > 1:
            end, _, _ = run([sysreel, 'print', '-v', '-r', path, '-p', '*%evt.num'])
            words = ['--to', '#' + end[len(lines) // many - 1]]
        table, said = view(sysreel, path, 'blocked', words)
        shown = collections.Counter((str(r['TID']), r['CALL']) for r in table['rows'])
        tap.check(wanted == shown, f'{name}: blocked, {len(table["rows"])} rows',
                  [said, f'counted {wanted - shown}', f'shown {shown - wanted}'])


def compare(tap, what, events, table, spec):
    name, key_column, wanted, key, columns = spec
    counted = count(events, wanted, key, columns)
    shown = collections.defaultdict(collections.Counter)
    seconds = (table['to_ns'] - table['from_ns']) / 1e9
    wrong = []
    for row in table['rows']:
        for column in columns:
            value = row[column] or 0
            shown[key_column(row) if callable(key_column) else
                  str(row[key_column])][column] += value
            rate = row.get(column + '/S')
            if rate is not None and seconds > 0 and abs(rate * seconds - value) > 1e-6 * value:
                wrong.append(f'{row}: {column}/S {rate} of {value}')
    for k in sorted(set(counted) | set(shown), key=str):
        if counted[k] != shown[k]:
            wrong.append(f'{k}: counted {dict(counted[k])}, shown {dict(shown[k])}')
    tap.check(not wrong, f'{what}: {name}, {len(shown)} rows', wrong[:DIFFERENCES])


def compare_all(tap, sysreel, path, what, view_words=(), print_words=(), wanted=None):
    events = events_of(sysreel, path, print_words)
    if wanted:
        events = [e for e in events if wanted(e)]
    for spec in TABLES:
        table, said = view(sysreel, path, spec[0], view_words)
        if tap.check(table is not None, f'{what}: {spec[0]} is a table', [said]):
            compare(tap, what, events, table, spec)
    return events


def states(tap, sysreel, path, name):
    """What changes while a process stays the same: the most descriptors that it had, its
    user as of the end. Processes with one number only, which have events of their own."""
    lines, _, _ = run([sysreel, 'print', '-D', '-r', path, '-p',
                       '*%proc.pid %proc.fdopencount %user.name %user.uid'])
    most, who = collections.Counter(), {}
    for pid, n_open, user, uid in map(str.split, lines):
        if pid == '<NA>' or n_open == '<NA>':
            continue
        most[pid] = max(most[pid], int(n_open))
        who[pid] = uid if user == '<NA>' else user
    table, _ = view(sysreel, path, 'procs_fd_usage')
    rows = collections.defaultdict(list)
    for row in table['rows']:
        rows[str(row['PID'])].append(row)
    wrong = [f'{pid}: {rows[pid][0]["PEAK"]}, in lines {n}' for pid, n in most.items()
             if len(rows[pid]) == 1 and rows[pid][0]['PEAK'] != n]
    tap.check(not wrong, f'{name}: the most descriptors of {len(most)} processes',
              wrong[:DIFFERENCES])
    wrong = [f'{r["PID"]}: {r["PEAK"]} at most, {r["OPEN"]} now' for r in table['rows']
             if r['OPEN'] is not None and r['PEAK'] < r['OPEN']]
    tap.check(not wrong, f'{name}: never more than at most', wrong[:DIFFERENCES])
    table, _ = view(sysreel, path, 'procs')
    wrong = [f'{r["PID"]}: {r["USER"]}, in lines {who[str(r["PID"])]}' for r in table['rows']
             if str(r['PID']) in who and len(rows[str(r['PID'])]) == 1 and
             str(r['USER'] or '<NA>') != who[str(r['PID'])]]
    tap.check(not wrong, f'{name}: users, or their numbers', wrong[:DIFFERENCES])
    table, _ = view(sysreel, path, 'page_faults')
    wrong = [str(r) for r in table['rows'] if (r['MINOR'] or 0) < 0 or (r['MAJOR'] or 0) < 0]
    tap.check(not wrong, f'{name}: no page fault is taken back', wrong[:DIFFERENCES])


def between(events, start, end):
    """Times may go back: a window begins and ends at an event, the first behind a time."""
    def first(wanted):
        return next((int(e['evt.num']) for e in events if wanted(int(e['evt.rawtime']))),
                    sys.maxsize)
    low, high = first(lambda t: t >= start), first(lambda t: t > end)
    return lambda e: low <= int(e['evt.num']) < high


def windows(tap, sysreel, path, name):
    """Windows by number and by time, a filter, a path."""
    states(tap, sysreel, path, name)
    spectrograms(tap, sysreel, path, name)
    blocked(tap, sysreel, path, name)
    events = compare_all(tap, sysreel, path, name)
    if not events:
        return
    compare_lists(tap, sysreel, path, name, events)
    numbers = [int(e['evt.num']) for e in events]
    low, high = numbers[len(numbers) // 3], numbers[2 * len(numbers) // 3]
    compare_all(tap, sysreel, path, f'{name}, #{low} to #{high}',
                ['--from', f'#{low}', '--to', f'#{high}'],
                wanted=lambda e: low <= int(e['evt.num']) <= high)
    first = view(sysreel, path, 'syscalls')[0]['from_ns']
    start, end = (int(events[i * len(events) // 4]['evt.rawtime']) for i in (1, 2))
    compare_all(tap, sysreel, path, f'{name}, +{start - first}ns to +{end - first}ns',
                ['--from', f'+{start - first}ns', '--to', f'+{end - first}ns'],
                wanted=between(events, start, end))
    busiest = collections.Counter(e['proc.pid'] for e in events
                                  if e['proc.pid'] != '<NA>').most_common(1)[0][0]
    compare_all(tap, sysreel, path, f'{name}, process {busiest} by a filter',
                [f'proc.pid={busiest}'], [f'proc.pid={busiest}'])
    compare_all(tap, sysreel, path, f'{name}, process {busiest} by a path',
                ['--path', f'proc.pid={busiest}'], [f'proc.pid={busiest}'])


def forms(tap, sysreel, demo, names):
    """Each view in each form: whole, and the same."""
    for name in names:
        table, said = view(sysreel, demo, name)
        if not tap.check(table is not None, f'{name}: JSON', [said]):
            continue
        lines, said, _ = run([sysreel, 'view', name, '-r', demo, '--format', 'csv'])
        text = '\n'.join(lines + ['']).encode('latin-1').decode('utf-8')
        rows = list(csv.reader(io.StringIO(text)))
        heads = [f'{c["name"]} ({c["unit"]})' if c['unit'] else c['name']
                 for c in table['columns']]
        tap.check(rows[0] == heads + ['UNSURE'], f'{name}: headings', rows[:1])
        wrong = [r for r, t in zip(rows[1:], table['rows'])
                 if not same_row(r, [t[c['name']] for c in table['columns']])]
        tap.check(len(rows) - 1 == len(table['rows']) and not wrong,
                  f'{name}: CSV and JSON say the same', map(str, wrong[:DIFFERENCES]))
        lines, said, status = run([sysreel, 'view', name, '-r', demo])
        wants_more = name.startswith(('mesos', 'marathon')) or name in LACKING
        tap.check(status == 0 and bool(said) == wants_more and
                  len(lines) > len(table['rows']), f'{name}: text', [said])


def spectrograms(tap, sysreel, path, name):
    """Each call once, in the slice and at the latency that its line has."""
    pattern = '*%evt.num %evt.rawtime %evt.duration'
    for view_name, wanted in (('spectro_all', 'syscall.type exists and evt.dir = <'),
                              ('spectro_file', 'evt.dir = < and fd.type = file')):
        for words, more in (([], ''), (['evt.type=write'], ' and evt.type=write'),
                            (['--from', '#100', '--to', '#700', '--limit', '7'],
                             ' and evt.num >= 100 and evt.num <= 700')):
            said, _, _ = run([sysreel, 'view', view_name, '-r', path, '--format', 'json'] + words)
            s = json.loads('\n'.join(said))
            starts = [x['from_ns'] for x in s['slices']]
            counts = [[0] * len(s['least_ns']) for _ in starts]
            lines, _, _ = run([sysreel, 'print', '-r', path, '-p', pattern,
                               wanted + more + ' and evt.duration exists'])
            for _, time, took in map(str.split, lines):
                if s['from_ns'] <= int(time) <= s['to_ns']:
                    counts[bisect.bisect(starts, int(time)) - 1][
                        bisect.bisect(s['least_ns'], int(took)) - 1] += 1
            if '--from' in words:
                named, _, _ = run([sysreel, 'print', '-r', path, '-p', '%evt.rawtime',
                                   'evt.num in (100, 700)'])
                tap.check(len(named) < 2 or s['from_ns'] <= int(named[0]) < starts[1] and
                          starts[-1] <= int(named[1]) <= s['to_ns'],
                          f'{name}: {view_name} lasts from one event to the other', named)
            # Newer captures may not tell how long a call took.
            is_some = more or lines or name not in ('demo', 'bundled')
            tap.check(counts == [x['calls'] for x in s['slices']] and is_some,
                      f'{name}: {view_name}, {len(lines)} calls{more}')
            cells, _, _ = run([sysreel, 'view', view_name, '-r', path, '--format', 'csv'] + words)
            tap.check(sum(int(x.split(',')[2]) for x in cells[1:]) == sum(map(sum, counts)),
                      f'{name}: {view_name} as CSV says the same{more}')
            text, _, _ = run([sysreel, 'view', view_name, '-r', path] + words)
            tap.check([int(x.split()[-1]) for x in text[1:-1]] == [sum(x) for x in counts],
                      f'{name}: {view_name} as text says the same{more}', text)


def same_row(texts, values):
    for text, value in zip(texts, values):
        if value is None:
            if text:
                return False
        elif isinstance(value, bool):
            if text != str(value).lower():
                return False
        elif isinstance(value, (int, float)):
            if float(text) != float(value):
                return False
        elif '\\x' not in text and text != value:
            return False
    return True


# Words behind "view", the exit status, and how the complaint begins.
WRONG = [
    ([], 2, 'which view? `sysreel list views` names them'),
    (['filez', '-r', '@'], 2, 'there is no view `filez`, did you mean `files`?'),
    (['Open', 'files', '-r', '@'], 2, 'there is no view `Open`'),
    (['system calls', '-r', '@'], 2, 'there is no view `system calls`, did you mean `syscalls`?'),
    (['files', '-r', '@', '--sort', 'size'], 2, 'files has no column `size`; there are: READ'),
    (['files', '-r', '@', '--limit', '0'], 2, '--limit wants a number of rows above 0'),
    (['files', '-r', '@', '--format', 'xml'], 2, '--format wants text, csv or json'),
    (['files', '-r', '@', '--from', 'noon'], 2, '--from wants a time such as 10:02:05.25'),
    (['files', '-r', '@', '--to', '25:00'], 2, '--to wants a time such as'),
    (['files', '-r', '@', '--from', '+3s', '--to', '+1s'], 1, 'the window ends before it'),
    (['files', '-r', '@', '--path', 'nginx'], 2, 'path: unknown field `nginx`'),
    (['files', '-r', '@', '--path', 'proc.pid=x'], 2, ''),
    (['files', '-r', '@', 'proc.nmae=x'], 2, 'unknown field `proc.nmae`, did you mean'),
    (['files', '-r', '@', '-M', '3'], 2, '-M is for the running system'),
    (['files', '-r', '@', '-d', '500'], 2, '-d is for the running system'),
    (['files', '-r', '@', '--memory', '64'], 2, '--memory is for the running system'),
    (['files', '-d', '500', '--from', '+1s'], 2, 'with -d each table has a window of its own'),
    (['files', '-d', '1'], 2, '-d wants a number of milliseconds, 10 or more'),
    (['files', '-r', '@', '-pz'], 2, '-p wants c (containers) or k (pods)'),
    (['files', '-r', '/nothing/there'], 1, '/nothing/there: no such file or directory'),
    (['mesos_tasks', '-r', '@'], 0, 'mesos_tasks: nothing here has a mesos.task.id'),
    (['spectro_traces', '-r', '@'], 0, 'spectro_traces: nothing here has a span.id'),
    (['files', '-r', '@', '--from', '+1h'], 0,
     'nothing happened in the window, it is behind the last event: #'),
    (['files', '-r', '@', '--from', '#99999999'], 0,
     'nothing happened in the window, it is behind the last event: #'),
    (['files', '-r', '@', '--to', '-1h'], 0,
     'nothing happened in the window, it is before the first event: #1, '),
    (['files', '-r', '@', '--from', '+2s', '--to', '+1s'], 1,
     'the window ends before it begins: --to is before --from'),
    (['files', '-r', '@', '--from', '#50', '--to', '+0s'], 1,
     'the window ends before it begins: --to is before --from'),
    (['files', '-r', '@', '--from', '2026-02-30'], 2, '--from wants a time such as'),
    (['procs', '-r', '@', '--sort', 'vpid'], 2, 'procs has the column `vpid` with -pc only'),
    (['procs', '-r', '@', '--sort', 'pod'], 2, 'procs has the column `pod` with -pk only'),
    (['procs', '-r', '@', '--sort', 'res:desc'], 2, 'procs has no column `res:desc`; there are: '),
    (['files', '-r', '@', '--views', '/nothing/there'], 0, '/nothing/there: No such file'),
]


BEHIND = [
    (['--limit', '2'], 'options stand before the filter'),
    (['-r', 'x'], 'options stand before the filter'),
    (['--', 'true'], 'a command is followed on the running system'),
    (['-', 'a'], ''),
]


def wrong_words(tap, sysreel, demo):
    for words, wanted in BEHIND:
        _, said, status = run([sysreel, 'view', 'files', '-r', demo, 'proc.name=a'] + words)
        hint = said.split('^\n')[-1]
        tap.check(status == 2 and ('sysreel: ' + wanted in hint if wanted else not hint),
                  f'behind a filter: {" ".join(words)}', [said])
    for words, wanted, begin in WRONG:
        _, said, status = run([sysreel, 'view'] + [demo if w == '@' else w for w in words])
        tap.check(status == wanted and said.startswith('sysreel: ' + begin),
                  f'view {" ".join(words)}: status {wanted}', [str(status), said])


def sorted_rows(tap, sysreel, demo):
    """--sort and --limit choose among the same rows."""
    whole, _ = view(sysreel, demo, 'syscalls')
    for way, reverse in ('up', False), ('down', True):
        few, _ = view(sysreel, demo, 'syscalls', ['--sort', f'calls:{way}', '--limit', '4'])
        want = sorted((r['CALLS'] for r in whole['rows']), reverse=reverse)[:4]
        tap.check([r['CALLS'] for r in few['rows']] == want, f'sorted {way}, the first rows')
        tap.check(few['totals']['TIME'] == whole['totals']['TIME'], f'sorted {way}, the same totals')


def own_views(tap, sysreel, demo):
    """A view of one's own: what it needs is looked for, what is wrong with one is told."""
    text = 'return {{ id = "{}", name = "{}", description = "d", needs = "{}",\n' \
           'columns = {{ {{ name = "N" }} }} }}\n'
    with tempfile.TemporaryDirectory() as folder:
        for name, needs in ('there', 'container.image'), ('gone', 'mesos.task.id'), \
                ('bad', 'no.field'):
            with open(os.path.join(folder, name + '.lua'), 'w', encoding='ascii') as f:
                f.write(text.format(name, name, needs))
        bad = f'sysreel: {folder}/bad.lua:1: needs: unknown field `no.field`'
        for name, more in ('there', ''), ('gone', 'sysreel: gone: nothing here has a mesos'):
            lines, said, status = run([sysreel, 'view', name, '--views', folder, '-r', demo])
            said = said.split('\n')
            tap.check(status == 0 and lines and said[0].startswith(bad) and
                      said[1].startswith(more) and bool(said[1]) == bool(more),
                      f'a view of one\'s own: {name}', said)


def read_and_stop(sysreel, capture):
    """What is said of a capture that comes by a pipe and has no end, when Ctrl-C is pressed
    once all of it was read."""
    with subprocess.Popen([sysreel, 'view', 'syscalls', '-r', '-'], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        p.stdin.write(capture)
        p.stdin.flush()
        left = array.array('i', [1])
        while left[0] and p.poll() is None:
            time.sleep(0.01)
            fcntl.ioctl(p.stdin, termios.FIONREAD, left)
        p.send_signal(signal.SIGINT)
        out, said = p.stdout.read(), p.stderr.read()
        p.stdin.close()
    return out, said, p.returncode


def stopped(tap, sysreel, demo):
    with open(demo, 'rb') as f:
        half = f.read()[:60000]
    for _ in range(20):
        out, said, status = read_and_stop(sysreel, half)
        # Before it has begun to listen, it ends at once.
        if status != -signal.SIGINT:
            break
    tap.check(status == 0 and out.startswith(b'CALL ') and b'stopped before all was read' in said,
              'what was read until somebody stopped it is shown', [str(out), str(said)])


def live(tap, sysreel):
    """What a command does that is started here; nobody else is looked at."""
    command = ['--', 'sh', '-c', 'cat /dev/null; true; exit 7']
    lines, said, status = run([sysreel, 'view', 'process_summary', '--format', 'json'] + command)
    if not lines:
        tap.skip('the running kernel cannot be traced here: ' + ' '.join(said.split('\n')[:1]))
        return
    rows = json.loads('\n'.join(lines).encode('latin-1').decode('utf-8'))['rows']
    tap.check(status == 7, 'the status is that of the command', [str(status)])
    cats = [r for r in rows if (r['COMMAND'] or '').startswith('cat /dev/null')]
    tap.check(len(cats) == 1 and cats[0]['EXECS'] == 1 and cats[0]['OPENS'] > 0,
              'a process of a command that is followed', map(str, rows[:DIFFERENCES]))
    lines, _, _ = run([sysreel, 'view', 'blocked', '-M', '2', '--format', 'json',
                       '--', 'sleep', '5'])
    ages = [r['AGE'] for r in json.loads(lines[0])['rows'] if r['CALL'] == 'clock_nanosleep']
    tap.check(len(ages) == 1 and 2e8 < ages[0] < 3e9, 'a command that sleeps is blocked',
              map(str, ages))
    lines, _, _ = run([sysreel, 'view', 'blocked', '--format', 'json', '--', 'true'])
    tap.check(json.loads(lines[0])['rows'] == [], 'who has ended is not blocked', lines[:1])
    lines, _, _ = run([sysreel, 'view', 'procs', '-d', '200', '-M', '1', '--format', 'json',
                       '--', 'sleep', '3'])
    tap.check(len(lines) == 5, 'five tables in a second', [str(len(lines))])
    lines, _, _ = run([sysreel, 'view', 'procs', '-d', '1000', '--format', 'json',
                       '--', 'sleep', '1.2'])
    spans = [t['to_ns'] - t['from_ns'] for t in map(json.loads, lines)]
    tap.check(len(spans) == 2 and spans[0] == 1e9 and spans[1] < 8e8,
              'the last table is of as long as there was something', map(str, spans))
    lines, _, _ = run([sysreel, 'view', 'procs', '-d', '1000', '--', 'sleep', '1.2'])
    times = [x.split(' to ') for x in lines if ' to ' in x]
    tap.check(len(times) == 2 and times[0][1] == times[1][0] and times[1][0] != times[1][1],
              'each says of which time it is', lines)
    many = ['--', 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=400000', 'status=none']
    for words in ([], ['-d', '60000']):
        lines, said, _ = run([sysreel, 'view', 'syscalls', '--memory', '16', '--format', 'json'] +
                             words + many)
        t = json.loads(lines[0])
        tap.check(t['first_event'] > 1 and said.count('was forgotten') == 1,
                  'it is said that the oldest events were forgotten', [said])
        reads = [r for r in t['rows'] if r['CALL'] == 'read']
        pace = reads[0]['CALLS'] * 1e9 / (t['to_ns'] - t['from_ns']) if reads else 0
        tap.check(pace > 30000, 'and the window is without them', [str(pace)])


def golden(tap, sysreel, bless):
    env_free = ['env', '-u', 'XDG_CONFIG_HOME', '-u', 'HOME']
    path = os.path.join(HERE, 'demo.views')
    lines, said, status = run(env_free + [sysreel, 'list', 'views', '-v'])
    tap.check(status == 0 and not said, 'views are listed', [said])
    if bless:
        with open(path, 'wb') as f:
            f.write('\n'.join(lines + ['']).encode('latin-1'))
    with open(path, 'rb') as f:
        tap.check(lines_of(f.read()) == lines, 'the list is what it was')
    listed, _, _ = run(env_free + [sysreel, 'list', 'views', '--json'])
    return [v['name'] for v in json.loads('\n'.join(listed))
            if not v['name'].startswith('spectro')]


def main():
    top, sysreel, demo, bundled = sys.argv[1:5]
    tap = Tap()
    names = golden(tap, sysreel, '--bless' in sys.argv[5:])
    forms(tap, sysreel, demo, names)
    wrong_words(tap, sysreel, demo)
    sorted_rows(tap, sysreel, demo)
    own_views(tap, sysreel, demo)
    stopped(tap, sysreel, demo)
    live(tap, sysreel)
    windows(tap, sysreel, demo, 'demo')
    windows(tap, sysreel, bundled, 'bundled')
    for name in SHARED:
        path, why = find_capture(top, name)
        if path:
            windows(tap, sysreel, path, name)
        else:
            tap.skip(why)
    return tap.done()


sys.exit(main())
