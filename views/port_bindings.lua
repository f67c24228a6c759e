-- Ports that servers take and give back.
return {
	id = "port_bindings",
	name = "Port Bindings",
	description = "Each port that a server took, or gave back by closing its socket.",
	tags = { "network", "audit" },
	filter = "evt.dir = < and evt.failed = false and fd.type in (ipv4, ipv6) and " ..
		"(evt.type = bind or evt.type = close and fd.is_server = true and " ..
		"fd.connected = false)",
	applies_to = { "", "process", "user", "container", "server", "local" },
	columns = {
		{ name = "TIME", field = "evt.time", width = 18,
		  description = "When it happened." },
		{ name = "CALL", field = "evt.type", width = 6,
		  description = "bind takes the port, close gives it back." },
		{ name = "PROTO", field = "fd.l4proto", width = 5,
		  description = "Protocol of the port." },
		{ name = "SOCKET", field = "fd.name", width = 18,
		  description = "Address on which it is offered, and the port that was asked " ..
			"for: 0 is any." },
		{ name = "PORT", field = "fd.sport", width = 6,
		  description = "The port; blank where the system chose one." },
		{ name = "PID", field = "proc.pid", width = 7,
		  description = "The process that offers it." },
		{ name = "CONTAINER", field = "container.name", width = 15,
		  variant = { "containers", "pods" },
		  description = "Name of the container that it runs in." },
		{ name = "POD", field = "k8s.pod.name", width = 20, variant = "pods",
		  description = "Name of the Kubernetes pod that it runs in." },
		{ name = "COMMAND", field = "proc.command", width = 0,
		  description = "Program and arguments of the process." },
	},
}
