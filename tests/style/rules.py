"""rules - how the sources must look: what a person would otherwise have to watch.

Each rule is a row of RULES: what holds when it is kept, and a function that
gives (line, what is wrong) for each offence in a source.
"""

import os
import re

from source import columns, split_params

FILE_LINES = 1000
LINE_COLUMNS = 100
FUNCTION_LINES = 100
PARAMETERS = 5
NESTING = 4

# What a folder may include besides itself. The lowest stage is first; whoever
# uses a stage may use what that one rests on.
BASE = ['engine/base']
EVENT = BASE + ['engine/event']
WORLD = EVENT + ['engine/world']
STORE = WORLD + ['engine/store']
FIELD = STORE + ['engine/field']
FILTER = FIELD + ['engine/filter']
LUA = FILTER + ['engine/lua']
QUERY = LUA + ['engine/query']
CAPTURE = EVENT + ['engine/capture']
RECORD = WORLD + CAPTURE + ['engine/record']
LAYERS = {
    'engine/base': [],
    'engine/event': BASE,
    'engine/capture': EVENT,
    'engine/world': EVENT,
    'engine/record': STORE + CAPTURE,
    'engine/store': WORLD,
    'engine/field': STORE,
    'engine/filter': FIELD,
    'engine/lua': FILTER,
    'engine/query': LUA,
    'probe': EVENT,
    'ui': QUERY,
    'ui/cli': QUERY + RECORD + ['probe', 'ui'],
}
WIRES_EVERYTHING = 'ui/main.c'

# Libraries, and the only places that know them.
LIBRARIES = [
    (r'(n?curses(w/.*)?|term|panel|menu|form)\.h', ['ui/term.c']),
    (r'(lua|lauxlib|lualib)\.h', ['engine/lua/']),
    (r'(bpf|libelf|gelf)(/.*|\.h)', ['probe/']),
    (r'zlib\.h', ['engine/capture/', 'engine/record/', 'engine/store/']),
    (r'libdeflate\.h', ['engine/capture/', 'engine/store/']),
    (r'pcre2\.h', ['engine/filter/']),
    (r'jansson\.h', ['engine/world/']),
]

PRINTS = re.compile(r'(?<![.>\w])(v?f?printf|v?dprintf|f?puts|f?putc|f?putchar|perror|_?exit|_Exit'
                    r'|quick_exit|abort|(secure_)?getenv|setenv|putenv|system|popen)\s*\('
                    r'|\b(stdout|stderr|environ)\b')
GLOBAL = re.compile(r'\s*static\s+(?!.*\bconst\b)(?!inline\b)[\w\s*]+(\[[^\]]*\])*\s*(=|;)')
ENDS_THE_PROGRAM = 'engine/base/mem.c'     # die() alone prints and exits

UNFINISHED = re.compile(r'\b(TO' r'DO|FIX' r'ME|X' r'XX)\b')
MACHINE_PATH = re.compile(r'(?<![\w.$}])/(work|Users|workspace|builds)/|(?<![\w.])/root/\.')
BUDGET = re.compile(r'/\* budget: (?!\*/)\S')


def layer_of(path):
    folder = os.path.dirname(path)
    while folder and folder not in LAYERS:
        folder = os.path.dirname(folder)
    return folder


def layers(src):
    if not src.is_c() or src.within('tests') or src.path == WIRES_EVERYTHING:
        return
    mine = layer_of(src.path)
    if not mine:
        yield 1, 'stands in no folder of the map'
        return
    for n, kind, name in src.includes():
        if kind == '<':
            continue
        theirs = layer_of(name)
        if not theirs:
            yield n, f'"{name}" is no path from the top of the tree'
        elif theirs != mine and theirs not in LAYERS[mine]:
            yield n, f'{mine} must not know {theirs}: "{name}"'


def libraries(src):
    if not src.is_c() or src.within('tests'):
        return
    for n, kind, name in src.includes():
        for pattern, places in LIBRARIES:
            if kind == '<' and re.fullmatch(pattern, name) \
                    and not src.path.startswith(tuple(places)):
                yield n, f'<{name}> is for {" and ".join(places)} only'


def own_header_first(src):
    own = src.path[:-2] + '.h'
    names = [(n, name) for n, _, name in src.includes()]
    if src.path.endswith('.c') and any(name == own for _, name in names) \
            and names[0][1] != own:
        yield names[0][0], f'"{own}" comes first'


def silent_engine(src):
    if not src.within('engine') or not src.is_c() or src.path == ENDS_THE_PROGRAM:
        return
    for n, line in enumerate(src.code, 1):
        match = PRINTS.search(line)
        if match and not line.lstrip().startswith('#'):
            yield n, f'the engine does not print, exit or read the environment: {match.group(0)}'


