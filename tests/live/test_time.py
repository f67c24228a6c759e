"""test_time SYSREEL CPU_TOTAL - the CPU time of threads, in samples and in views, switches and
page faults.

Only processes that this test starts are traced.
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

# In the program, in the kernel, in another thread; then say what that took.
BUSY = '''
import os, resource, sys, threading, time
def spin(s):
    end = time.thread_time() + s
    while time.thread_time() < end:
        for i in range(1000): pass
f = os.open('/dev/zero', os.O_RDONLY)
spin(0.6)
end = time.thread_time() + 0.4
while time.thread_time() < end:
    os.read(f, 1 << 20)
t = threading.Thread(target=spin, args=(0.3,))
t.start()
t.join()
m = bytearray(4096 * 300)
os.write(2, b'%d %f %f %d' % (os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_utime,
    resource.getrusage(resource.RUSAGE_SELF).ru_stime,
    resource.getrusage(resource.RUSAGE_SELF).ru_minflt))
'''

# Children that live shorter than a second lies between samples, and one that sleeps.
SHORT = '''
import os, resource, time
def spin(s):
    end = time.thread_time() + s
    while time.thread_time() < end:
        for i in range(1000): pass
def child(work):
    if not os.fork():
        work()
        r = resource.getrusage(resource.RUSAGE_SELF)
        os.write(2, b'%d %f %f\\n' % (os.getpid(), r.ru_utime, r.ru_stime))
        os._exit(0)
    os.wait()
child(lambda: spin(0.1))
child(lambda: spin(0.3))
child(lambda: time.sleep(0.5))
spin(0.2)
r = resource.getrusage(resource.RUSAGE_SELF)
os.write(2, b'%d %f %f\\n' % (os.getpid(), r.ru_utime, r.ru_stime))
'''


# Memory that comes without a call: by being touched. Then it waits for two samples.
LARGE = '''
import os, resource, time
m = bytearray(40 << 20)
for i in range(0, len(m), 4096):
    m[i] = 1
time.sleep(2.2)
rss = open('/proc/self/status').read().split('VmRSS:')[1].split()[0]
os.write(2, b'%d %d %d' % (os.getpid(), int(rss),
    resource.getrusage(resource.RUSAGE_SELF).ru_minflt))
os._exit(0)
'''


def run(sysreel, *words):
    done = subprocess.run([sysreel, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)
    return done.stdout.decode('latin-1'), done.stderr.decode('latin-1')


def cpu_times(tap, sysreel, folder):
    path = os.path.join(folder, 'busy')
    said = run(sysreel, 'record', '-w', path, '-s', '0', '--', sys.executable, '-c', BUSY)[1]
    pid, user, system, _ = said.split()
    lines = run(sysreel, 'print', '-r', path, '-D', '-p', '*%evt.rawtime %thread.tid %evt.info',
                'evt.type=procinfo')[0].split('\n')[:-1]
    samples = [re.fullmatch(r'(\d+) (\d+) cpu_usr=(\d+) cpu_sys=(\d+) ?', x).groups() for x in lines]
    times = {}
    for _, tid, usr, sys_ in samples:
        times.setdefault(tid, []).append((int(usr), int(sys_)))
    tap.check(len(times) == 2 and len(times[pid]) >= 3, 'both threads are sampled', lines)
    last = [x[-1] for x in times.values()]
    usr, sys_ = sum(x[0] for x in last) / 100, sum(x[1] for x in last) / 100
    wanted = float(user) + float(system)
    tap.check(abs(usr + sys_ - wanted) < 0.1, f'{usr + sys_:.2f} s in all are {wanted:.2f} s',
              lines)
    tap.check(abs(usr - float(user)) < 0.2 and abs(sys_ - float(system)) < 0.2,
              f'{usr:.2f} s in the program, {sys_:.2f} s in the kernel', [said] + lines)
    other = next(x for tid, x in times.items() if tid != pid)[-1]
    tap.check(0.25 <= sum(other) / 100 <= 0.5, f'{sum(other) / 100:.2f} s of the other thread')
    out = run(sysreel, 'print', '-r', path)[0]
    tap.check('procinfo' not in out, 'they are not shown but on demand')
    out = run(sysreel, 'print', '-r', path, '-D')[0]
    tap.check('asyncevent' not in out, 'nor is what tells them exactly')


def rows_of(sysreel, view, *words):
    """The rows of a view, by their key."""
    table = run(sysreel, 'view', view, '--format', 'csv', *words)[0]
    return {row[next(iter(row))]: row for row in csv.DictReader(table.splitlines())}


def cpu_views(tap, sysreel, folder):
    path = os.path.join(folder, 'short')
    said = run(sysreel, 'record', '-w', path, '-s', '0', '--', sys.executable, '-c', SHORT)[1]
    truth = [line.split() for line in said.splitlines() if line[:1].isdigit()]
    times = run(sysreel, 'print', '-r', path, '-p', '%evt.rawtime')[0].split()
    window = (int(times[-1]) - int(times[0])) / 1e9
    rows = rows_of(sysreel, 'procs_cpu', '-r', path)
    tap.check(len(truth) == 4, 'four processes say what they used', said)
    for pid, user, system in truth:
        row = rows[pid]
        used = [float(row[x] or -1) * window / 100 for x in ('CPU (%)', 'USER (%)', 'SYS (%)')]
        wanted = float(user) + float(system)
        tap.check(abs(used[0] - wanted) < 0.02 + 0.03 * wanted and
                  abs(used[1] + used[2] - used[0]) < 1e-6,
                  f'{used[0]:.3f} s of {pid} in the view are {wanted:.3f} s', row)
    half = str(window / 2)
    parts = [float(rows_of(sysreel, 'procs', '-r', path, *x).get(truth[1][0], {}).get(
        'CPU (%)') or 0) for x in (['--to', '+' + half + 's'], ['--from', '+' + half + 's'])]
    whole = float(rows[truth[1][0]]['CPU (%)'])
    tap.check(abs(sum(parts) / 2 - whole) < 0.1 * whole,
              f'halves of the window, {parts[0]:.1f} % and {parts[1]:.1f} %, make up '
              f'{whole:.1f} %')
    few, parent = rows_of(sysreel, 'procs_cpu', '-r', path, 'evt.type=wait4'), truth[3][0]
    tap.check(parent in few and few[parent]['CPU (%)'] == rows[parent]['CPU (%)'],
              'a filter on events changes nothing of it', few)
    live = run(sysreel, 'view', 'procs_cpu', '--format', 'csv', '--', sys.executable, '-c',
               SHORT)
    truth = [x.split() for x in live[1].splitlines() if re.match(r'\d+ \d', x)]
    rows = {row['PID']: row for row in csv.DictReader(live[0].splitlines())}
    tap.check(len(truth) == 4, 'four processes say what they used, live', live[1])
    shares = [float(rows[x[0]]['CPU (%)'] or 0) for x in truth[:2]] if len(truth) == 4 else []
    tap.check(len(shares) == 2 and abs(shares[1] / shares[0] - 3) < 0.4,
              f'of the live view, {shares} % are as one to three', rows)


def sizes(tap, sysreel, folder):
    """What no call tells is sampled, too: how large a process is, and its page faults."""
    path = os.path.join(folder, 'large')
    said = run(sysreel, 'record', '-w', path, '-s', '0', '--', sys.executable, '-c', LARGE)[1]
    pid, rss, faults = said.split()
    row = rows_of(sysreel, 'procs', '-r', path)[pid]
    tap.check(abs(int(row['RES (KiB)']) - int(rss)) < int(rss) / 10,
              f'{row["RES (KiB)"]} KiB in memory are {rss}', row)
    row = rows_of(sysreel, 'page_faults', '-r', path)[pid]
    tap.check(int(faults) * 0.9 < int(row['MINOR']) <= int(faults) + 100,
              f'{row["MINOR"]} page faults are {faults}', row)


def timeline(tap, sysreel, tool, folder):
    """All slices of the timeline are what programs used, by samples and by switches."""
    for words in ([], ['--switches']):
        path = os.path.join(folder, 'line')
        said = run(sysreel, 'record', '-w', path, *words, '--', sys.executable, '-c', SHORT)[1]
        truth = [line.split() for line in said.splitlines() if line[:1].isdigit()]
        wanted = sum(float(x[1]) + float(x[2]) for x in truth)
        out, said = run(tool, path)
        seconds, n, n_wrong = out.splitlines()[-1].split()
        tap.check(len(truth) == 4 and abs(float(seconds) - wanted) < 0.05 + 0.03 * wanted,
                  f'{seconds} s in the timeline are {wanted:.2f} s', out + said)
        tap.check(int(n) > 6 and n_wrong == '0', f'{n} timelines add up to what tables say', out)


def idle(tap, sysreel):
    """Who is there and does nothing has used nothing: that is known, too."""
    with subprocess.Popen(['sleep', '60']) as sleeper:
        out, said = run(sysreel, 'view', 'procs', '--format', 'csv', '--tree', str(sleeper.pid),
                        '-d', '700', '-M', '2')
        whole, _ = run(sysreel, 'view', 'procs', '--format', 'json', '--tree',
                       str(sleeper.pid), '-M', '1')
        sleeper.kill()
    table = json.loads(whole)
    tap.check(0.9 < (table['to_ns'] - table['from_ns']) / 1e9 < 1.5 and
              [r['CPU'] for r in table['rows']] == [0],
              'a second in which nothing happens is one, and nothing is used in it', whole)
    rows = [r for r in csv.reader(out.splitlines()) if r and r[0] == str(sleeper.pid)]
    tap.check(len(rows) >= 2 and all(float(r[1] or -1) == 0 for r in rows),
              'an idle process used nothing in any window', out + said)


def on_demand(tap, sysreel):
    for words, names in (([], set()), (['--switches'], {'switch'}),
                         (['--page-faults'], {'page_fault'}), (['evt.type=switch'], {'switch'}),
                         (['evt.type in (page_fault, switch)'], {'switch', 'page_fault'})):
        out, said = run(sysreel, 'print', '-p', '%evt.type', *words, '--', sys.executable, '-c',
                        'import time; time.sleep(0.01)')
        seen = set(out.split()) & {'switch', 'page_fault'}
        tap.check(seen == names, f'{words} shows {sorted(names)}', [said])


def page_faults(tap, sysreel):
    out, said = run(sysreel, 'print', '-p', '%evt.arg.error', 'evt.type=page_fault', '--',
                    sys.executable, '-c', BUSY)
    n, wanted = len(out.split('\n')) - 1, int(said.split()[3])
    tap.check(wanted * 0.7 < n <= wanted * 1.1, f'{n} page faults of programs among {wanted}',
              [said])
    tap.check(out.count('WRITE_ACCESS') >= 300, 'what is written is said to be')


def main():
    tap = Tap()
    sysreel = sys.argv[1]
    done = subprocess.run([sysreel, 'print', '-q', '--', 'true'], stderr=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        tap.skip(done.stderr.decode('latin-1').strip())
        return tap.done()
    with tempfile.TemporaryDirectory() as folder:
        cpu_times(tap, sysreel, folder)
        cpu_views(tap, sysreel, folder)
        sizes(tap, sysreel, folder)
        timeline(tap, sysreel, sys.argv[2], folder)
    idle(tap, sysreel)
    on_demand(tap, sysreel)
    if os.uname().machine == 'x86_64':
        page_faults(tap, sysreel)
    else:
        tap.skip('no tracepoint for page faults')
    return tap.done()


sys.exit(main())
