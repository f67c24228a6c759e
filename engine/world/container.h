/*
 * container - which container a process is in, and what is known of it.
 *
 * The id comes from the paths of a process's cgroups; name, image, labels come
 * from events in the capture, before or after. Containers are numbered from 1
 * in the order in which they were met; 0 is the host. Metadata that comes late
 * completes the container, it makes no new one.
 *
 * Rules and JSON keys: the container engines of falcosecurity/libs.
 */
#ifndef ENGINE_WORLD_CONTAINER_H
#define ENGINE_WORLD_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/err.h"
#include "engine/base/reader.h"

#define CONTAINER_HOST 0u

struct containers;
struct intern;
struct k8s_object;

enum container_type {
	CONTAINER_DOCKER = 0, CONTAINER_LXC = 1, CONTAINER_LIBVIRT_LXC = 2,
	CONTAINER_MESOS = 3, CONTAINER_RKT = 4, CONTAINER_CUSTOM = 5, CONTAINER_CRI = 6,
	CONTAINER_CONTAINERD = 7, CONTAINER_CRIO = 8, CONTAINER_BPM = 9,
	CONTAINER_STATIC = 10, CONTAINER_PODMAN = 11,
	CONTAINER_NSPAWN = 100,		/* ours: no number of the format */
	CONTAINER_HOST_TYPE = 0xFFFE, CONTAINER_TYPE_UNKNOWN = 0xFFFF,
};

enum container_lookup {
	LOOKUP_NONE,			/* no event told of it: only the id is known */
	LOOKUP_STARTED, LOOKUP_DONE, LOOKUP_FAILED,
};

struct container_pair {
	uint32_t key, value;		/* interned */
};

struct container_mount {
	uint32_t source, dest, mode, propagation;	/* interned */
	bool rw;
};

struct container_port {
	uint32_t host_ip;		/* host order */
	uint16_t host_port, container_port;
};

struct container_probe {
	uint32_t exe;			/* interned; 0: there is no such probe */
	uint32_t args;			/* interned: texts, each ended by a NUL */
};

/* Owned by its struct containers. Text is interned, 0: not known. */
struct container {
	uint32_t index;			/* what process.container holds */
	uint32_t type;			/* enum container_type */
	bool type_is_sure;		/* an event told it, not only the cgroup's form */
	uint8_t lookup;			/* enum container_lookup */
	uint32_t id;			/* as shown: 12 characters, or a name */
	uint32_t full_id;
	uint32_t name, image, image_id, image_repo, image_tag, image_digest;
	uint32_t user, cni_json, pod_sandbox_id, mesos_task_id;
	uint32_t ip;			/* dotted text */
	bool privileged, host_pid, host_network, host_ipc, is_pod_sandbox;
	uint64_t created_s;		/* since the epoch; 0: not known */
	int64_t memory_limit, swap_limit, cpu_shares, cpu_quota, cpu_period;
	int64_t cpuset_cpu_count, size_bytes;	/* -1: not known */
	struct container_pair *labels;
	size_t n_labels;
	struct container_pair *pod_labels;
	size_t n_pod_labels;
	struct container_mount *mounts;
	size_t n_mounts;
	struct container_port *ports;
	size_t n_ports;
	uint32_t *env;			/* NAME=VALUE */
	size_t n_env;
	struct container_probe healthcheck, liveness, readiness;
	uint32_t generation;		/* counts how often it was completed */
};

/* POOL is borrowed: it must outlive the containers. */
struct containers *containers_new(struct intern *pool);
void containers_free(struct containers *c);

/* A copy to be read while C changes; it takes nothing. The caller owns it. */
struct containers *containers_copy(const struct containers *c);

/* What some engines look at besides the cgroups; all may be empty. */
struct container_hints {
	struct span root;		/* root directory of the process */
	/* Environment and arguments of the process and its ancestors: called with
	 * level 0, 1, ... until it returns false. May be NULL. */
	bool (*ancestor)(void *ctx, unsigned level, struct span *env, struct span *args);
	void *ctx;
};

/* The container of a process with these CGROUPS ("subsystem=path" texts, each
 * ended by a NUL); CONTAINER_HOST when no rule fits. A new id makes an entry. */
uint32_t containers_of_cgroups(struct containers *c, struct span cgroups,
			       const struct container_hints *hints);

/* Take the JSON of a container event, with or without the outer "container"
 * object. The index of the container, or a negative errno with *err set when
 * it is no such JSON (or larger, or nested deeper, than is sane). A newer
 * event of an id completes or replaces what is known of it; one of a lookup
 * that failed or is under way completes it only. CONTAINER_HOST for the entry
 * that some captures have for the host. */
int64_t containers_take_json(struct containers *c, struct span json, struct err *err);

/* Take the fields of a container event of 2015. Its index; CONTAINER_HOST when
 * ID is empty. */
uint32_t containers_take_fields(struct containers *c, struct span id, uint32_t type,
				struct span name, struct span image);

/* The container INDEX; NULL for CONTAINER_HOST and for what does not exist. */
const struct container *containers_get(const struct containers *c, uint32_t index);
size_t containers_count(const struct containers *c);	/* indexes are 1 .. count */

/* The container with this id as shown, or NULL. */
const struct container *containers_find(const struct containers *c, struct span id);

/* "docker", "cri-o", "systemd-nspawn", ... */
const char *container_type_name(uint32_t type);

/* The value of label KEY of X (interned), or 0. */
uint32_t container_label(const struct containers *c, const struct container *x,
			 const char *key);

/* Of the pod that X belongs to, interned, 0 when X is in none. */
uint32_t container_pod_name(const struct containers *c, const struct container *x);
uint32_t container_pod_namespace(const struct containers *c, const struct container *x);
uint32_t container_pod_uid(const struct containers *c, const struct container *x);
uint32_t container_pod_ip(const struct containers *c, const struct container *x);
/* The value of label KEY of X's pod, or 0. */
uint32_t container_pod_label(const struct containers *c, const struct container *x,
			     const char *key);
/* The pod's labels, in file order; at *N how many. Those of the machinery, that
 * is "annotation.*" and "io.kubernetes.*", are left out. Borrowed until the next
 * JSON is taken. */
const struct container_pair *container_pod_labels(const struct containers *c,
						  const struct container *x, size_t *n);

/* Old captures also have what the API server of Kubernetes told (k8s_legacy.h).
 * Take the JSON of one event of it: how many objects it told of, or a negative
 * errno with *err set. */
int containers_take_k8s(struct containers *c, struct span json, struct err *err);

/* What that told of the pod that X belongs to, or NULL. What is known of the pod
 * from the containers goes before it, in the functions above, too. */
const struct k8s_object *container_k8s_pod(const struct containers *c,
					   const struct container *x);
/* The objects of KIND (enum k8s_kind) that have that pod: K8S_RELATED_MAX at most,
 * in OUT. How many. */
size_t container_k8s(const struct containers *c, const struct container *x, unsigned kind,
		     const struct k8s_object **out);

/* Mark every name that the containers use (intern_mark). */
void containers_mark(const struct containers *c);

#endif
