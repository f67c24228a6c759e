/*
 * err - why something failed, in words for a person.
 *
 * What can fail takes a struct err last and returns 0 or a negative errno; a
 * constructor returns NULL instead. The text is a clause without a capital and
 * without a full stop. Callers may put their own context before it, once.
 */
#ifndef ENGINE_BASE_ERR_H
#define ENGINE_BASE_ERR_H

#define ERR_TEXT_MAX 512

/* Embedded: zeroes are "no error". */
struct err {
	int code;			/* negative errno, 0: none */
	int at;				/* byte in the text that was refused, or 0 */
	char text[ERR_TEXT_MAX];
};

/* Set *ERR (which may be NULL) and return CODE. */
int err_set(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "FMT: " before the text of *ERR and return its code. */
int err_in(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
