"""test_strace SYSREEL ACTOR - the same program, recorded and traced with strace at once.

strace runs the actor, and sysreel follows strace: so numbers and addresses are those of
one run. Call by call, name, arguments and result must agree; strace_calls.py says which
parameter is which argument, and in which ways they may differ.
"""

import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

import strace_calls  # noqa: E402
import strace_log  # noqa: E402
from tap import Tap  # noqa: E402

SNAP = 64
SCENARIOS = ['files', 'paths', 'sockets', 'messages', 'system', 'every', 'uring', 'processes',
             'edges', 'compat', 'narrow']
PROGRAMS = {
    'shell': ['sh', '-c', 'exec >/dev/null; ls -la / | sort | head -n 3; find /usr/include/linux -name "if*" | '
              'wc -l; tar cf /dev/null /usr/include/asm-generic; sleep 0.01; kill -0 $$; '
              'cd /; umask 022; exec cat /dev/null'],
    'python': [sys.executable, '-c', 'import json, socket, subprocess, tempfile, threading\n'
               'subprocess.run(["true"])\n'
               'a, b = socket.socketpair()\na.sendall(b"x" * 100)\nb.recv(50)\n'
               'with tempfile.TemporaryDirectory() as d:\n'
               '    with open(d + "/f", "w") as f:\n        f.write("hello" * 1000)\n'
               't = threading.Thread(target=lambda: open("/dev/null").close())\n'
               't.start()\nt.join()\n'],
}
FORMAT = '%thread.tid %evt.type %evt.args'
FORKS = ('clone', 'clone3', 'fork', 'vfork')
AT_LEAST = 1500                         # arguments that must have been compared
SOCKET_TYPES = {'SOCK_STREAM': 1, 'SOCK_DGRAM': 2, 'SOCK_RAW': 3, 'SOCK_SEQPACKET': 5,
                'SOCK_CLOEXEC': 0o2000000, 'SOCK_NONBLOCK': 0o4000}


class Skip(Exception):
    """The two cannot be compared; the reason is counted."""


def parameters(sysreel):
    """{name of an exit event: [its parameters, of each version of it]}, the newest first."""
    rows = json.loads(subprocess.check_output([sysreel, 'list', 'events', '--json']))
    found = collections.defaultdict(list)
    for row in sorted(rows, key=lambda r: -int(r['id'])):
        side, _, names = row['meaning'].partition(' ')
        if side == '<':
            found[row['name']].append(names.split(', ') if names else [])
    return found


def take_apart(text, versions):
    """The parameters in TEXT by name, or None if it has those of no version."""
    for names in versions:
        # Data may look like parameters; what follows them does not.
        pattern = ' '.join(name + ('=(.*)' if name == 'data' else '=(.*?)') for name in names)
        found = re.fullmatch(pattern, text, re.S)
        if found:
            return dict(zip(names, found.groups()))
    return None


def recorded(lines, versions):
    """{tid: [(name, parameters)]} of the exit events in LINES."""
    threads = collections.defaultdict(list)
    for line in lines.splitlines():
        tid, name, args = (line.split(' ', 2) + [''])[:3]
        threads[int(tid)].append((name, take_apart(args.strip(), versions.get(name, []))))
    return threads


def ours_number(text, base=10):
    """What stands before the bracket, or None: there is nothing."""
    if text in ('<NA>', 'NULL'):
        return None
    return int(re.match(r'-?[0-9A-Fa-f]+', text).group(), base)


def ours_names(text):
    found = re.search(r'\((.*)\)$', text)
    return set(found.group(1).split('|')) if found else set()


def theirs_number(text):
    value = strace_log.number(text)
    if value is None:
        raise Skip(f'strace tells no number: {text[:40]}')
    return value


# Comparisons. Each gets our text, strace's, and (event, parameter); it returns whether
# they agree.

def fd(ours, theirs, _where):
    if theirs.startswith('AT_FDCWD'):
        return ours.startswith('-100(AT_FDCWD)')
    return ours_number(ours) == theirs_number(theirs)


def num(ours, theirs, _where, base=10):
    value = ours_number(ours, base)
    expected = theirs_number(theirs)
    if value is None:
        raise Skip('nothing could be read')
    return (value - expected) % (1 << 64) == 0 or (value - expected) % (1 << 32) == 0


