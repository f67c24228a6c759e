/*
 * domain - what the files with fields share: their tables, and the getters
 * that many of them need. Only they and field.c include it.
 */
#ifndef ENGINE_FIELD_DOMAIN_H
#define ENGINE_FIELD_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/field/field.h"

struct process;

extern const struct domain evt_domain, syscall_domain, thread_domain, proc_domain, fd_domain,
	user_domain, group_domain, container_domain, k8s_domain;

/* Cells of a row whose value depends on the version of an entity only. */
#define ON(what) .scope = OF_ENTITY, .entity = ENT_##what

/* Each gives a value and true, or false for what is not known: an id of 0, a
 * number of -1 (NO_UID for an owner). */
bool value_name(const struct eval *ev, uint32_t id, struct value *out);
bool value_known(int64_t v, struct value *out);
bool value_word(const char *word, struct value *out);

/* The value is what was put into ev->scratch. */
bool value_scratch(const struct eval *ev, struct value *out);

/* Texts that each end in a NUL (interned as ID), with blanks between them. */
void scratch_texts(const struct eval *ev, uint32_t id);

/* The parent of P, or NULL. */
const struct process *process_parent(const struct eval *ev, const struct process *p);

#endif
