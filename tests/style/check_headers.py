"""check_headers TOP COMPILER... [--bpf COMPILER...] - every header compiles alone, and twice.

A header that lacks an include is compiled first: the check must refuse it. What runs
in the kernel has a compiler of its own; without one, its headers are skipped.
"""

import os
import subprocess
import sys
import tempfile

from source import walk
from tap import Tap

STANDARD = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra']
FLAGS = ['-Werror', '-fsyntax-only', '-x', 'c', '-']
BPF_HEADERS = 'probe/bpf/'


def compile_alone(compiler, top, path):
    """None when PATH compiles, else the words of the compiler."""
    unit = f'#include "{path}"\n#include "{path}"\n'
    done = subprocess.run(compiler + ['-I', top] + FLAGS, input=unit, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.splitlines() or ['it failed'] if done.returncode else None


def trial(compiler, text):
    """compile_alone() of a header that holds TEXT."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'x.h'), 'w', encoding='utf-8') as f:
            f.write(text)
        return compile_alone(compiler, folder, 'x.h')


def main():
    top, words = sys.argv[1], sys.argv[2:]
    split = words.index('--bpf') if '--bpf' in words else len(words)
    compiler, bpf = words[:split] + STANDARD, words[split + 1:]
    tap = Tap()
    whole = '#ifndef X_H\n#define X_H\n#include <stddef.h>\nstruct x { size_t n; };\n#endif\n'
    tap.check(trial(compiler, whole) is None, 'a whole header passes')
    tap.check(trial(compiler, whole.replace('#include <stddef.h>\n', '')),
              'a header that lacks an include is refused')
    tap.check(trial(compiler, '#include <stddef.h>\nstruct x { size_t n; };\n'),
              'a header without a guard is refused')
    for src in walk(top):
        if not src.path.endswith('.h'):
            continue
        theirs = bpf if src.path.startswith(BPF_HEADERS) else compiler
        if theirs:
            words = compile_alone(theirs, top, src.path)
            tap.check(words is None, f'{src.path} compiles alone', words or ())
        else:
            tap.skip(f'{src.path}: no compiler for BPF')
    return tap.done()


sys.exit(main())
