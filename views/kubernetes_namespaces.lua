-- K8s Namespaces.
return {
	id = "kubernetes_namespaces",
	name = "K8s Namespaces",
	description = "Each namespace whose processes lived in the window, with what they " ..
		"used.",
	tags = { "kubernetes" },
	rows = "processes",
	filter = "k8s.ns.name != \"\"",
	applies_to = {
		"", "user", "evt.res", "evt.errno", "k8s.pod.id", "k8s.rc.id",
		"k8s.rs.id", "k8s.svc.id",
	},
	drill_down = "kubernetes_pods",
	columns = {
		{ name = "NAME", field = "k8s.ns.name", aggregation = "key", width = 20,
		  description = "Name of the namespace." },
		{ name = "CPU", field = "thread.cpu", aggregation = "avg", sort = "down",
		  width = 5,
		  description = "Share of one CPU that all its threads together used, in " ..
			"percent." },
		{ name = "PROCS", field = "proc.count", aggregation = "last", width = 5,
		  description = "Processes in it at the end of the window." },
		{ name = "VIRT", field = "proc.vmsize", aggregation = "last", width = 6,
		  description = "Address space of the process." },
		{ name = "RES", field = "proc.vmrss", aggregation = "last", width = 6,
		  description = "Memory of the process that is in RAM." },
		{ name = "FILE", field = "evt.buflen.file", aggregation = "sum", width = 6,
		  description = "Bytes read from and written to files, in the whole window." },
		{ name = "FILE/S", field = "evt.buflen.file", aggregation = "rate",
		  width = 6,
		  description = "Bytes read from and written to files, per second." },
		{ name = "NET", field = "evt.buflen.net", aggregation = "sum", width = 6,
		  description = "Bytes received from and sent to the network, in the whole " ..
			"window." },
		{ name = "NET/S", field = "evt.buflen.net", aggregation = "rate", width = 6,
		  description = "Bytes received from and sent to the network, per second." },
		{ name = "PODS", field = "k8s.pod.name", aggregation = "distinct",
		  width = 5,
		  description = "How many pods had events." },
	},
	actions = {
		{ hotkey = "d", command = "kubectl describe namespaces %k8s.ns.name",
		  description = "describe it" },
		{ hotkey = "x", command = "kubectl delete namespaces %k8s.ns.name",
		  asks = true,
		  description = "delete it with all that is in it" },
	},
}
