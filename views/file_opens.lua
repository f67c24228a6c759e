-- Opens, one by one.
return {
	id = "file_opens",
	name = "File Opens List",
	description = "Each time a file was opened, or could not be, by whichever call.",
	tags = { "i/o", "audit" },
	filter = "evt.type in (open, openat, openat2, creat, open_by_handle_at) and " ..
		"evt.dir = <",
	applies_to = { "any" },
	columns = {
		{ name = "TIME", field = "evt.time", width = 18,
		  description = "When the call returned." },
		{ name = "RESULT", field = "evt.res", width = 9,
		  description = "SUCCESS, or why it failed." },
		{ name = "PID", field = "proc.pid", width = 7,
		  description = "The process that opened it." },
		{ name = "FILE", field = "fd.name", width = 30,
		  description = "Path of the file." },
		{ name = "CONTAINER", field = "container.name", width = 15,
		  variant = { "containers", "pods" },
		  description = "Name of the container that it runs in." },
		{ name = "POD", field = "k8s.pod.name", width = 20, variant = "pods",
		  description = "Name of the Kubernetes pod that it runs in." },
		{ name = "COMMAND", field = "proc.command", width = 0,
		  description = "Program and arguments of the process." },
	},
	actions = {
		{ hotkey = "l", command = "less -- %fd.name", waits = false,
		  description = "read the file" },
	},
}
