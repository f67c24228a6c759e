#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "probe/kernel_names.h"
#include "tests/lib/check.h"

/* A description with these names and no types, of which LEN bytes are there. */
static struct kernel_names
read_names(struct btf_header head, size_t len)
{
	static const char names[] = "\0first\0second_one\0last";
	char path[] = "/tmp/sysreel-names-XXXXXX", bytes[256] = { 0 };
	int fd = mkstemp(path);
	struct kernel_names k;

	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head) + 16, names, sizeof(names));
	if (!len)
		len = sizeof(head) + 16 + sizeof(names);
	CHECK(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "%zu bytes", len);
	kernel_names_init(&k, path);
	close(fd);
	unlink(path);
	return k;
}

static struct btf_header
good_header(void)
{
	return (struct btf_header){ .magic = BTF_MAGIC, .version = 1,
				    .hdr_len = sizeof(struct btf_header), .type_len = 16,
				    .str_off = 16, .str_len = 23 };
}

static void
whole_names_are_found(void)
{
	static const struct {
		const char *name;
		bool is_there;
	} cases[] = {
		{ "first", true }, { "second_one", true }, { "last", true }, { "second", false },
		{ "irst", false }, { "one", false }, { "first\001", false }, { "", false },
	};
	struct kernel_names k = read_names(good_header(), 0);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(kernel_names_have(&k, cases[i].name) == cases[i].is_there, "%s is %sthere",
		      cases[i].name, cases[i].is_there ? "" : "not ");
	kernel_names_fini(&k);
}

static void
what_is_wrong_has_none(void)
{
	struct btf_header wrong = good_header();
	struct kernel_names k = read_names(good_header(), sizeof(wrong) + 20);

	CHECK(!kernel_names_have(&k, "first"), "cut short");
	kernel_names_fini(&k);
	wrong.magic = 7;
	k = read_names(wrong, 0);
	CHECK(!kernel_names_have(&k, "first"), "something else");
	kernel_names_fini(&k);
	wrong = good_header();
	wrong.str_len = UINT32_MAX;
	k = read_names(wrong, 0);
	CHECK(!kernel_names_have(&k, "first") && !k.p, "longer than any");
	kernel_names_fini(&k);
	kernel_names_init(&k, "/nowhere/at/all");
	CHECK(!kernel_names_have(&k, "first"), "not there");
	kernel_names_fini(&k);
}

int
main(void)
{
	whole_names_are_found();
	what_is_wrong_has_none();
	return check_done();
}
