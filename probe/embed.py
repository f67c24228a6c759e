"""embed - turn a file into a C array: embed.py FILE OUTPUT NAME."""

import sys


def main(path, output, name):
    with open(path, 'rb') as f:
        data = f.read()
    with open(output, 'w', encoding='ascii') as f:
        f.write('#include "probe/object.h"\n\n'
                f'const unsigned char {name}[] __attribute__((aligned(8))) = {{\n')
        for i in range(0, len(data), 24):
            f.write(','.join(str(b) for b in data[i:i + 24]) + ',\n')
        f.write(f'}};\n\nconst size_t {name}_len = {len(data)};\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