def hex(ours, theirs, where):
    return num(ours, theirs, where, 16)


def mode(ours, theirs, _where):
    value = ours_number(ours, 8)
    names, rest = strace_log.names(theirs)
    kinds = {'S_IFIFO': 0o10000, 'S_IFREG': 0o100000, 'S_IFCHR': 0o20000}
    return value == rest | sum(kinds[name] for name in names)


def path(ours, theirs, _where):
    found = strace_log.string(theirs)
    if found is None:
        return ours in ('<NA>', 'NULL')
    text = ''.join(chr(c) if 32 <= c < 127 else '.' for c in found[0])
    return ours == text or ours.startswith(text + '(') or (not found[1] and
                                                          ours.startswith(text))


def data(ours, theirs, _where):
    found = strace_log.string(theirs)
    if found is None and ours not in ('NULL', '<NA>') and theirs != 'NULL':
        raise Skip('strace shows no data that it cannot read to the end')
    if found is None:
        return ours in ('NULL', '<NA>')
    return shown(found[0][:SNAP]) == ('' if ours == 'NULL' else ours)[:SNAP]


def shown(text):
    return ''.join(chr(c) if 32 <= c < 127 else '.' for c in text)


def flags(ours, theirs, where):
    """A name of ours may be more than one of strace's numbers, which may hold bits that the
    format has no name for."""
    prefix = strace_calls.PREFIXES.get(where, '')
    names, rest = strace_log.names(theirs)
    names = {spelled(name, prefix) for name in names}
    if where[0] == 'futex':
        names = {part for name in names for part in futex_names(name)}
    mine = ours_names(ours)
    for key in (where, ('*', where[1])):
        ignored = strace_calls.NAME_DIFFERENCES.get(key, (set(), ''))[0]
        names -= ignored
        mine -= ignored
    return names <= mine if rest or is_alias(mine, names) else names == mine


def spelled(name, prefix):
    name = name[len(prefix):] if prefix and name.startswith(prefix) else name
    return strace_calls.SPELLINGS.get(name, name)


def futex_names(name):
    private = name.endswith('_PRIVATE')
    return {name[:-len('_PRIVATE')], 'FUTEX_PRIVATE_FLAG'} if private else {name}


def is_alias(mine, names):
    """The format shows all names that a value has: AF_LOCAL|AF_UNIX."""
    return len(names) == 1 and all(name.startswith(('AF_', 'BPF_')) for name in mine)


def option(ours, theirs, _where):
    if ours.startswith('0(UNKNOWN)'):
        raise Skip('an option that the format does not name')
    return strace_calls.SPELLINGS.get(theirs, theirs) in ours_names(ours)


def socket_type(ours, theirs, _where):
    names, rest = strace_log.names(theirs)
    return ours_number(ours) == rest | sum(SOCKET_TYPES[name] for name in names)


def pointed(ours, theirs, where):
    inner = strace_log.elements(theirs)
    if not inner:
        return ours_number(ours) is None
    return num(ours, inner[0].split(' => ')[0], where)


def first(ours, theirs, _where):
    inner = strace_log.elements(theirs)
    return ours_number(ours) == (theirs_number(inner[0]) if inner else None)


def second(ours, theirs, _where):
    inner = strace_log.elements(theirs)
    return ours_number(ours) == (theirs_number(inner[1]) if inner else None)


def vector_size(ours, theirs, _where):
    inner = strace_log.elements(theirs)
    if not inner or inner[-1].startswith('...'):
        raise Skip('strace does not show all buffers')
    return ours_number(ours) == sum(theirs_number(strace_log.member(one, 'iov_len'))
                                    for one in inner)


def vector(ours, theirs, _where):
    text = b''
    for one in strace_log.elements(theirs):
        found = strace_log.string(strace_log.member(one, 'iov_base') or '')
        if not found:
            break
        text += found[0]
    else:
        found = (b'', True)
    if ours == 'NULL':
        raise Skip('nothing was moved')
    return shown(text[:SNAP]) == ours[:SNAP] or (not found[1] or not text)


def first_text(ours, theirs, where):
    inner = strace_log.elements(theirs)
    return path(ours, inner[0], where) if inner else ours == '<NA>'


