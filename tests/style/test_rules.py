"""test_rules - each rule refuses what it is for, and only that.

A case is a rule, whether it must refuse, and a file: a path and its text.
"""

import sys

from rules import FUNCTION_LINES, RULES
from source import Source, split_params
from tap import Tap

REFUSED, FINE = True, False


def body(lines, name='f', note=''):
    """A function of LINES lines, from its return type to its brace."""
    return 'void\n' + name + '(void)\n{\n' + note + '\tx();\n' * (lines - 4) + '}\n'


def header(guard, first=' * x - for something.\n'):
    return f'/*\n{first} */\n#ifndef {guard}\n#define {guard}\n#endif\n'


CASES = [
    ('layers', REFUSED, 'engine/base/x.c', '#include "engine/event/event.h"\n'),
    ('layers', REFUSED, 'engine/event/x.h', '# include "engine/world/world.h"\n'),
    ('layers', REFUSED, 'engine/world/x.c', '#include "engine/capture/capture.h"\n'),
    ('layers', REFUSED, 'engine/capture/x.c', '#include "engine/world/world.h"\n'),
    ('layers', REFUSED, 'engine/query/x.c', '#include "ui/canvas.h"\n'),
    ('layers', REFUSED, 'engine/query/x.c', '#include "probe/wire.h"\n'),
    ('layers', REFUSED, 'engine/filter/x.c', '#include "engine/query/query.h"\n'),
    ('layers', REFUSED, 'probe/x.c', '#include "engine/world/world.h"\n'),
    ('layers', REFUSED, 'ui/screen.c', '#include "engine/capture/capture.h"\n'),
    ('layers', REFUSED, 'engine/base/x.c', '#include "hash.h"\n'),
    ('layers', REFUSED, 'engine/base/x.c', '#include "../event/event.h"\n'),
    ('layers', REFUSED, 'engine/new/x.c', 'int x;\n'),
    ('layers', FINE, 'engine/base/x.c', '#include <stdio.h>\n#include "engine/base/mem.h"\n'),
    ('layers', FINE, 'engine/world/x.c', '#include "engine/event/source.h"\n'),
    ('layers', FINE, 'engine/record/x.c', '#include "engine/capture/capture.h"\n'),
    ('layers', FINE, 'engine/filter/x.c', '#include "engine/field/field.h"\n'),
    ('layers', FINE, 'probe/x.c', '#include "engine/event/source.h"\n'),
    ('layers', FINE, 'ui/cli/x.c', '#include "engine/capture/capture.h"\n'),
    ('layers', FINE, 'ui/main.c', '#include "probe/probe.h"\n'),
    ('layers', FINE, 'tests/unit/x.c', '#include "engine/query/query.h"\n'),
    ('libraries', REFUSED, 'ui/screen.c', '#include <curses.h>\n'),
    ('libraries', REFUSED, 'ui/cli/print.c', '#include <ncursesw/curses.h>\n'),
    ('libraries', REFUSED, 'engine/query/x.c', '#include <lua.h>\n'),
    ('libraries', REFUSED, 'engine/event/x.c', '#include <bpf/libbpf.h>\n'),
    ('libraries', REFUSED, 'ui/cli/info.c', '#include <zlib.h>\n'),
    ('libraries', REFUSED, 'engine/field/x.c', '#include <jansson.h>\n'),
    ('libraries', FINE, 'ui/term.c', '#include <curses.h>\n'),
    ('libraries', FINE, 'engine/capture/inflate.c', '#include <zlib.h>\n'),
    ('libraries', FINE, 'engine/lua/x.c', '#include <lauxlib.h>\n'),
    ('own_header', REFUSED, 'engine/base/x.c',
     '#include <stdio.h>\n#include "engine/base/x.h"\n'),
    ('own_header', FINE, 'engine/base/x.c',
     '#include "engine/base/x.h"\n#include <stdio.h>\n'),
    ('own_header', FINE, 'engine/base/x.c', '#include <stdio.h>\n'),
    ('silent', REFUSED, 'engine/base/x.c', '\tprintf("x");\n'),
    ('silent', REFUSED, 'engine/field/x.c', '\tfprintf(f, "x");\n'),
    ('silent', REFUSED, 'engine/field/x.c', '\texit (1);\n'),
    ('silent', REFUSED, 'engine/field/x.c', '\t_exit(1);\n'),
    ('silent', REFUSED, 'engine/base/x.h', '\tabort();\n'),
    ('silent', REFUSED, 'engine/base/x.c', '\tgetenv("HOME");\n'),
    ('silent', REFUSED, 'engine/base/x.c', '\tf(stderr);\n'),
    ('silent', FINE, 'engine/base/mem.c', '\t_exit(70);\n'),
    ('silent', FINE, 'engine/base/x.h', '\t__attribute__((format(printf, 3, 4)));\n'),
    ('silent', FINE, 'engine/base/x.c', '\tvsnprintf(p, n, fmt, ap);\n'),
    ('silent', FINE, 'engine/base/x.c', '/* like printf() */\n\tf("exit(1)");\n'),
    ('silent', FINE, 'engine/base/x.c', '\tthread_exit(t);\n\tops->exit(t);\n'),
    ('silent', FINE, 'ui/cli/x.c', '\tprintf("x");\n'),
    ('globals', REFUSED, 'engine/world/x.c', 'static int count;\n'),
    ('globals', REFUSED, 'engine/world/x.c', 'static struct x table[4] = {\n'),
    ('globals', REFUSED, 'engine/world/x.c', '\tstatic char buf[64];\n'),
    ('globals', FINE, 'engine/world/x.c', 'static const int n = 3;\n'),
    ('globals', FINE, 'engine/world/x.c', 'static const char *const names[] = {\n'),
    ('globals', FINE, 'engine/world/x.c', 'static inline int\nf(void)\n{\n}\n'),
    ('globals', FINE, 'ui/app.c', 'static int count;\n'),
    ('file', REFUSED, 'engine/base/x.c', 'int x;\n' * 1001),
    ('file', REFUSED, 'tests/unit/x.h', 'int x;\n' * 1001),
    ('file', FINE, 'engine/base/x.c', 'int x;\n' * 1000),
    ('line', REFUSED, 'engine/base/x.c', 'x' * 101 + '\n'),
    ('line', REFUSED, 'engine/event/x.def', '\t' + 'x' * 93 + '\n'),
    ('line', FINE, 'engine/base/x.c', '\t' + 'x' * 92 + '\n'),
    ('line', FINE, 'engine/base/x.c', '\u00e9' * 100 + '\n'),
    ('function', REFUSED, 'engine/base/x.c', body(FUNCTION_LINES + 1)),
    ('function', REFUSED, 'tests/unit/x.c', 'int y;\n\n' + body(FUNCTION_LINES + 1)),
    ('function', REFUSED, 'engine/base/x.c',
     body(FUNCTION_LINES + 1, note='\t/* budget: */\n')),
    ('function', REFUSED, 'engine/base/x.c',
     '/* budget: why */\n' + body(9, 'g') + '\n' + body(FUNCTION_LINES + 1)),
    ('function', FINE, 'engine/base/x.c', body(FUNCTION_LINES)),
    ('function', FINE, 'engine/base/x.c', '/* budget: a switch */\n' + body(FUNCTION_LINES + 1)),
    ('function', FINE, 'engine/base/x.c',
     body(FUNCTION_LINES + 1, note='\t/* budget: a flat switch */\n')),
    ('function', FINE, 'engine/base/x.c',
     'static const int t[] = {\n' + '\t1,\n' * 300 + '};\n'),
    ('parameters', REFUSED, 'engine/base/x.h',
     'int f(int a, int b, int c, int d, int e, int g);\n'),
    ('parameters', REFUSED, 'engine/base/x.h',
     'struct x *f(int a, int b, int c,\n\t    int d, int e, int g)\n\t__attribute__((nonnull));\n'),
    ('parameters', REFUSED, 'engine/base/x.c',
     'static int\nf(int a, int b, int c, int d,\n  void (*e)(int, int), int g)\n{\n}\n'),
    ('parameters', FINE, 'engine/base/x.h',
     'int f(int a, int b, int c, int d, const char *e, ...);\n'),
    ('parameters', FINE, 'engine/base/x.h',
     'int f(int a, int (*b)(int, int, int, int, int, int));\n'),
    ('parameters', FINE, 'engine/event/x.c',
     'ROW(1, 2, 3, 4, 5, 6)\nint f(int a);\n'),
    ('nesting', REFUSED, 'engine/base/x.c', '\t\t\t\t\tif (x)\n'),
    ('nesting', REFUSED, 'engine/base/x.c', '\t\t\t\t\t} else {\n'),
    ('nesting', FINE, 'engine/base/x.c', '\t\t\t\tif (x)\n\t\t\t\t\ty();\n'),
    ('shape', REFUSED, 'engine/base/x.c', 'int f(void) {\n\treturn 1;\n}\n'),
    ('shape', REFUSED, 'engine/base/x.c', 'static int f(void)\n{\n\treturn 1;\n}\n'),
    ('shape', REFUSED, 'engine/base/x.c', 'static int\nf(void)\n{\n#ifdef X\n#endif\n}\n'),
    ('shape', FINE, 'engine/base/x.c', 'static int\nf(int a,\n  int b)\n{\n\treturn 1;\n}\n'),
    ('shape', FINE, 'engine/base/x.c',
     '__attribute__((format(printf, 1, 2))) static int\nf(const char *p, ...)\n{\n}\n'),
    ('shape', FINE, 'engine/base/x.c', '#ifdef X\nint\nf(void)\n{\n}\n#endif\n'),
    ('comments', REFUSED, 'engine/base/x.c', 'int x; // a number\n'),
    ('comments', FINE, 'engine/base/x.c', 'f("http://x"); /* https://y */\n'),
    ('types', REFUSED, 'engine/base/x.h', 'typedef struct x x_t;\n'),
    ('types', REFUSED, 'engine/base/x.h', 'typedef enum { A, B } x_t;\n'),
    ('types', FINE, 'engine/base/x.h', 'typedef int (*x_fn)(struct x *x);\n'),
    ('headers', REFUSED, 'engine/base/x.h', header('X_H')),
    ('headers', REFUSED, 'engine/base/x.h', header('ENGINE_BASE_X_H', ' * Something.\n')),
    ('headers', REFUSED, 'engine/base/x.h', '#ifndef ENGINE_BASE_X_H\n#define ENGINE_BASE_X_H\n'),
    ('headers', FINE, 'engine/base/x.h', header('ENGINE_BASE_X_H')),
    ('finished', REFUSED, 'engine/base/x.c', '/* TO' 'DO: more */\n'),
    ('finished', REFUSED, 'docs/x.md', 'FIX' 'ME\n'),
    ('finished', REFUSED, 'run', '# X' 'XX\n'),
    ('finished', FINE, 'engine/base/x.c', '/* mkstemp wants "' + 'X' * 6 + '" */\n'),
    ('machine', REFUSED, 'docs/x.md', 'see /wo' 'rk/notes\n'),
    ('machine', REFUSED, 'tests/x.py', 'open("/ro' 'ot/.cache/x")\n'),
    ('machine', FINE, 'docs/x.md', 'in build/work/x and $root/work/x\n'),
]


def main():
    tap = Tap()
    for rule, refused, path, text in CASES:
        offences = list(RULES[rule][1](Source(path, text)))
        what = text.replace('\n', ' ').replace('\t', ' ').replace('#', '').strip()[:50]
        tap.check(bool(offences) == refused,
                  f'{rule}: {"refused" if refused else "fine"}: {path}: {what}', offences)
    for rule in RULES:
        kinds = {refused for name, refused, _, _ in CASES if name == rule}
        tap.check(kinds == {REFUSED, FINE}, f'{rule} has cases of both kinds')
    tap.check(split_params('void') == [], 'void is no parameter')
    return tap.done()


sys.exit(main())
