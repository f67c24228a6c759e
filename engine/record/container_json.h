/*
 * container_json - what is known of a container, as the JSON of its event.
 *
 * The other way round than containers_take_json(), which reads it back: each
 * row of the table there has one here.
 */
#ifndef ENGINE_RECORD_CONTAINER_JSON_H
#define ENGINE_RECORD_CONTAINER_JSON_H

struct container;
struct intern;
struct text;

/* Append {"container":{...}} of X, whose names are in NAMES. */
void container_json_put(struct text *t, const struct intern *names,
			const struct container *x);

#endif
