#include "engine/filter/regex.h"

#include <errno.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"

#define STEPS_MAX 200000		/* of one match: some milliseconds */
#define DEPTH_MAX 2000
#define HEAP_MAX_KB 4096
#define NESTING_MAX 100

struct regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	uint64_t n_hits;
};

static pcre2_code *
compile(struct span pattern, struct err *err)
{
	const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOTALL |
				 PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR why[160];
	pcre2_code *code;
	PCRE2_SIZE at;
	int number;

	if (!context)
		die("no memory for a regular expression");
	pcre2_set_parens_nest_limit(context, NESTING_MAX);
	code = pcre2_compile(pattern.p, pattern.len, options, &number, &at, context);
	pcre2_compile_context_free(context);
	if (code)
		return code;
	pcre2_get_error_message(number, why, sizeof(why));
	err_set(err, -EINVAL, "no regular expression: %s", (const char *)why);
	if (err)
		err->at = (int)(at < pattern.len ? at : pattern.len);
	return NULL;
}

struct regex *
regex_compile(struct span pattern, struct err *err)
{
	pcre2_code *code = compile(pattern, err);
	struct regex *r;

	if (!code)
		return NULL;
	r = xzalloc(sizeof(*r));
	r->code = code;
	r->data = pcre2_match_data_create(1, NULL);
	r->limits = pcre2_match_context_create(NULL);
	if (!r->data || !r->limits)
		die("no memory for a regular expression");
	pcre2_set_match_limit(r->limits, STEPS_MAX);
	pcre2_set_depth_limit(r->limits, DEPTH_MAX);
	pcre2_set_heap_limit(r->limits, HEAP_MAX_KB);
	/* Without machine code it is slower, no more. */
	pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);
	return r;
}

void
regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->data);
	pcre2_code_free(r->code);
	free(r);
}

bool
regex_match(struct regex *r, struct span text)
{
	int got = pcre2_match(r->code, text.p, text.len, 0, 0, r->data, r->limits);

	if (got == PCRE2_ERROR_JIT_STACKLIMIT)
		got = pcre2_match(r->code, text.p, text.len, 0, PCRE2_NO_JIT, r->data,
				  r->limits);
	if (got < 0 && got != PCRE2_ERROR_NOMATCH)
		r->n_hits++;
	return got >= 0;
}

uint64_t
regex_limits_hit(const struct regex *r)
{
	return r->n_hits;
}
