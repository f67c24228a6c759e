"""source - C files as the rules look at them: lines, code without comments, functions.

This is no parser. It relies on the shape that the rules themselves demand: a
function's braces stand alone in column 0.
"""

import os
import re
from dataclasses import dataclass, field

C_ENDINGS = ('.c', '.h', '.def')
TEXT_ENDINGS = C_ENDINGS + ('.py', '.sh', '.md', '.lua', '.build', '.txt')
TEXT_NAMES = ('run',)

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def blank(match):
    """The token as spaces: a string keeps its quotes, everything its line ends."""
    text = match.group(0)
    if text.startswith('/'):
        return re.sub(r'[^\n]', ' ', text)
    return text[0] + ' ' * (len(text) - 2) + text[0]


@dataclass
class Function:
    name: str           # '' when no line starts with "name("
    first: int          # line of its return type, from 1
    last: int           # line of its closing brace
    params: str
    above: str          # the comment that ends right above it, or ''


@dataclass
class Source:
    """One file: PATH is relative to the top of the tree."""
    path: str
    text: str
    lines: list = field(init=False)
    code: list = field(init=False)      # the lines without comments and strings

    def __post_init__(self):
        self.lines = self.text.split('\n')
        if self.lines[-1] == '':
            self.lines.pop()
        self.code = TOKEN.sub(blank, self.text).split('\n') if self.is_c() else []

    def is_c(self):
        return self.path.endswith(C_ENDINGS)

    def within(self, *folders):
        return any(self.path.startswith(f + '/') for f in folders)

    def line_comments(self):
        """Line numbers of comments that start with two slashes."""
        for match in TOKEN.finditer(self.text):
            if match.group(0).startswith('//'):
                yield self.text.count('\n', 0, match.start()) + 1

    def includes(self):
        """(line, '<' or '"', name) of each #include."""
        for n, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield n, match.group(1), match.group(2)

    def functions(self):
        for start, line in enumerate(self.code):
            if line.rstrip() != '{':
                continue
            end = start
            while end < len(self.code) - 1 and self.code[end].rstrip() != '}':
                end += 1
            first = start
            while first > 0 and self.is_signature(first - 1):
                first -= 1
            yield self.function(first, start, end)

    def is_signature(self, i):
        line = self.code[i].rstrip()
        return bool(line.strip()) and line[-1] not in ';}' and not line.startswith('#')

    def function(self, first, start, end):
        name, params = '', ''
        for i in range(first, start):
            match = re.match(r'([A-Za-z_]\w*)\((.*)', self.code[i])
            if match and match.group(1) != '__attribute__':
                name = match.group(1)
                rest = ' '.join([match.group(2)] + self.code[i + 1:start])
                params = inside(rest)
                break
        return Function(name, first + 1, end + 1, params, self.comment_above(first))

    def comment_above(self, i):
        lines = []
        while i > 0 and not self.code[i - 1].strip() and self.lines[i - 1].strip():
            i -= 1
            lines.insert(0, self.lines[i])
        return '\n'.join(lines)

    def prototypes(self):
        """(line, name, params) of each function that is declared at file level."""
        code = '\n'.join(self.code)
        for match in re.finditer(r'^(?!typedef|#)[A-Za-z_][\w \t*]*?\b(\w+)\(', code, re.M):
            rest = code[match.end():]
            params = inside(rest)
            if re.match(r'\)\s*(;|__attribute__)', rest[len(params):]):
                yield code.count('\n', 0, match.start()) + 1, match.group(1), params


def inside(text):
    """TEXT up to the parenthesis that closes the one before it."""
    depth = 1
    for i, c in enumerate(text):
        depth += (c == '(') - (c == ')')
        if depth == 0:
            return text[:i]
    return text


def split_params(params):
    """The parameters of a list; none for "void", and "..." is not counted."""
    depth, parts = 0, ['']
    for c in params:
        depth += (c == '(') - (c == ')')
        if c == ',' and depth == 0:
            parts.append('')
        else:
            parts[-1] += c
    parts = [p.strip() for p in parts]
    return [p for p in parts if p not in ('', 'void', '...')]


def columns(line):
    """How many columns LINE takes, with tabs of 8."""
    return len(line.expandtabs(8))


def walk(top):
    """Every text file of ours below TOP, sorted; builds and Git's own are left out."""
    found = []
    for folder, folders, names in os.walk(top):
        at_top = os.path.samefile(folder, top)
        folders[:] = sorted(f for f in folders if f != '__pycache__' and f != '.git'
                            and not (at_top and f.startswith('build')))
        for name in sorted(names):
            if name.endswith(TEXT_ENDINGS) or name in TEXT_NAMES:
                path = os.path.join(folder, name)
                with open(path, encoding='utf-8', errors='replace') as f:
                    found.append(Source(os.path.relpath(path, top), f.read()))
    return found
