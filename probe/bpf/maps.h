/*
 * maps - what the programs share with each other and with the loader.
 *
 * Maps are told by their names; the loader finds them so. The configuration is
 * constant from the moment when the programs are loaded.
 */
#ifndef PROBE_BPF_MAPS_H
#define PROBE_BPF_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/wire.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define AT_MAX 0x3fff			/* no chunk begins behind it */
#define AT_MASK 0x3fff

/* Where a record with chunks is put together. */
struct scratch {
	struct wire_call call;
	uint8_t bytes[AT_MASK + 1 + 2 * WIRE_CHUNK_MAX + 64];
	volatile uint32_t got, len;	/* for loops: in memory the verifier forgets them, and
					 * sees that one turn is like the next */
	/* Of a call that a 32-bit program makes through another one: the arguments of that
	 * one, and from WIRE_INNER_WORD on what stands in memory. */
	uint64_t outer[16];
	uint32_t words[8];
};

const volatile struct wire_config config SEC(".rodata.config");
struct wire_state state SEC(".data.state");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, WIRE_CPUS);
	__type(key, uint32_t);
	__type(value, uint32_t);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_RINGBUF);
		__uint(max_entries, 4096);
	});
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WIRE_CPUS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, uint32_t);
	__type(value, struct wire_cell);
} cells SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* Threads to be marked when they are seen next, by tid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
#if !defined(PROBE_PLAIN)
	/* Old kernels warn of it where it is not used by a program with BTF. */
	__uint(map_flags, BPF_F_NO_PREALLOC);
#endif
	__type(key, uint32_t);
	__type(value, uint32_t);
} seeds SEC(".maps");

/* X, which is no larger than MASK (a power of two less one), so that the verifier
 * knows it where the compiler would forget. */
static __always_inline uint64_t
bounded(uint64_t x, const uint64_t mask)
{
	asm volatile("%0 &= %1" : "+r"(x) : "i"(mask));
	return x;
}

/* NUMBER is below WIRE_CALLS. */
static __always_inline const volatile struct wire_spec *
spec_of(uint32_t number)
{
	return &config.specs[bounded(number, WIRE_CALLS - 1)];
}

static __always_inline const volatile struct wire_inner *
inner_call(uint32_t i)
{
	return &config.inners[bounded(i, WIRE_INNERS - 1)];
}

/* NUMBER is below WIRE_COMPAT_CALLS. */
static __always_inline uint32_t
number_wants_of(uint32_t number)
{
	return config.number_wants[bounded(number, WIRE_COMPAT_CALLS - 1)];
}

static __always_inline struct scratch *
scratch_get(void)
{
	uint32_t zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

#endif
