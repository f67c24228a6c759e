/* Inflate a gzip file and throw the bytes away: what a gzip capture costs at
 * the least. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define IN_LEN (64 * 1024)
#define OUT_LEN (256 * 1024)
#define GZIP_BITS (16 + MAX_WBITS)

static int
inflate_file(int fd)
{
	static unsigned char in[IN_LEN], out[OUT_LEN];
	z_stream z = { 0 };
	ssize_t n;
	int rc = Z_OK;

	if (inflateInit2(&z, GZIP_BITS) != Z_OK)
		return -1;
	while ((n = read(fd, in, sizeof(in))) > 0) {
		z.next_in = in;
		z.avail_in = (unsigned)n;
		do {
			z.next_out = out;
			z.avail_out = sizeof(out);
			rc = inflate(&z, Z_NO_FLUSH);
			if (rc == Z_STREAM_END && z.avail_in)
				inflateReset(&z);
		} while ((rc == Z_OK || rc == Z_STREAM_END) && (z.avail_in || !z.avail_out));
	}
	inflateEnd(&z);
	return rc == Z_STREAM_END || rc == Z_BUF_ERROR ? 0 : -1;
}

int
main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0 || inflate_file(fd)) {
		fputs("usage: inflate_only FILE.gz\n", stderr);
		return 2;
	}
	return 0;
}
