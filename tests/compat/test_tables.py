"""test_tables TOP SYSREEL DEMO - threads and descriptors at the start are sysdig's.

"sysreel info --procs --at 0" and the ps chisel tell the same threads, and
"sysreel info --fds --at 0" and the lsof chisel the same descriptors: these
chisels end at the first event. Their cells have widths and sizes are rounded;
what of it can be compared, is. lsof lists the descriptors once for each thread
and sysreel once for each process: they must be the same for all threads.
"""

import json
import sys

import differences
from programs import READABLE, Tap, find_capture, run, why_no_sysdig

# Where the cells of the chisels begin; a cell is cut one column before the next.
PS = {'tid': 0, 'pid': 8, 'user': 16, 'vmsize': 28, 'vmrss': 39, 'fdlimit': 49, 'comm': 59}
LSOF = {'comm': 0, 'pid': 20, 'tid': 28, 'user': 36, 'fd': 44, 'type': 52, 'name': 64}
# Users that sysdig takes from the host for a process of a container, and what
# it shows where there is no name at all.
HOST_USERS = {'demo': {('1210', 'nginx'): '', ('1301', '<NA>'): '', ('1304', '<NA>'): ''}}
HEADING = "The host's users are not the container's"


def cells(line, columns):
    starts = list(columns.values()) + [len(line) + 1]
    return {name: line[starts[i]:starts[i + 1] - 1].strip(' ') for i, name in
            enumerate(columns)}


def cut(text, columns, name):
    """TEXT as it fits into a cell."""
    starts = list(columns.values())
    at = starts.index(columns[name])
    return text if at == len(starts) - 1 else text[:starts[at + 1] - starts[at] - 1]


def size_text(kb):
    """A size as the chisels write it: halves are rounded up."""
    unit = 1
    for name in ('B', 'KB', 'M', 'G'):
        if kb * 1024 < unit * 1024 or name == 'G':
            hundredths = (kb * 1024 * 200 + unit) // (2 * unit)
            return f'{hundredths // 100}.{hundredths % 100:02}{name}'
        unit *= 1024


def their_threads(path, name):
    rows = {}
    for line in run(['sysdig', '-r', path, '-c', 'ps'])[0][1:]:
        row = cells(line, PS)
        as_ours = HOST_USERS.get(name, {})
        row['user'] = as_ours.get((row['tid'], row['user']), row['user'])
        rows[row['tid']] = row
    return rows


def our_threads(path, sysreel):
    rows = {}
    out = run([sysreel, 'info', '--procs', '--at', '0', '--json', path])[0]
    for t in json.loads('\n'.join(out)):
        rows[str(t['tid'])] = {
            'tid': str(t['tid']), 'pid': str(t['pid']),
            'user': cut(t['user'] or '', PS, 'user'),
            'vmsize': size_text(t['vmsize_kb']), 'vmrss': size_text(t['vmrss_kb']),
            'fdlimit': str(t['fdlimit']), 'comm': t['comm'],
        }
    return rows


def their_descriptors(path):
    """{(pid, fd): (type, name)}, and the threads that disagree with theirs."""
    rows, strays = {}, []
    for line in run(['sysdig', '-r', path, '-c', 'lsof'])[0][1:]:
        row = cells(line, LSOF)
        what = rows.setdefault((row['pid'], row['fd']), (row['type'], row['name']))
        if what != (row['type'], row['name']):
            strays.append(line)
    return rows, strays


def our_descriptors(path, sysreel):
    out = run([sysreel, 'info', '--fds', '--at', '0', '--json', path])[0]
    return {(str(f['pid']), str(f['fd'])): (f['type'], f['name'])
            for f in json.loads('\n'.join(out))}


def difference(theirs, ours):
    return [f'{key}: sysdig {theirs.get(key)}, sysreel {ours.get(key)}'
            for key in sorted(set(theirs) | set(ours)) if theirs.get(key) != ours.get(key)]


def check_capture(tap, name, path, sysreel):
    theirs, ours = their_threads(path, name), our_threads(path, sysreel)
    wrong = difference(theirs, ours)
    tap.check(ours and not wrong, f'{name}: {len(ours)} threads as ps lists them', wrong[:9])
    theirs, strays = their_descriptors(path)
    ours = our_descriptors(path, sysreel)
    wrong = difference(theirs, ours)
    tap.check(ours and not wrong, f'{name}: {len(ours)} descriptors as lsof lists them',
              wrong[:9])
    tap.check(not strays, f'{name}: the threads of a process share them', strays[:9])


def main():
    top, sysreel, demo = sys.argv[1:4]
    tap = Tap()
    no_sysdig = why_no_sysdig()
    tap.check(HEADING in differences.headings(f'{top}/docs/differences.md'),
              f'differences.md explains: {HEADING}')
    for name in READABLE + ['demo']:
        path, why = (demo, None) if name == 'demo' else find_capture(top, f'{name}.scap')
        if no_sysdig or not path:
            tap.skip(f'{name}: {no_sysdig or why}')
        else:
            check_capture(tap, name, path, sysreel)
    return tap.done()


sys.exit(main())