def texts(ours, theirs, _where, skip=0):
    """A list of texts, each with a NUL: as far as strace shows it."""
    inner = strace_log.elements(theirs)[skip:]
    ours, wanted = ours[:SNAP], ''
    for one in inner:
        found = strace_log.string(one)
        if not found:
            break
        wanted += shown(found[0])
        if not found[1]:
            break
        wanted += '.'
    else:
        return ours == (wanted[:SNAP] or 'NULL')
    return ours.startswith(wanted[:SNAP])


def more_texts(ours, theirs, where):
    return texts(ours, theirs, where, 1)


def polled(ours, theirs, _where):
    inner = strace_log.elements(theirs)
    mine = [] if ours == 'NULL' else [one.split(':')[0] for one in ours.split(' ')]
    return mine == [strace_log.member(one, 'fd') for one in inner]


def time(ours, theirs, _where):
    seconds, ns = (strace_log.member(theirs, 'tv_' + part) for part in ('sec', 'nsec'))
    if seconds is None:
        return ours == '<NA>'
    return ours_number(ours) == theirs_number(seconds) * 10**9 + theirs_number(ns)


def address(ours, theirs, _where):
    family = strace_log.member(theirs, 'sa_family')
    if family == 'AF_INET':
        port = re.search(r'htons\((\d+)\)', theirs).group(1)
        host = re.search(r'inet_addr\("([^"]*)"\)', theirs).group(1)
        return ours == f'{host}:{port}'
    if family == 'AF_INET6':
        port = re.search(r'sin6_port=htons\((\d+)\)', theirs).group(1)
        host = re.search(r'inet_pton\(AF_INET6, "([^"]*)"', theirs).group(1)
        return ours.startswith(f'{host}:{port}')
    if family == 'AF_UNIX':
        text = strace_log.member(theirs, 'sun_path')
        abstract = text.startswith('@')
        found = strace_log.string(text[abstract:])
        return ours == '@' * abstract + shown(found[0])
    raise Skip(f'addresses of {family} have no form in the format')


def result(values, theirs, name):
    """Whether VALUES, of the event NAME, have the result that strace shows."""
    first_param = next(iter(values))
    if first_param not in ('res', 'fd', 'uid', 'euid', 'gid', 'egid'):
        raise Skip('no result')
    ours = values[first_param]
    failed = re.match(r'-1 (E\w+)', theirs)
    if failed:
        if name in ('mmap', 'mmap2'):
            return ours.endswith(f'({failed.group(1)})')
        code = getattr(__import__('errno'), failed.group(1), 0)
        return ours.startswith(f'-{code}')
    if name in ('sendmmsg', 'recvmmsg'):
        raise Skip('an event for each message')
    value = theirs_number(theirs.split()[0])
    return ours_number(ours, 16 if name in ('mmap', 'mmap2', 'brk') else 10) == value


class Comparison:
    def __init__(self):
        self.calls = self.args = 0
        self.wrong = []
        self.skipped = collections.Counter()
        self.rows = {}
        for line in strace_calls.ROWS.strip().splitlines():
            name, *words = line.split()
            self.rows[name] = [re.fullmatch(r'(\w+)@(\d+)(?:\.(\w+))?:(\w+)', word).groups()
                               for word in words]

    def one(self, ours, theirs):
        name, values = ours
        self.calls += 1
        if not values:
            return
        self.judge(lambda: result(values, theirs.result, name), name, 'the result', values,
                   theirs)
        for param, at, inner, kind in self.rows.get(name, []):
            if int(at) >= len(theirs.args):
                continue
            text = theirs.args[int(at)]
            if inner:
                text = strace_log.member(text, inner)
                if text is None:
                    continue
            self.judge(lambda: globals()[kind](values[param], text, (name, param)), name,
                       param, values, theirs)

    def judge(self, compare, name, what, values, theirs):
        try:
            agrees = compare()
        except Skip as reason:
            self.skipped[str(reason).split(':')[0]] += 1
            return
        self.args += 1
        if not agrees:
            self.wrong.append((f'{name}: {what}', f'sysreel: {values}',
                               f'strace:  {theirs.name}({", ".join(theirs.args)}) = '
                               f'{theirs.result}'))

    def thread(self, ours, theirs, was_killed):
        """All calls of a thread, in their order."""
        ours = [one for one in ours if not is_more(one, ours)]
        at = 0
        for other in theirs:
            name = strace_calls.NAMES.get(other.name, other.name)
            mine = ours[at] if at < len(ours) else ('nothing', None)
            if other.result.startswith('?') and mine[0] != name:
                continue
            if mine[0] != name:
                self.wrong.append((f'{mine[0]} came where strace has {name}',))
                return
            at += 1
            if not other.result.startswith('?'):
                self.one(mine, other)
        # Of a call in which a signal ends it, strace tells nothing.
        if was_killed and at == len(ours) - 1:
            self.skipped['a signal ended the thread while strace looked at it'] += 1
        elif at != len(ours):
            self.wrong.append((f'{len(ours)} calls, strace has {at}, which lacks ' +
                               ', '.join(name for name, _ in ours[at:at + 5]),))