def no_globals(src):
    if not src.within('engine') or not src.is_c() or src.path == ENDS_THE_PROGRAM:
        return
    for n, line in enumerate(src.code, 1):
        if GLOBAL.match(line):
            yield n, 'the engine keeps no mutable global'


def file_budget(src):
    if src.path.endswith(('.c', '.h')) and len(src.lines) > FILE_LINES:
        yield FILE_LINES + 1, f'{len(src.lines)} lines, the most is {FILE_LINES}'


def line_budget(src):
    if not src.is_c():
        return
    for n, line in enumerate(src.lines, 1):
        if columns(line) > LINE_COLUMNS:
            yield n, f'{columns(line)} columns, the most is {LINE_COLUMNS}'


def function_budget(src):
    if not src.is_c():
        return
    for f in src.functions():
        lines = f.last - f.first + 1
        body = '\n'.join(src.lines[f.first - 1:f.last])
        if lines > FUNCTION_LINES and not BUDGET.search(body + '\n' + f.above):
            yield f.first, f'{f.name}: {lines} lines, the most is {FUNCTION_LINES}'


def parameter_budget(src):
    if not src.is_c():
        return
    found = [(f.first, f.name, f.params) for f in src.functions()]
    for n, name, params in found + list(src.prototypes()):
        count = len(split_params(params))
        if count > PARAMETERS:
            yield n, f'{name}: {count} parameters, the most is {PARAMETERS}'


def nesting_budget(src):
    if not src.is_c():
        return
    for n, line in enumerate(src.code, 1):
        match = re.match(r'(\t+)(} )?(if|else|for|while|do|switch)\b', line)
        if match and len(match.group(1)) > NESTING:
            yield n, f'nested {len(match.group(1))} deep, the most is {NESTING}'


def function_shape(src):
    if not src.is_c():
        return
    for n, line in enumerate(src.code, 1):
        if re.match(r'[A-Za-z_][^=]*\)\s*\{', line):
            yield n, 'the brace of a function stands on a line of its own'
    for f in src.functions():
        if not f.name:
            yield f.first, 'the return type stands on a line of its own'
        for n in range(f.first, f.last + 1):
            if re.match(r'\s*#\s*(if|el)', src.code[n - 1]):
                yield n, 'no #if inside a function'


def comments(src):
    if src.is_c():
        for n in src.line_comments():
            yield n, 'comments are /* */'


def types(src):
    if not src.is_c():
        return
    for n, line in enumerate(src.code, 1):
        if re.search(r'\btypedef\s+(struct|union|enum)\b', line):
            yield n, 'typedefs are for function types only'


def headers(src):
    if not src.path.endswith('.h'):
        return
    name = os.path.basename(src.path)[:-2]
    guard = re.sub(r'[^A-Za-z0-9]', '_', src.path).upper()
    if not re.match(r'/\*\n \* ' + re.escape(name) + r' - \S', src.text):
        yield 1, f'opens with what it is for: " * {name} - ..."'
    if not re.search(rf'^#ifndef {guard}\n#define {guard}\n', src.text, re.M):
        yield 1, f'its guard is {guard}'


def finished(src):
    for n, line in enumerate(src.lines, 1):
        match = UNFINISHED.search(line)
        if match:
            yield n, f'{match.group(0)}: do it, or leave it out'


def no_machine_paths(src):
    for n, line in enumerate(src.lines, 1):
        match = MACHINE_PATH.search(line)
        if match:
            yield n, f'a path of one machine: {match.group(0)}'


RULES = {
    'layers': ('uses point one way', layers),
    'libraries': ('each library is known in one place', libraries),
    'own_header': ('a .c file includes its own header first', own_header_first),
    'silent': ('the engine does not print, exit or read the environment', silent_engine),
    'globals': ('the engine keeps no mutable globals', no_globals),
    'file': (f'no file is longer than {FILE_LINES} lines', file_budget),
    'line': (f'no line is wider than {LINE_COLUMNS} columns', line_budget),
    'function': (f'no function is longer than {FUNCTION_LINES} lines', function_budget),
    'parameters': (f'nothing takes more than {PARAMETERS} parameters', parameter_budget),
    'nesting': (f'nothing nests deeper than {NESTING}', nesting_budget),
    'shape': ('functions can be found by grep and read from top to bottom', function_shape),
    'comments': ('comments have one form', comments),
    'types': ('structs are called struct', types),
    'headers': ('headers say what they are for, and have a guard', headers),
    'finished': ('nothing is left for later', finished),
    'machine': ('nothing depends on the paths of one machine', no_machine_paths),
}
