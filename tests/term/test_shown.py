"""The README's screens of the explorer are those of the terminal tests.

    test_shown.py [--bless] README FOLDER

Between "<!-- explorer: NAME TITLE -->" and "<!-- explorer: end -->" stands what
NAME.screen has under TITLE, each line behind four blanks. --bless writes it so.
"""

import os
import re
import sys

BLOCK = re.compile(r'<!-- explorer: (\S+) (.+?) -->\n(.*?)<!-- explorer: end -->\n', re.S)


def screen(folder, name, title):
    with open(os.path.join(folder, name + '.screen'), encoding='utf-8') as f:
        parts = re.split(r'^== (.*)\n', f.read(), flags=re.M)
    for found, text in zip(parts[1::2], parts[2::2]):
        if found == title:
            return '\n' + ''.join(('    ' + line).rstrip() + '\n' for line in text.splitlines()) + '\n'
    return None


def main():
    bless = '--bless' in sys.argv
    readme, folder = [a for a in sys.argv[1:] if a != '--bless']
    with open(readme, encoding='utf-8') as f:
        text = f.read()
    if bless:
        text = BLOCK.sub(lambda m: f'<!-- explorer: {m[1]} {m[2]} -->\n'
                         f'{screen(folder, m[1], m[2])}<!-- explorer: end -->\n', text)
        with open(readme, 'w', encoding='utf-8') as f:
            f.write(text)
    blocks = BLOCK.findall(text)
    print(f'1..{len(blocks) + 1}')
    print(f'{"ok" if blocks else "not ok"} 1 - there are screens of the explorer')
    for i, (name, title, shown) in enumerate(blocks, 2):
        ok = 'ok' if shown == screen(folder, name, title) else 'not ok'
        print(f'{ok} {i} - {name}: {title}')


main()
