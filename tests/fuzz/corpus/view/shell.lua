return { id = 'x', name = 'X', description = 'd', rows = 'threads',
	columns = { { name = 'T', field = 'thread.tid', aggregation = 'key' } },
	actions = { { hotkey = 'a', description = 'd',
		command = "echo '%proc.name' \"%fd.name\" | less; x \\\\%proc.pid" } } }
