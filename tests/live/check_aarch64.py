"""check_aarch64 - the program for the other machine: check_aarch64.py COMPILE_COMMANDS ROOT.

Where the cross compiler is, all C files of the program are compiled for aarch64 (nothing is
linked: of libraries their headers, which are the same for any machine, are enough), and the
numbers of system calls are held to the kernel's own headers.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

CROSS = 'aarch64-linux-gnu-gcc'
SYSTEM = '/usr/include'
MACHINE = '/usr/include/x86_64-linux-gnu'
PARTS = ('engine/', 'probe/', 'ui/')
# Names in its header that are no calls: of the header itself, and of one that no kernel has.
NO_CALLS = {'syscalls', 'arch_specific_syscall', 'nfsservctl'}


def files_of(path, root):
    """(folder, file, arguments) of each C file of the program."""
    with open(path, encoding='utf-8') as f:
        commands = json.load(f)
    found = {}
    for c in commands:
        name = os.path.realpath(os.path.join(c['directory'], c['file']))
        name = os.path.relpath(name, root)
        if name.startswith(PARTS) and name.endswith('.c'):
            found[name] = (c['directory'], shlex.split(c['command'])[1:])
    return found


def arguments_of(words, folder):
    """What decides how a file is read: definitions, standard, folders of headers."""
    kept = [w for w in words if re.match(r'-(D|std=|I|isystem)', w)]
    return [w for w in kept if not w.startswith(('-I' + MACHINE, '-isystem' + MACHINE))] + [
        '-idirafter', folder]


def compile_one(item):
    name, (directory, words), root, folder = item
    got = subprocess.run([CROSS, '-fsyntax-only', '-Wall', '-Wextra', '-Werror',
                          *arguments_of(words, folder), os.path.join(root, name)],
                         cwd=directory, capture_output=True, text=True, check=False)
    return name, got.returncode, got.stderr


def link_headers(folder):
    """The headers of libraries, without those of the C library of this machine."""
    cross = set(os.listdir('/usr/aarch64-linux-gnu/include'))
    for place in (MACHINE, SYSTEM):
        for name in os.listdir(place) if os.path.isdir(place) else ():
            if name not in cross and not os.path.lexists(os.path.join(folder, name)):
                os.symlink(os.path.join(place, name), os.path.join(folder, name))


def kernel_numbers():
    got = subprocess.run([CROSS, '-E', '-dM', '-include', 'asm/unistd.h', '-x', 'c',
                          '/dev/null'], capture_output=True, text=True, check=True)
    words = dict(re.findall(r'^#define __NR(\w+) (\w+)$', got.stdout, re.M))
    # One that differs between machines of 32 and 64 bits stands for another word.
    return {name[1:]: int(words.get(value[len('__NR'):], value))
            for name, value in words.items() if name.startswith('_')}


def our_numbers(root):
    with open(os.path.join(root, 'engine/event/syscalls_aarch64.def'), encoding='utf-8') as f:
        return {name: int(number)
                for number, name in re.findall(r'^CALL\((\d+), "(\w+)"', f.read(), re.M)}


n_checks = 0


def check(is_right, what, detail=''):
    global n_checks
    n_checks += 1
    print(f'{"ok" if is_right else "not ok"} {n_checks} - {what}')
    for line in detail.splitlines()[:20] if not is_right else ():
        print('#', line)
    return is_right


def main(commands, root):
    root = os.path.realpath(root)
    if not shutil.which(CROSS):
        print(f'1..0 # SKIP there is no {CROSS}')
        return 0
    good = True
    with tempfile.TemporaryDirectory() as folder:
        link_headers(folder)
        items = [(name, how, root, folder) for name, how in files_of(commands, root).items()]
        good &= check(len(items) > 200, f'{len(items)} C files of the program are known')
        with ThreadPoolExecutor(2) as pool:
            bad = [(n, e) for n, code, e in pool.map(compile_one, items) if code]
        good &= check(not bad, 'all of them compile for aarch64',
                      '\n'.join(f'{n}: {e}' for n, e in bad[:3]))
    kernel, ours = kernel_numbers(), our_numbers(root)
    wrong = [f'{name} is {number}, here {ours[name]}' for name, number in kernel.items()
             if name in ours and ours[name] != number]
    good &= check(len(kernel) > 250, f'the kernel has {len(kernel)} calls')
    good &= check(not wrong, 'calls have the numbers that the kernel gives them',
                  '\n'.join(wrong))
    missing = sorted(set(kernel) - set(ours) - NO_CALLS)
    good &= check(not missing, 'none of its calls is missing', ' '.join(missing))
    print(f'1..{n_checks}')
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
