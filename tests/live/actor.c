#include "tests/live/actor.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/mem.h"

FILE *actor_expects;
const char *actor_folder;

static const struct {
	const char *name;
	void (*act)(void);
} scenarios[] = {
	{ "files", act_files }, { "paths", act_paths }, { "sockets", act_sockets },
	{ "processes", act_processes }, { "system", act_system }, { "storm", act_storm },
	{ "burst", act_burst }, { "inherited", act_inherited },
	{ "state", act_state }, { "every", act_every },
	{ "messages", act_messages }, { "ipc", act_ipc }, { "uring", act_uring },
	{ "exec", act_exec }, { "compat", act_compat },
	{ "narrow", act_narrow },
	{ "edges", act_edges },
};

void
expect(const char *fmt, ...)
{
	va_list ap;

	fprintf(actor_expects, "(%ld) ", syscall(SYS_gettid));
	va_start(ap, fmt);
	vfprintf(actor_expects, fmt, ap);
	va_end(ap);
	fputc('\n', actor_expects);
}

/* actor SCENARIO FOLDER FILE: expectations go to FILE. */
int
main(int argc, char **argv)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (argc != 4)
		return 98;
	actor_folder = argv[2];
	actor_expects = open_memstream(&text, &len);
	MUST(actor_expects && chdir(actor_folder) == 0);
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
		if (!strcmp(scenarios[i].name, argv[1]))
			scenarios[i].act();
	fclose(actor_expects);
	f = fopen(argv[3], "w");
	MUST(f && fwrite(text, 1, len, f) == len && fclose(f) == 0);
	free(text);
	return 0;
}
