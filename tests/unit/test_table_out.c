/* How tables are written: columns in their places, and no harm done by a name. */
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "tests/lib/check.h"
#include "ui/cli/output.h"
#include "ui/cli/table_out.h"

#define N_COLUMNS 4
#define N_ROWS 3

#define TEXT(words) { CELL_KNOWN, { .s = { (const uint8_t *)(words), sizeof(words) - 1 } } }
#define NUMBER(n) { CELL_KNOWN, { .u = (n) } }
#define DOUBLE(n) { CELL_KNOWN, { .d = (n) } }
#define UNSURE(n) { CELL_UNSURE, { .u = (n) } }
#define NOTHING { CELL_MISSING, { .u = 0 } }

static const struct view_column columns[N_COLUMNS] = {
	{ .name = "KEY", .type = T_UINT, .aggregation = VIEW_KEY, .is_hidden = true },
	{ .name = "CALLS", .type = T_UINT, .aggregation = VIEW_COUNT, .width_cols = 7,
	  .description = "Calls." },
	{ .name = "IN/S", .type = T_DOUBLE, .unit = U_BYTES, .aggregation = VIEW_RATE,
	  .is_per_second = true, .width_cols = 7, .description = "" },
	{ .name = "NAME", .type = T_STR, .aggregation = VIEW_LAST, .description = "" },
};

static const struct cell cells[N_ROWS][N_COLUMNS] = {
	{ NUMBER(1), NUMBER(12), DOUBLE(2048.5), TEXT("plain, \"quoted\"") },
	{ NUMBER(2), UNSURE(7), NOTHING, TEXT("\033[2J\xe2\x80\xae\xffx\ny") },
	{ NUMBER(3), NUMBER(1234567), DOUBLE(0), NOTHING },
};
static const struct cell totals[N_COLUMNS] = {
	NOTHING, NUMBER(1234586), DOUBLE(2048.5), NOTHING,
};

static const struct view view = { .id = "v", .name = "V" };

typedef void write_fn(const struct table *t, const struct table_look *look,
		      struct output *out);

/* What WRITE makes of the table. LEVELS: rows are a tree. */
static const char *
written(write_fn *write, size_t rows_max, size_t width, bool levels)
{
	static char buf[4096];
	const struct view_column *shown[N_COLUMNS];
	struct table_row rows[N_ROWS] = { 0 };
	struct table t = { .view = &view, .columns = shown, .n_columns = N_COLUMNS,
			   .rows = rows, .n_rows = N_ROWS, .totals = totals, .from_ns = 5,
			   .to_ns = 9, .first_event = 1, .last_event = 4, .n_lost = 2 };
	struct table_look look = { rows_max, width };
	int fd = memfd_create("out", 0);
	struct output out;
	ssize_t n;

	for (size_t i = 0; i < N_COLUMNS; i++)
		shown[i] = &columns[i];
	for (size_t i = 0; i < N_ROWS; i++) {
		rows[i].cells = cells[i];
		rows[i].level = levels ? (unsigned)i : 0;
	}
	output_init(&out, fd);
	write(&t, &look, &out);
	output_flush(&out);
	output_fini(&out);
	n = pread(fd, buf, sizeof(buf) - 1, 0);
	buf[n > 0 ? n : 0] = '\0';
	close(fd);
	return buf;
}

static void
for_people(void)
{
	CHECK_STR(written(table_text, 0, 0, false),
		  "  CALLS  IN/S NAME\n"
		  "     12 2.00K plain, \"quoted\"\n"
		  "     7?       \\x1b[2J\\xe2\\x80\\xae\\xffx\\x0ay\n"
		  "1234567     0\n"
		  "total: 3 rows\n"
		  "1234586 2.00K\n", "as wide as it is");
	CHECK_STR(written(table_text, 1, 0, false),
		  "  CALLS  IN/S NAME\n"
		  "     12 2.00K plain, \"quoted\"\n"
		  "... 2 more\n"
		  "total: 3 rows\n"
		  "1234586 2.00K\n", "the first row only");
	CHECK_STR(written(table_text, 0, 20, false),
		  "  CALLS  IN/S NAME\n"
		  "     12 2.00K plain,\n"
		  "     7?       \\x1b[2\n"
		  "1234567     0\n"
		  "total: 3 rows\n"
		  "1234586 2.00K\n", "in a narrow terminal");
	CHECK_STR(written(table_text, 0, 9, false),
		  "  CALLS N\n"
		  "     12 p\n"
		  "     7? \\\n"
		  "1234567\n"
		  "total: 3 rows\n"
		  "1234586\n", "in one that is too narrow for a number");
	CHECK_STR(written(table_text, 0, 0, true),
		  "  CALLS  IN/S NAME\n"
		  "     12 2.00K plain, \"quoted\"\n"
		  "     7?         \\x1b[2J\\xe2\\x80\\xae\\xffx\\x0ay\n"
		  "1234567     0\n"
		  "total: 3 rows\n"
		  "1234586 2.00K\n", "a tree");
}

static void
for_programs(void)
{
	CHECK_STR(written(table_csv, 0, 0, false),
		  "CALLS,IN/S (bytes/s),NAME,UNSURE\n"
		  "12,2048.5,\"plain, \"\"quoted\"\"\",no\n"
		  "7,,\\x1b[2J\\xe2\\x80\\xae\\xffx\\x0ay,yes\n"
		  "1234567,0,,no\n", "CSV");
	CHECK_STR(written(table_json, 2, 0, false),
		  "{\"view\":\"v\",\"from_ns\":5,\"to_ns\":9,\"first_event\":1,\"last_event\":4,"
		  "\"lost_events\":2,\"partial\":false,\"n_rows\":3,\"columns\":["
		  "{\"name\":\"CALLS\",\"unit\":\"\",\"meaning\":\"Calls.\"},"
		  "{\"name\":\"IN/S\",\"unit\":\"bytes/s\",\"meaning\":\"\"},"
		  "{\"name\":\"NAME\",\"unit\":\"\",\"meaning\":\"\"}],\"rows\":["
		  "{\"CALLS\":12,\"IN/S\":2048.5,\"NAME\":\"plain, \\\"quoted\\\"\","
		  "\"unsure\":false},"
		  "{\"CALLS\":7,\"IN/S\":null,\"NAME\":\"\\u001b[2J\\u202e\xef\xbf\xbdx\\ny\","
		  "\"unsure\":true}],"
		  "\"totals\":{\"CALLS\":1234586,\"IN/S\":2048.5,\"NAME\":null}}\n", "JSON");
}

int
main(void)
{
	for_people();
	for_programs();
	return check_done();
}
