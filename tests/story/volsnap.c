#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

#define PIECE 65536
#define PAUSE_MS 50			/* after each piece: the limit of the bandwidth */

static volatile sig_atomic_t is_told_to_end;

static void
end(int sig)
{
	(void)sig;
	is_told_to_end = 1;
}

/* Copy DEVICE to OUT, until the end or until told to end. */
static void
copy(int device, int out)
{
	char *piece = malloc(PIECE);
	ssize_t n;

	KIT_MUST(piece);
	while (!is_told_to_end && (n = read(device, piece, PIECE)) > 0) {
		KIT_MUST(write(out, piece, (size_t)n) == n);
		kit_sleep_ms(PAUSE_MS);
	}
	free(piece);
}

/* volsnap DEVICE FOLDER OUT: copy the volume DEVICE, which is mounted on FOLDER. Nobody
 * can write there meanwhile: it is frozen, however long that takes. */
int
role_volsnap(int argc, char **argv)
{
	struct sigaction on_term = { .sa_handler = end };
	int folder, device, out;

	KIT_MUST(argc == 4);
	sigaction(SIGTERM, &on_term, NULL);
	folder = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	device = open(argv[1], O_RDONLY | O_CLOEXEC);
	out = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	KIT_MUST(folder >= 0 && device >= 0 && out >= 0);
	KIT_MUST(ioctl(folder, FIFREEZE, 0) == 0);
	copy(device, out);
	KIT_MUST(ioctl(folder, FITHAW, 0) == 0);
	if (!is_told_to_end)
		return 0;
	unlink(argv[3]);
	fprintf(stderr, "volsnap: interrupted, %s is gone\n", argv[3]);
	return 1;
}
