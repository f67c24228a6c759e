"""What strace wrote of a program, taken apart.

Each thread has a file of its own, so calls are never interleaved. A call is its name, its
arguments as strace shows them, and its result.
"""

import glob
import re

CALL = re.compile(r'^(\w+)\((.*)\)\s+= (.*)$')
ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'v': '\v', 'f': '\f', '"': '"', '\\': '\\'}


class Call:
    def __init__(self, name, args, result):
        self.name = name
        self.args = args
        self.result = result


def split(text, separator=','):
    """The parts of TEXT between separators that stand in no bracket and no string."""
    parts, depth, start, i = [], 0, 0, 0
    while i < len(text):
        c = text[i]
        if c == '"':
            i += 1
            while i < len(text) and text[i] != '"':
                i += 2 if text[i] == '\\' else 1
        elif c in '([{':
            depth += 1
        elif c in ')]}':
            depth -= 1
        elif c == separator and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
        i += 1
    if text[start:].strip():
        parts.append(text[start:].strip())
    return parts


def string(text):
    """(bytes of the string in TEXT, whether that is all of it), or None."""
    if not text.startswith('"'):
        return None
    out, i = bytearray(), 1
    while i < len(text) and text[i] != '"':
        if text[i] != '\\':
            out.append(ord(text[i]))
            i += 1
            continue
        octal = re.match(r'[0-7]{1,3}', text[i + 1:])
        if octal:
            out.append(int(octal.group(), 8) & 255)
            i += 1 + len(octal.group())
        else:
            out.append(ord(ESCAPES.get(text[i + 1], text[i + 1])))
            i += 2
    return bytes(out), not text[i + 1:].startswith('...')


def member(text, name):
    """The member NAME of the structure in TEXT, or None."""
    if not text.startswith('{'):
        return None
    for part in split(text[1:text.rindex('}')]):
        if part.startswith(name + '='):
            return part[len(name) + 1:]
    return None


def elements(text):
    """What stands in the array in TEXT."""
    return split(text[1:text.rindex(']')]) if text.startswith('[') else []


def number(text):
    """TEXT as a number, or None."""
    text = text.strip()
    if text == 'NULL':
        return 0
    found = re.fullmatch(r'(-?)(0x[0-9a-f]+|\d+)(<[^>]*>)?( /\*.*\*/)?', text)
    if not found:
        return None
    sign, digits = found.group(1), found.group(2)
    base = 16 if digits.startswith('0x') else 8 if re.fullmatch('0[0-7]+', digits) else 10
    return int(digits, base) * (-1 if sign else 1)


def names(text):
    """The names in A|B|0x4, and what is left as a number."""
    found, rest = set(), 0
    for part in re.sub(r'/\*.*?\*/', '', text).split('|'):
        value = number(part)
        if value is None:
            found.add(part.strip())
        else:
            rest |= value
    return found, rest


def read(prefix):
    """{tid: [Call]} of the files PREFIX.TID. The result of a call that did not return, as far
    as strace saw, is '?'."""
    threads = {}
    for path in glob.glob(glob.escape(prefix) + '.*'):
        calls = threads.setdefault(int(path.rsplit('.', 1)[1]), [])
        with open(path, encoding='latin-1') as f:
            for line in f:
                found = CALL.match(line.rstrip('\n'))
                if found:
                    calls.append(Call(found.group(1), split(found.group(2)),
                                      found.group(3)))
    return threads


def killed(prefix):
    """The threads in the files PREFIX.TID that a signal ended."""
    found = set()
    for path in glob.glob(glob.escape(prefix) + '.*'):
        with open(path, encoding='latin-1') as f:
            if f.read().rstrip('\n').rsplit('\n', 1)[-1].startswith('+++ killed by SIG'):
                found.add(int(path.rsplit('.', 1)[1]))
    return found
