"""test_filter SYSREEL - what the kernel leaves out changes nothing but the work.

Only processes that this test starts are traced: commands, and cgroups that it makes.
"""

import collections
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

STORY = '''
exec 3</etc/passwd
cat <&3 >/dev/null
cat /etc/passwd | sed -n 1p >/dev/null
(exec 3<&-; cd /; cat etc/group >/dev/null)
'''
# What comes out the same each time the story is told.
FORM = '*%evt.dir %evt.type %proc.name %evt.failed %fd.typechar %evt.buflen'
FILTERS = [
    'evt.type=read',
    'evt.type in (read, write) and proc.name=cat',
    'proc.name=sed',
    'proc.name in (sed, cat)',
    'proc.name=sed or proc.name=cat',
    'not proc.name=sh and evt.dir=<',
    'proc.name!=cat and evt.type=close',
    'evt.type=getppid or evt.type=geteuid',
    'evt.type=getppid and evt.dir=>',
    'proc.name=a-name-that-is-too-long',
    'fd.name=/etc/passwd and evt.type=read',
    'container.id=0123456789ab',
    'container.id=host and evt.type=execve',
]
SLEEPY = '''
import os, sys
for line in sys.stdin:
    f = os.open(line.strip(), os.O_RDONLY)
    os.read(f, 10)
    os.close(f)
    print(flush=True)
'''


