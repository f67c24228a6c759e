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

extern const struct domain evt_domain, evt_call_domain, evt_io_domain, evt_sum_domain,
	syscall_domain, fs_path_domain, proc_domain, proc_tree_domain, proc_size_domain,
	thread_domain, fd_domain, fd_net_domain, fdlist_domain, user_domain, group_domain,
	container_domain, k8s_domain, k8s_old_domain, syslog_domain, span_domain,
	evtin_domain, mesos_domain, marathon_domain, util_domain;

/* Cells of a row whose value depends on the version of an entity only. */
#define ON(what) .scope = OF_ENTITY, .entity = ENT_##what

/* Cells of a row with few possible values: WORD(i) for I below N. */
#define ONE_OF(words, n) .word = words, .n_words = n

/* The types of descriptors, FD_KINDS of them. */
const char *word_of_fd_type(size_t i);

/* Each gives a value and true, or false for what is not known: an id of 0, a
 * number of -1 (NO_UID for an owner). */
bool value_name(const struct eval *ev, uint32_t id, struct value *out);
bool value_known(int64_t v, struct value *out);
bool value_word(const char *word, struct value *out);

/* There is never a value: what captures do not tell. With an argument as well. */
bool value_none(const struct eval *ev, struct value *out);
bool value_none_for(const struct eval *ev, const struct field_use *use, struct value *out);

/* The value is what was put into ev->scratch. */
bool value_scratch(const struct eval *ev, struct value *out);

/* NAME is what USE has as its argument. */
bool arg_is(const struct field_use *use, const char *name);

/* Texts that each end in a NUL (interned as ID), with blanks between them. */
void scratch_texts(const struct eval *ev, uint32_t id);
/* The same without those that are empty: programs wipe their environment. */
void scratch_env(const struct eval *ev, uint32_t id);

/* Text I of those, from 0; false when there are fewer. */
bool text_at(const struct eval *ev, uint32_t id, size_t i, struct span *out);

/* The value of KEY in texts "KEY=VALUE"; false when KEY is not there. */
bool text_of_key(const struct eval *ev, uint32_t id, struct span key, struct span *out);

/*
 * A list: its texts stand in ev->scratch one behind the other.
 *
 *	list_begin(ev, &l); ... put a text; list_add(&l); ... return list_end(&l, out);
 */
struct list {
	const struct eval *ev;
	size_t n, start;
};

void list_begin(const struct eval *ev, struct list *l);
/* What was put into the scratch since the last one is the next. False when the
 * list is full. */
bool list_add(struct list *l);
/* False when the list is empty. */
bool list_end(struct list *l, struct value *out);

/* NAME and the arguments of P behind it; always with a blank when BLANK is set. */
bool process_line(const struct eval *ev, const struct process *p, uint32_t name, bool blank,
		  struct value *out);

/* A chain of parents that is longer is damaged, or made to be. */
#define GENERATIONS_MAX 64

/* The parent of P, or NULL. */
const struct process *process_parent(const struct eval *ev, const struct process *p);

#endif
