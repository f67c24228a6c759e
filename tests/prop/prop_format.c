/* Showing an event allocates nothing once the buffers have grown: each field
 * and each transformer, as text, as JSON, as CSV, in every form of data. */
#include "engine/base/mem.h"
#include "engine/field/format.h"
#include "engine/field/operand.h"
#include "tests/lib/alloc.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"

#define WARM 2				/* rounds in which buffers may grow */
#define ROUNDS 6

static const char *const patterns[] = {
	"*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.info",
	"*%toupper(proc.name) %basename(fd.name) %b64(evt.buffer) %len(evt.args) %30fd.name",
	"*%concat(proc.name, \"-\", proc.pid, evt.args) %join(\",\", proc.cmdline)",
	"*%join(\"+\", (evt.num, fd.name)) %getopt(proc.args, \"ab:l\") %fd.types %proc.aname",
	"*%toupper(fd.types) %len(fd.types) %getopt((\"-a\", proc.name), \"a\")[a]",
};

static void
show(struct scene *s, const struct format *f)
{
	for (int form = DATA_DOTS; form <= DATA_RAW; form++) {
		s->render.data.form = (enum data_form)form;
		s->render.is_raw = form == DATA_RAW;
		s->out.len = 0;
		format_line(f, &s->eval, &s->out);
		format_json(f, &s->eval, &s->out);
		format_csv(f, &s->eval, &s->out);
	}
}

static int64_t
allocations(struct scene *s, const struct format *f)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (i == WARM)
			alloc_reset();
		show(s, f);
	}
	return alloc_count().calls;
}

static void
check_pattern(struct scene *s, const char *pattern)
{
	struct format *f = format_compile(pattern, NULL);
	int64_t n;

	if (!CHECK(f, "compiles: %s", pattern))
		return;
	n = allocations(s, f);
	CHECK(!n, "  %lld allocations", (long long)n);
	format_free(f);
}

static void
each_field(struct scene *s)
{
	char pattern[128];
	size_t n_fields = 0;
	int64_t n = 0;

	for (size_t i = 0; i < n_domains; i++) {
		for (size_t j = 0; j < domains[i]->n_fields; j++) {
			const struct field *field = &domains[i]->fields[j];
			struct format *f;

			snprintf(pattern, sizeof(pattern), "*%%%s", field->name);
			f = format_compile(pattern, NULL);
			n += f ? allocations(s, f) : 0;
			n_fields += f != NULL;
			format_free(f);
		}
	}
	CHECK(!n, "%zu fields: %lld allocations", n_fields, (long long)n);
	CHECK(n_fields > 100, "enough of them can be shown alone");
}

int
main(void)
{
	const struct bytes read[] = { N64(24), BYTES("aGVsbG8gd29ybGQhIQ==\x1b[2J\xC3"), N64(3) };
	const struct bytes open[] = { N64(3), TEXT("x/\x1b[2J"), N32(4097), N32(0) };
	static struct scene s;

	scene_init(&s);
	scene_event(&s, EV_READ_X, 100, read, ARRAY_LEN(read));
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		check_pattern(&s, patterns[i]);
	each_field(&s);
	scene_event(&s, EV_OPEN_X, 100, open, ARRAY_LEN(open));
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		check_pattern(&s, patterns[i]);
	each_field(&s);
	scene_fini(&s);
	return check_done();
}
