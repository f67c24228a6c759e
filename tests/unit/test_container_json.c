#include "engine/record/container_json.h"

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/world/container.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"

/* What an event tells of a container, and again what was made of it. */
static const struct {
	const char *given;
	const char *told;		/* NULL: as given */
} cases[] = {
	{ "{\"container\":{\"id\":\"3f9d2c81a6e0\",\"name\":\"web\",\"image\":\"nginx:1\","
	  "\"type\":0,\"lookup_state\":1,\"privileged\":false,\"host_pid\":false,"
	  "\"host_network\":false,\"host_ipc\":false,\"is_pod_sandbox\":false}}", NULL },
	{ "{\"container\":{\"id\":\"a\\\"\\\\\\u0007\xC3\xA9\",\"full_id\":\"abc\","
	  "\"name\":\"n\",\"image\":\"i\",\"imageid\":\"sha\",\"imagerepo\":\"r\","
	  "\"imagetag\":\"t\",\"imagedigest\":\"d\",\"User\":\"u\",\"cni_json\":\"{}\","
	  "\"pod_sandbox_id\":\"p\",\"mesos_task_id\":\"m\",\"ip\":\"10.0.0.1\",\"type\":7,"
	  "\"lookup_state\":0,\"memory_limit\":1024,\"swap_limit\":0,\"cpu_shares\":2,"
	  "\"cpu_quota\":3,\"cpu_period\":4,\"cpuset_cpu_count\":5,\"size\":9000000000,"
	  "\"privileged\":true,\"host_pid\":true,\"host_network\":true,\"host_ipc\":true,"
	  "\"is_pod_sandbox\":true,\"created_time\":1700000000,"
	  "\"labels\":{\"k\":\"v\",\"z\":\"\"},\"pod_sandbox_labels\":{\"a\":\"b\"},"
	  "\"Mounts\":[{\"Source\":\"/s\",\"Destination\":\"/d\",\"Mode\":\"rw\",\"RW\":true,"
	  "\"Propagation\":\"rprivate\"},{\"Destination\":\"/e\",\"RW\":false}],"
	  "\"port_mappings\":[{\"HostIp\":16777343,\"HostPort\":80,\"ContainerPort\":8080}],"
	  "\"env\":[\"A=1\",\"B=\"],\"Healthcheck\":{\"exe\":\"/h\",\"args\":[\"-a\",\"\"]},"
	  "\"LivenessProbe\":{\"exe\":\"/l\",\"args\":[]},"
	  "\"ReadinessProbe\":{\"exe\":\"/r\",\"args\":[\"x\"]}}}", NULL },
	{ "{\"id\":\"b\",\"lookup_state\":2}",
	  "{\"container\":{\"id\":\"b\",\"lookup_state\":2,\"privileged\":false,"
	  "\"host_pid\":false,\"host_network\":false,\"host_ipc\":false,"
	  "\"is_pod_sandbox\":false}}" },
};

static void
put_again(const char *json, struct text *out)
{
	struct intern *names = intern_new();
	struct containers *all = containers_new(names);
	struct err err = { 0 };
	int64_t index = containers_take_json(all, scap_span(json), &err);

	out->len = 0;
	if (index > 0)
		container_json_put(out, names, containers_get(all, (uint32_t)index));
	else
		text_str(out, err.text);
	text_char(out, '\0');
	containers_free(all);
	intern_free(names);
}

int
main(void)
{
	struct text once = { 0 }, twice = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		put_again(cases[i].given, &once);
		CHECK_STR(once.p, cases[i].told ? cases[i].told : cases[i].given,
			  "container %zu is told as it was", i);
		put_again(once.p, &twice);
		CHECK_STR(twice.p, once.p, "  and once more");
	}
	text_fini(&once);
	text_fini(&twice);
	return check_done();
}