class Bench:
    def __init__(self, sysreel, folder):
        self.sysreel = sysreel
        self.folder = folder

    def run(self, *words):
        done = subprocess.run([self.sysreel, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=50,
                              check=False, env=dict(os.environ, LC_ALL='C'))
        return done.stdout.decode('latin-1'), done.stderr.decode('latin-1'), done.returncode

    def path(self, name):
        return os.path.join(self.folder, name)

    def file_lines(self, name, *words):
        return self.run('print', '-r', self.path(name), *words)[0].split('\n')[:-1]


def count(lines):
    return collections.Counter(lines)


def same_lines(tap, bench):
    """The kernel's choice, and the filter's alone, of what is told twice."""
    bench.run('record', '-w', bench.path('all'), '--', 'sh', '-c', STORY)
    for wanted in FILTERS:
        out, said, status = bench.run('print', '-v', '-p', FORM, *wanted.split(), '--', 'sh',
                                      '-c', STORY)
        here = count(out.split('\n')[:-1])
        there = count(bench.file_lines('all', '-p', FORM, *wanted.split()))
        tap.check(here == there and status == 0, f'{wanted}: {sum(here.values())} events',
                  [f'only live: {here - there}', f'only in a file: {there - here}', said])


def told(tap, bench):
    """-v says what is left to the kernel."""
    said = bench.run('print', '-v', '-q', 'evt.type=read', 'and', 'proc.name=cat', '--',
                     'cat', '/etc/passwd')[1]
    tap.check(re.search(r'sends 1 of \d+ kinds of calls, of cat; \d+ more for the state', said),
              'a type and a name', [said])
    n_few = int(re.search(r'(\d+) events read', said).group(1))
    said = bench.run('print', '-v', '-q', 'fd.name=x', '--', 'cat', '/etc/passwd')[1]
    n_all = int(re.search(r'(\d+) events read', said).group(1))
    tap.check(re.search(r'sends (\d+) of \1 kinds of calls', said), 'nothing', [said])
    tap.check(n_few < n_all, f'{n_few} of {n_all} events are sent')
    said = bench.run('print', '-v', '-q', 'evt.deltatime>1', '--', 'cat', '/etc/passwd')[1]
    tap.check('sends all events' in said, 'times between events take all events', [said])


def names_are_known(tap, bench):
    """A recording of reads knows what is read."""
    words = ['evt.type=read', '--', 'sh', '-c', STORY]
    bench.run('record', '-w', bench.path('reads'), *words)
    lines = bench.file_lines('reads', '-p', '*%evt.type %fd.name')
    tap.check(lines and all(re.fullmatch(r'read (/.*|\d+|pipe:.*)?', x) for x in lines) and
              '<NA>' not in ' '.join(lines), f'{len(lines)} reads, all by name', lines)
    tap.check('read /etc/passwd' in lines and 'read /etc/group' in lines, 'as it was', lines)
    state = len(bench.file_lines('reads', '-D')) - len(lines)
    bench.run('record', '-w', bench.path('no-state'), '--no-state', *words)
    bare = bench.file_lines('no-state', '-D')
    left = [x for x in bare if ' read ' not in x]
    tap.check(state > 50 and not [x for x in left if ' open' in x or ' close' in x],
              f'{state} more events are for the state, without it none', left)


def cgroup_mounts():
    """(version, folder) of one hierarchy of each version."""
    found = {}
    with open('/proc/self/mountinfo', encoding='latin-1') as f:
        for line in f:
            words, kind = line.split(' - ')
            version = {'cgroup2': 2, 'cgroup': 1}.get(kind.split()[0])
            if version and (version == 2 or ',pids' in kind or ',freezer' in kind):
                found[version] = words.split()[4]
    return sorted(found.items())

BUSY = '''
import os
if len(os.sched_getaffinity(0)) > 1:
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
print('', flush=True)
while True:
    os.getppid()
'''


class Sleepy:
    """A program that reads the files that it is told to read."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, '-c', SLEEPY], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.read('/dev/null')
        return self

    def read(self, name):
        self.process.stdin.write(name + '\n')
        self.process.stdin.flush()
        self.process.stdout.readline()

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Cgroup:
    def __init__(self, mount, name):
        self.folder = os.path.join(mount, name)
        self.name = '/' + name

    def __enter__(self):
        os.makedirs(os.path.join(self.folder, 'inner'))
        return self

    def take(self, pid, inner=''):
        with open(os.path.join(self.folder, inner, 'cgroup.procs'), 'w',
                  encoding='ascii') as f:
            f.write(f'{pid}\n')

    def __exit__(self, *_):
        for inner in ('inner', ''):
            for _ in range(100):
                try:
                    os.rmdir(os.path.join(self.folder, inner))
                    break
                except OSError:
                    time.sleep(0.02)


class Watch:
    """sysreel while something happens; afterwards its lines."""

    def __init__(self, bench, *words):
        self.bench, self.words = bench, words

    def __enter__(self):
        self.out = open(self.bench.path('out'), 'w+', encoding='latin-1')
        self.process = subprocess.Popen([self.bench.sysreel, 'print', '-v', *self.words],
                                        stdout=self.out, stderr=subprocess.PIPE, text=True)
        self.said = self.process.stderr.readline()
        time.sleep(0.3)
        return self

    def __exit__(self, *_):
        time.sleep(0.1)
        self.process.send_signal(signal.SIGINT)
        self.said += self.process.communicate(timeout=30)[1]
        self.out.seek(0)
        self.lines = self.out.read().split('\n')[:-1]
        self.out.close()


def by_cgroup(tap, bench, version, mount):
    name = f'sysreel-test-{os.getpid()}'
    with Cgroup(mount, name) as group, Sleepy() as inside, Sleepy() as outside:
        group.take(inside.process.pid)
        for path in (group.name, group.folder):
            with Watch(bench, '--cgroup', path, '-p', '*%thread.tid %evt.type %fd.name',
                       'evt.type=read and evt.dir=<') as seen:
                inside.read('/etc/passwd')
                outside.read('/etc/passwd')
            pids = {x.split()[0] for x in seen.lines}
            tap.check(pids == {str(inside.process.pid)},
                      f'version {version}: those in a cgroup and nobody else', [seen.said] +
                      seen.lines)
            tap.check(f'{inside.process.pid} read /etc/passwd' in seen.lines,
                      '  what they do', seen.lines)
        with Watch(bench, '--cgroup', group.name, '-p', '*%thread.tid %fd.name %proc.name',
                   'evt.type=read and evt.dir=<') as seen:
            inside.read('/etc/group')
            group.take(outside.process.pid, 'inner')
            outside.read('/etc/group')
            time.sleep(1.2)
            outside.read('/etc/hostname')
            group.take(inside.process.pid, '..')
            inside.read('/etc/hosts')
        pids = [str(x.process.pid) for x in (inside, outside)]
        tap.check(all(re.search(rf'^{x} /etc/group python', '\n'.join(seen.lines), re.M)
                      for x in pids), '  and who comes in, below it, by name', seen.lines)
        tap.check(any(re.search(rf'^{pids[1]} pipe:\[\d+\] ', x) for x in seen.lines),
                  '  with what it had open', seen.lines)
        tap.check(not any(x.startswith(pids[0] + ' /etc/hosts') for x in seen.lines),
                  '  but not who has left', seen.lines)


def busy_in_cgroup(tap, bench, version, mount):
    """What is known of the last caller on a CPU ends when it moves, though nobody else has
    called there in between."""
    name = f'sysreel-test-{os.getpid()}'
    with Cgroup(mount, name) as group, \
         Watch(bench, '--cgroup', group.name, '-p', '*%thread.tid %evt.rawtime',
               'evt.type=getppid') as seen:
        busy = subprocess.Popen([sys.executable, '-c', BUSY], stdout=subprocess.PIPE)
        busy.stdout.readline()
        group.take(busy.pid)
        time.sleep(0.4)
        group.take(busy.pid, '..')
        left_ns = time.time_ns()
        time.sleep(0.4)
        busy.kill()
        busy.communicate()
    times = [int(x.split()[1]) for x in seen.lines if x.startswith(f'{busy.pid} ')]
    tap.check(len(times) > 100, f'version {version}: who comes in without a pause',
              [len(times), seen.said])
    tap.check(times and max(times) < left_ns + 100_000_000, '  and leaves',
              [max(times, default=0) - left_ns])


def only_of_cgroup(tap, bench, version, mount):
    """A recording of a cgroup that can be shown to others tells of nobody else, not even of
    those who have started what is in it; who comes in is told of."""
    name = f'only-{version}'
    with Cgroup(mount, f'sysreel-{name}-{os.getpid()}') as group, Sleepy() as inside:
        group.take(inside.process.pid, 'inner')
        recording = subprocess.Popen([bench.sysreel, 'record', '-w', bench.path(name), '-M', '2',
                                      '--only', '--cgroup', group.name])
        for _ in range(500):
            if os.path.exists(bench.path(name)) and os.path.getsize(bench.path(name)):
                break
            time.sleep(0.01)
        inside.read('/etc/passwd')
        with Sleepy() as late:
            group.take(late.process.pid)
            late.read('/etc/group')
        recording.wait(timeout=30)
    rows = bench.run('info', '--procs', bench.path(name))[0].split('\n')[1:-1]
    tap.check({x.split()[1] for x in rows} == {str(inside.process.pid)},
              f'version {version}: --only is those in the cgroup at the start', rows)
    with open(bench.path(name), 'rb') as f:
        tap.check(b'test_filter.py' not in f.read(), '  not who has started them')
    lines = bench.file_lines(name, '-p', '*%thread.tid %fd.name', 'evt.type=read and evt.dir=<')
    tap.check(f'{inside.process.pid} /etc/passwd' in lines and
              f'{late.process.pid} /etc/group' in lines, '  and who comes in later', lines)


def by_container(tap, bench, mount):
    digits = os.urandom(32).hex()
    with Cgroup(mount, f'docker-{digits}.scope') as group, Sleepy() as inside:
        group.take(inside.process.pid)
        with Watch(bench, '--tree', str(inside.process.pid), '-p', '%container.id %fd.name',
                   f'container.id={digits[:12]} and evt.type=read') as seen:
            inside.read('/etc/passwd')
            group.take(inside.process.pid, '..')
            inside.read('/etc/group')
        tap.check(f'of container {digits[:12]}' in seen.said, 'the id of a container', [seen.said])
        tap.check(f'{digits[:12]} /etc/passwd' in seen.lines and
                  f'{digits[:12]} /etc/group' not in seen.lines, '  who is in it', seen.lines)


def short_lived(tap, bench, mount):
    """Programs that are gone before anybody can ask /proc, each in a container of its own:
    the kernel uses its memory of sets of cgroups again at once."""
    ids = [os.urandom(32).hex() for _ in range(20)]
    groups = [Cgroup(mount, f'docker-{x}.scope') for x in ids]
    story = ''.join(f'(echo 0 > {g.folder}/cgroup.procs; exec /bin/true {i[:12]})\n' * 5
                    for g, i in zip(groups, ids))
    with contextlib.ExitStack() as stack:
        for group in groups:
            stack.enter_context(group)
        out = bench.run('print', '-p', '%container.id %proc.args', 'evt.type=execve',
                        'and', 'evt.dir=<', 'and', 'proc.name=true', '--', 'sh', '-c', story)[0]
    wrong = [x for x in out.split('\n')[:-1] if len(set(x.split())) != 1]
    tap.check(out.count('\n') == 100 and not wrong,
              'programs that end at once belong to their containers', wrong + [out[:500]])


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], folder)
        said, status = bench.run('print', '-q', '--', 'true')[1:]
        if status:
            tap.skip(said.strip())
            return tap.done()
        same_lines(tap, bench)
        told(tap, bench)
        names_are_known(tap, bench)
        mounts = [x for x in cgroup_mounts() if os.access(x[1], os.W_OK)]
        for version, mount in mounts:
            by_cgroup(tap, bench, version, mount)
            busy_in_cgroup(tap, bench, version, mount)
            only_of_cgroup(tap, bench, version, mount)
        if mounts:
            by_container(tap, bench, mounts[-1][1])
            for version, mount in mounts:
                short_lived(tap, bench, mount)
        else:
            tap.skip('no cgroup can be made here')
    said, status = Bench(sys.argv[1], '').run('print', '--cgroup', '/no/such', '-q')[1:]
    tap.check(status == 1 and 'there is no such cgroup' in said and said.count('\n') == 1,
              'a cgroup that is none', [said])
    return tap.done()


sys.exit(main())
