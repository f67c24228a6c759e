"""embed_views - turn files into C arrays: embed_views.py OUTPUT FILE..."""

import os
import sys


def main(output, *paths):
    with open(output, 'w', encoding='ascii') as f:
        f.write('#include "engine/query/builtin.h"\n\n')
        for n, path in enumerate(paths):
            with open(path, 'rb') as source:
                data = source.read()
            f.write(f'static const unsigned char text_{n}[] = {{\n')
            for i in range(0, len(data), 24):
                f.write(','.join(str(b) for b in data[i:i + 24]) + ',\n')
            f.write('};\n\n')
        f.write('const struct builtin_view builtin_views[] = {\n')
        for n, path in enumerate(paths):
            f.write(f'\t{{ "views/{os.path.basename(path)}", text_{n}, sizeof(text_{n}) }},\n')
        f.write(f'}};\n\nconst size_t n_builtin_views = {len(paths)};\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
