-- Accepted connections, one by one.
return {
	id = "incoming_connections",
	name = "New Connections",
	description = "Each connection that a server accepted, by whichever call.",
	tags = { "network", "audit" },
	filter = "evt.type in (accept, accept4) and evt.dir = < and evt.failed = false",
	applies_to = {
		"", "process", "user", "container", "socket", "server", "client",
		"local", "remote",
	},
	columns = {
		{ name = "TIME", field = "evt.time", width = 18,
		  description = "When it was accepted." },
		{ name = "CONNECTION", field = "fd.name", width = 40,
		  description = "Both ends of it." },
		{ name = "CONTAINER", field = "container.name", width = 15,
		  variant = { "containers", "pods" },
		  description = "Name of the container that it runs in." },
		{ name = "POD", field = "k8s.pod.name", width = 20, variant = "pods",
		  description = "Name of the Kubernetes pod that it runs in." },
		{ name = "PID", field = "proc.pid", width = 7,
		  description = "The process that accepted it." },
		{ name = "COMMAND", field = "proc.command", width = 0,
		  description = "Program and arguments of the process." },
	},
}
