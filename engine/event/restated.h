/*
 * restated - what the recorder adds to an fd entry when it goes on in a new file, or
 * when it knows flags that the entry has no room for.
 *
 * An fd list of the format tells less of a descriptor than the events before it
 * did. So that lines do not change where a recording went on in another file,
 * each entry of such a list has this behind it; every reader skips it by the
 * length of the entry, ours (engine/capture) takes it.
 *
 *	magic 4 | role 1 | bits 1 | open flags 4 | pid of a pidfd 8
 */
#ifndef ENGINE_EVENT_RESTATED_H
#define ENGINE_EVENT_RESTATED_H

#define RESTATED_MAGIC 0x6C657273u	/* "srel" */
#define RESTATED_LEN 18
#define RESTATED_ROLE_MAX 2

enum restated_bit {
	RESTATED_CONNECTED = 1,
	RESTATED_CLOEXEC = 2,
	RESTATED_HAS_TUPLE = 4,
	RESTATED_TURNED = 8,		/* the entry has the ends the other way round */
	RESTATED_FLAGS_ALONE = 16,	/* only the open flags count: what is no file has no
					 * room for them */
};

#endif
