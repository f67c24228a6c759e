/*
 * on_old_kernel - run a program on an older kernel: on_old_kernel KERNEL PROGRAM ARGS...
 *
 * It ends as the program does; with a line for TAP where that is not possible.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/live/old_kernel.h"

int
main(int argc, char **argv)
{
	enum old_kernel which;

	if (argc < 3 || !old_kernel_find(argv[1], &which))
		return 2;
	if (!old_kernel_begin(which)) {
		puts("1..0 # SKIP seccomp cannot notify here");
		return 0;
	}
	execvp(argv[2], argv + 2);
	return 127;
}
