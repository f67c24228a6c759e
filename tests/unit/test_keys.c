/*
 * Keys of all screens: each is a key, stands once on its screen, and says what it does;
 * whoever has no function keys has letters.
 */
#include <ctype.h>

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "ui/key.h"
#include "ui/keys.h"

#define KEYS_MAX 128

static bool
is_function_key(const struct key *k)
{
	return k->code >= K_F1 && k->code <= K_F12;
}

/* Add the keys in NAMES to ALL. False: one is none, or was there. */
static bool
take(const char *names, struct key *all, size_t *n)
{
	const char *at = names;
	struct key k;

	while (at[strspn(at, " ")]) {
		at = key_parse(at, &k);
		if (!at)
			return false;
		for (size_t i = 0; i < *n; i++)
			if (key_equal(&all[i], &k))
				return false;
		if (*n < KEYS_MAX)
			all[(*n)++] = k;
	}
	return true;
}

/* Has a row with a function key another key as well? */
static bool
has_other(const char *names)
{
	bool has_function_key = false, has_other = false;
	struct key k;

	while ((names = key_parse(names, &k)))
		*(is_function_key(&k) ? &has_function_key : &has_other) = true;
	return !has_function_key || has_other;
}

int
main(void)
{
	for (size_t i = 0; i < n_keys_tables; i++) {
		const struct keys_table *t = &keys_tables[i];
		struct key all[KEYS_MAX];
		size_t n = 0;

		CHECK(*t->n_rows > 0 && isupper((unsigned char)t->title[0]), "%s: has keys",
		      t->title);
		for (size_t row = 0; row < *t->n_rows; row++) {
			const struct action *a = &t->rows[row];
			/* There letters are those of the view. */
			bool is_free = strcmp(t->title, "Actions") != 0;

			CHECK(take(a->keys, all, &n), "%s: `%s`: keys, and once", t->title,
			      a->keys);
			CHECK(!is_free || has_other(a->keys), "  without function keys, too");
			CHECK(a->doc && *a->doc && a->doc[strlen(a->doc) - 1] != '.',
			      "  what it does is a clause");
		}
	}
	return check_done();
}