def is_more(one, events):
    """Is ONE another message of the call before?"""
    if one[0] not in ('sendmmsg', 'recvmmsg'):
        return False
    at = next(i for i, other in enumerate(events) if other is one)
    return at > 0 and events[at - 1][0] == one[0] and int(one[1]['res'].split('(')[0]) >= 0 \
        and int(events[at - 1][1]['res'].split('(')[0]) >= 0


def began(ours, is_started):
    """The events of a thread from where strace's calls begin: the program that it started
    or, of another thread, what follows its birth."""
    for i, (name, values) in enumerate(ours):
        if values and values.get('res') == '0' and name == 'execve' and is_started:
            return ours[i:]
        if values and values.get('res') == '0' and name in FORKS and not is_started:
            return ours[i + 1:]
    return ours


def run(sysreel, words, folder, comparison):
    """Compare the command WORDS. Why it could not be compared, or None."""
    log = os.path.join(folder, 'log')
    done = subprocess.run(
        [sysreel, 'print', '-v', '-s', str(SNAP), '-p', FORMAT,
         'evt.dir = < and evt.type != procexit', '--',
         'strace', '-ff', '-v', '-s', str(SNAP), '-o', log, *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode:
        return f'it ends with {done.returncode}: ' \
            f'{done.stderr.decode(errors="replace").splitlines()[-1:]}'
    ours = recorded(done.stdout.decode(errors='replace'), parameters(sysreel))
    threads = strace_log.read(log)
    killed = strace_log.killed(log)
    for tid, calls in threads.items():
        is_started = tid == min(threads)
        comparison.thread(began(ours.get(tid, []), is_started), calls, tid in killed)
    return None


def why_not(sysreel):
    """Why this cannot run here, or None."""
    if not shutil.which('strace'):
        return 'strace is not installed'
    done = subprocess.run([sysreel, 'print', '-n', '1', '--', 'true'],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        return done.stderr.decode(errors='replace').strip().replace('\n', ' ')
    done = subprocess.run(['strace', '-o', '/dev/null', 'true'], stderr=subprocess.PIPE)
    return 'strace may not trace here' if done.returncode else None


def main():
    sysreel, actor = (os.path.abspath(word) for word in sys.argv[1:3])
    tap = Tap()
    reason = why_not(sysreel)
    if reason:
        tap.skip(reason)
        return tap.done()
    total = 0
    for scenario in SCENARIOS + list(PROGRAMS):
        comparison = Comparison()
        with tempfile.TemporaryDirectory() as folder:
            room = os.path.join(folder, 'room')
            os.mkdir(room)
            words = PROGRAMS.get(scenario) or [actor, scenario, room,
                                               os.path.join(folder, 'expects')]
            trouble = run(sysreel, words, folder, comparison)
        if not tap.check(not trouble, f'{scenario}: strace and sysreel saw the same run',
                         [trouble]):
            continue
        tap.check(not comparison.wrong,
                  f'{scenario}: {comparison.calls} calls, {comparison.args} arguments and '
                  f'results agree', [line for one in comparison.wrong[:20] for line in one])
        for why, n in comparison.skipped.items():
            print(f'# {scenario}: {n} not compared: {why}')
        total += comparison.args
    tap.check(total >= AT_LEAST, f'{total} arguments and results were compared')
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
