"""embed - turn a file into a C array: embed.py FILE OUTPUT."""

import sys


def main(path, output):
    with open(path, 'rb') as f:
        data = f.read()
    with open(output, 'w', encoding='ascii') as f:
        f.write('#include "probe/object.h"\n\n'
                'const unsigned char probe_object[] __attribute__((aligned(8))) = {\n')
        for i in range(0, len(data), 24):
            f.write(','.join(str(b) for b in data[i:i + 24]) + ',\n')
        f.write(f'}};\n\nconst size_t probe_object_len = {len(data)};\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
