"""test_heal SYSREEL - after losses, what is known of processes is what /proc has of them.

Workers fill all rings, which nobody reads, and then become what they are afterwards. When
the recorder has gone on for a while they tell what that is.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

WORKERS = 3

WORKER = """
import ctypes, os, json, subprocess, sys, threading, time
folder, seed = sys.argv[1], int(sys.argv[2])
libc = ctypes.CDLL(None)
tell = threading.Event()
end = threading.Event()

# Fills all rings, which nobody reads.
def fill():
    cpus = os.sched_getaffinity(0)
    for cpu in cpus:
        os.sched_setaffinity(0, [cpu])
        for _ in range(2000):
            os.close(os.open('/dev/null', os.O_RDONLY))
    os.sched_setaffinity(0, cpus)

# A single one may be lost still.
def say():
    for _ in range(20):
        os.getppid()
        time.sleep(0.02)

def kept():
    tell.wait()
    say()

def of_process(pid):
    with open(f'/proc/{pid}/status') as f:
        status = dict(x.rstrip().split(':', 1) for x in f)
    with open(f'/proc/{pid}/cmdline') as f:
        args = f.read().rstrip('\\0').split('\\0')
    return {'pid': pid, 'ppid': int(status['PPid']), 'name': status['Name'].strip(),
            'threads': int(status['Threads']), 'exe': os.readlink(f'/proc/{pid}/exe'),
            'args': args[1:], 'cwd': os.readlink(f'/proc/{pid}/cwd')}

SAY = '''import os, sys, time
sys.stdin.read(1)
for _ in range(20):
    os.getppid()
    time.sleep(0.02)
'''

# Turns into a child when it is told to.
def wait_and_exec():
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(ours, 0)
        os.close(theirs)
        os.read(0, 1)
        os.chdir('/var')
        os.execv(sys.executable, [sys.executable, '-c', SAY, 'late'])
    os.close(ours)
    return child, theirs

def ask(pipe):
    os.write(pipe, b'x')

late, late_pipe = wait_and_exec()
doomed = threading.Thread(target=end.wait, daemon=True)
doomed.start()
os.write(1, b'here')
os.read(0, 1)
fill()
ask(late_pipe)
child = subprocess.Popen([sys.executable, '-c', SAY, 'child'], cwd='/var', stdin=subprocess.PIPE)
thread = threading.Thread(target=kept, daemon=True)
thread.start()
with open(f'/proc/self/task/{thread.native_id}/comm', 'w') as f:
    f.write(f'kept{seed}')
end.set()
doomed.join()
os.chdir('/usr')
libc.prctl(15, f'worker{seed}'.encode(), 0, 0, 0)
fill()
os.write(1, b'done')
os.read(0, 1)
told = [of_process(os.getpid()), of_process(child.pid), of_process(late)]
told[0]['kept'] = [thread.native_id, f'kept{seed}']
say()
tell.set()
child.communicate(b'x')
ask(late_pipe)
os.close(late_pipe)
os.waitpid(late, 0)
thread.join()
os.write(1, json.dumps(told).encode() + b'\\n')
os._exit(0)
"""

# Who records is held while the workers change. Then it is quiet for as long as healing takes.
PARENT = '''
import os, signal, subprocess, sys, time
recorder = os.getppid()
workers = [subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2], str(i)],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
           for i in range(int(sys.argv[3]))]
def await_all(word):
    for w in workers:
        got = os.read(w.stdout.fileno(), 4)
        if got != word:
            os.kill(recorder, signal.SIGCONT)
            sys.exit('a worker says %r' % got)
await_all(b'here')
time.sleep(0.3)
os.kill(recorder, signal.SIGSTOP)
for w in workers:
    os.write(w.stdin.fileno(), b'x')
await_all(b'done')
time.sleep(0.3)
os.kill(recorder, signal.SIGCONT)
time.sleep(3)
out = [w.communicate(b'x')[0].decode() for w in workers]
print(''.join(out), end='', flush=True)
sys.exit(any(w.returncode for w in workers))
'''

FORM = ('*%proc.pid\t%thread.tid\t%proc.ppid\t%proc.name\t%proc.exepath\t%proc.args\t%proc.cwd\t'
        '%proc.nthreads')


def known(sysreel, path):
    """{tid: what is known at its last getppid()}"""
    out = subprocess.run([sysreel, 'print', '-r', path, '-p', FORM,
                          'evt.type=getppid and evt.dir=<'],
                         stdout=subprocess.PIPE, check=False).stdout.decode()
    rows = {}
    for line in out.split('\n')[:-1]:
        pid, tid, ppid, name, exe, args, cwd, threads = line.split('\t')
        if not pid.isdigit():
            continue
        rows[int(tid)] = {'pid': int(pid), 'ppid': int(ppid), 'name': name, 'exe': exe,
                          'args': args, 'cwd': cwd.rstrip('/') or '/', 'threads': int(threads)}
    return rows


def check_told(tap, told, rows):
    have = rows.get(told['pid'])
    if not tap.check(have, f'{told["pid"]} is known'):
        return
    told['args'] = ' '.join(told['args']).replace('\n', '\\x0a')
    wrong = [f'{what} is {str(told[what])[-60:]}, known as {str(have[what])[-60:]}'
             for what in have if what in told and str(told[what]).strip() !=
             str(have[what]).strip()]
    tap.check(not wrong, 'and what it is', wrong)
    if 'kept' not in told:
        return
    tid, name = told['kept']
    have = rows.get(tid)
    tap.check(have and have['pid'] == told['pid'] and have['name'] == name,
              f'its thread is {name}', [have])


def heal(tap, sysreel, folder):
    path = os.path.join(folder, 'capture')
    done = subprocess.run([sysreel, 'record', '-w', path, '--ring-size', '16', '--',
                           sys.executable, '-c', PARENT, WORKER, folder, str(WORKERS)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, timeout=90)
    said = done.stderr.decode('latin-1')
    found = re.search(r'lost: [\d,]+ events about data, ([\d,]+) that change', said)
    lost = int(found.group(1).replace(',', '')) if found else 0
    tap.check(done.returncode == 0 and lost > 10000, f'{lost} events that change are lost', [said])
    rows = known(sysreel, path)
    processes = [p for x in done.stdout.decode().split('\n') if x for p in json.loads(x)]
    tap.check(len(processes) == 3 * WORKERS, 'all tell what they are')
    for told in processes:
        check_told(tap, told, rows)


def main():
    tap = Tap()
    sysreel = sys.argv[1]
    done = subprocess.run([sysreel, 'print', '-q', '--', 'true'], stderr=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        tap.skip(done.stderr.decode('latin-1').strip())
        return tap.done()
    with tempfile.TemporaryDirectory() as folder:
        heal(tap, sysreel, folder)
    return tap.done()


sys.exit(main())
