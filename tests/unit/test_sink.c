#include "engine/record/sink.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/record/scap_writer.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"
#include "tests/lib/tempdir.h"

#define BLOCKS 3000

static struct tempdir dir;

static const char *
path_of(const char *name)
{
	static char path[256];

	return tempdir_path(&dir, name, path);
}

static struct sink *
open_plain(const char *path, struct err *err)
{
	const struct sink_options options = { 0 };

	*err = (struct err){ 0 };
	return sink_open(path, &options, err);
}

/* Is PATH refused, with words that have WHY in them? */
static bool
is_refused(const char *path, const char *why)
{
	struct sink_stats stats;
	struct err err, ignored;
	struct sink *s = open_plain(path, &err);

	if (s)
		sink_close(s, &stats, &ignored);
	if (s || !strstr(err.text, why))
		printf("# %s: %s\n", path, err.text);
	return !s && strstr(err.text, why);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static void
put_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) || chmod(path, mode))
		die("cannot write %s", path);
}

static void
nobody_can_trick_it(void)
{
	struct sink_input input;
	struct sink_options options = { .inputs = &input, .n_inputs = 1 };
	struct sink_stats stats;
	char target[256], other[256];
	struct err err;
	struct sink *s;
	struct stat st;

	tempdir_path(&dir, "target", target);
	tempdir_path(&dir, "other", other);
	put_file(target, "precious", 0644);
	if (symlink("target", path_of("link")) || link(target, other) ||
	    symlink("nothing", path_of("dangling")))
		die("cannot make links");
	CHECK(is_refused(path_of("link"), "symbolic link"), "a symbolic link is not followed");
	CHECK(is_refused(path_of("dangling"), "symbolic link"), "nor one to nothing");
	CHECK(access(path_of("nothing"), F_OK), "  which still is nothing");
	CHECK(is_refused(target, "other names"), "a file with another name is left alone");
	CHECK(is_refused(dir.path, "directory"), "a folder is none");
	CHECK(is_refused(path_of("no/where"), "no such file"), "nor is there a file in nothing");
	stat(target, &st);
	CHECK(st.st_size == 8, "  nothing was written over");
	unlink(other);
	input = (struct sink_input){ st.st_dev, st.st_ino };
	err = (struct err){ 0 };
	CHECK(!sink_open(target, &options, &err) && strstr(err.text, "being read"),
	      "what is read is not written to");
	s = open_plain(target, &err);
	stat(target, &st);
	CHECK(s && !st.st_size && mode_of(target) == 0600, "a file of one's own is taken over");
	if (s)
		CHECK(!sink_close(s, &stats, &err), "  and closed");
	mkfifo(path_of("fifo"), 0600);
	CHECK(is_refused(path_of("fifo"), "nobody reads"), "a pipe without a reader is told");
}

static void
files_are_private(void)
{
	mode_t mask = umask(0);
	struct sink_stats stats;
	struct err err;
	struct sink *s = open_plain(path_of("new"), &err);

	umask(mask);
	CHECK(s && mode_of(path_of("new")) == 0600, "a new file has mode 0600");
	if (s)
		sink_close(s, &stats, &err);
}

/* BLOCKS events of different lengths, in B. */
static void
build(struct scap *b)
{
	static char text[2000];

	memset(text, 'x', sizeof(text));
	scap_section(b, 2);
	for (uint64_t i = 0; i < BLOCKS; i++) {
		scap_at(b, 1000 + i, 7, 0);
		scap_event(b, EV_READ_X, scap_num(1), scap_bytes(text, i % sizeof(text)));
	}
}

static void
what_cannot_be_written_is_told(const struct scap *b)
{
	struct sink_stats stats;
	struct err err;
	struct text t = { 0 };
	struct sink *s = open_plain("/dev/full", &err);
	bool goes_on = true;

	for (int i = 0; s && goes_on && i < 1000; i++) {
		text_bytes(&t, b->p, b->len);
		goes_on = sink_put(s, &t);
	}
	CHECK(s && !goes_on && sink_close(s, &stats, &err) == -ENOSPC &&
	      strstr(err.text, "no space left"), "a full disk ends it");
	text_fini(&t);
}

/* No file of this process may be larger than LEN bytes. */
static void
limit_files(rlim_t len)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = len;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void
a_file_ends_with_a_whole_block(const struct scap *b, size_t most)
{
	struct err err;
	struct sink *s = open_plain(path_of("limited"), &err);
	struct text t = { 0 };
	struct sink_stats stats;
	uint8_t *p;
	size_t len;
	int code;

	text_bytes(&t, b->p, b->len);
	limit_files(most);
	sink_put(s, &t);
	code = sink_close(s, &stats, &err);
	limit_files(RLIM_INFINITY);
	p = tempdir_read(path_of("limited"), &len);
	CHECK(code == -EFBIG && len <= most && len > most - 2100 &&
	      scap_whole_blocks(p, len) == len && !memcmp(p, b->p, len),
	      "room for %zu bytes: %zu are written, whole blocks", most, len);
	free(p);
	text_fini(&t);
}

/* A compressed one ends where it was flushed last. */
static void
a_gzip_file_ends_at_a_flush(const struct scap *b)
{
	const struct sink_options options = { .gzip = true };
	struct timespec flushing = { .tv_nsec = 2 * SINK_FLUSH_NS - 1 };
	struct err err = { 0 };
	struct sink *s = sink_open(path_of("limited"), &options, &err);
	struct text t = { 0 };
	struct sink_stats flushed, stats;
	struct stat st;
	int code;

	text_bytes(&t, b->p, b->len);
	sink_put(s, &t);
	nanosleep(&flushing, NULL);
	sink_stats(s, &flushed);
	limit_files(flushed.bytes_written + 100);
	for (int i = 0; i < 3; i++) {
		text_bytes(&t, b->p, b->len);
		sink_put(s, &t);
	}
	code = sink_close(s, &stats, &err);
	limit_files(RLIM_INFINITY);
	stat(path_of("limited"), &st);
	CHECK(flushed.bytes_written > 1000 && code == -EFBIG &&
	      (uint64_t)st.st_size == flushed.bytes_written,
	      "compressed: %llu bytes are there within a second, and stay",
	      (unsigned long long)flushed.bytes_written);
	text_fini(&t);
}

int
main(void)
{
	struct scap b = { 0 };

	tempdir_init(&dir);
	build(&b);
	nobody_can_trick_it();
	files_are_private();
	what_cannot_be_written_is_told(&b);
	signal(SIGXFSZ, SIG_IGN);
	a_file_ends_with_a_whole_block(&b, 5000);
	a_file_ends_with_a_whole_block(&b, 100001);
	a_file_ends_with_a_whole_block(&b, 1000003);
	a_gzip_file_ends_at_a_flush(&b);
	scap_fini(&b);
	tempdir_fini(&dir);
	return check_done();
}
