#include "helper/scan/plan.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILE "'profile':{'name':'local'}"
#define RANGES  "'ranges':['10.0.0.0/24']"
#define CREDS   "'credentials':[{'id':'a','protocol':'ssh','user':'root'," \
	"'password':'x'}]"

/* JSON with ' for " */
static json_t *
parse(const char *text)
{
	char *copy = strdup(text);
	json_t *v;

	for (char *s = copy; *s != '\0'; s++)
		if (*s == '\'')
			*s = '"';
	v = json_loads(copy, 0, NULL);
	assert_non_null(v);
	free(copy);
	return v;
}

struct seen { char text[4000]; size_t n; };

static void
see(void *ctx, const char *pointer, const char *message)
{
	struct seen *s = ctx;
	size_t at = strlen(s->text);

	s->n++;
	snprintf(s->text + at, sizeof(s->text) - at, "%s %s\n", pointer, message);
}

static struct scan_plan *
plan_of(const char *text, struct seen *s, struct err *e)
{
	json_t *params = parse(text);
	struct scan_plan *plan;

	*s = (struct seen){ .n = 0 };
	*e = (struct err){ .code = ERR_NONE };
	plan = scan_plan_new(params, see, s, e);
	json_decref(params);
	return plan;
}

static void
is_refused(const char *text, const char *problem)
{
	struct seen s;
	struct err e;

	assert_null(plan_of(text, &s, &e));
	assert_int_equal(e.code, ERR_INVALID);
	if (strstr(s.text, problem) == NULL)
		print_error("%s\ngave: %s", text, s.text);
	assert_non_null(strstr(s.text, problem));
	assert_int_equal(s.n, 1);
}

static void
the_least_request_gets_the_defaults(void **state)
{
	struct seen s;
	struct err e;
	struct scan_plan *p = plan_of("{" PROFILE "," RANGES "," CREDS "}", &s,
	    &e);

	(void)state;
	assert_non_null(p);
	assert_int_equal(scan_plan_addresses(p), 256);
	assert_string_equal(p->asset_type, "type.computer");
	assert_string_equal(p->folder, "/Electronics/Computers");
	assert_int_equal(p->norder, 2);
	assert_int_equal(p->order[0], PROTO_WMI);
	assert_int_equal(p->order[1], PROTO_SSH);
	assert_int_equal(p->ports[PROTO_SSH][0], 22);
	assert_int_equal(p->ports[PROTO_WMI][0], 135);
	assert_int_equal(p->concurrency, 64);
	assert_true(p->connect_rate == 2000);
	assert_true(p->connect_timeout == 2 && p->ping_timeout == 1);
	assert_true(p->budget[PROTO_SSH] == 60 && p->query_timeout == 20);
	assert_int_equal(p->host_keys, HOST_KEYS_ACCEPT_NEW);
	assert_int_equal(p->refusals, 2);
	assert_false(p->has_jira || p->update_only || p->report_silent);
	assert_ptr_equal(p->mapping, mapping_builtin());
	scan_plan_free(p);
}

static void
the_request_of_the_design_is_read(void **state)
{
	struct seen s;
	struct err e;
	struct scan_plan *p = plan_of("{'profile':{'name':'local',"
	    "'protocols':['wmi','ssh'],'assetType':'type.computer',"
	    "'folder':'/Electronics/Computers','config':'builtin',"
	    "'updateOnly':false,'sections':[],'pingFirst':false,"
	    "'pingTimeout':1,'connectTimeout':2,'wmiTimeout':60,"
	    "'queryTimeout':20,'sshTimeout':60,"
	    "'ports':{'wmi':[135],'ssh':[22]},'concurrency':64,"
	    "'connectRate':2000,'hostKeys':'accept-new','reportSilent':false},"
	    "'ranges':['192.168.1.1-192.168.1.254','10.1.0.0/24','!10.1.0.7',"
	    "'fileserver.corp.example',{'from':'10.2.0.1','to':'10.2.0.99',"
	    "'credentials':['lab2'],'disabled':false}],"
	    "'credentials':[{'id':'corp','protocol':'wmi',"
	    "'user':'CORP\\\\scanner','password':'p'},"
	    "{'id':'lab2','protocol':'ssh','user':'root','password':'p'}],"
	    "'jira':{'url':'https://jira.example.com/jira/','auth':{"
	    "'type':'basic','user':'admin','password':'p'},'dryRun':false,"
	    "'caFile':null,'proxy':null}}", &s, &e);

	(void)state;
	assert_string_equal(s.text, "");
	assert_non_null(p);
	assert_int_equal(scan_plan_addresses(p), 254 + 255 + 1 + 99);
	assert_true(p->has_jira);
	assert_string_equal(p->jira.url, "https://jira.example.com/jira");
	assert_string_equal(p->jira.user, "admin");
	assert_string_equal(secret_str(p->jira.secret), "p");
	assert_null(p->jira.ca_file);
	assert_true(p->rules[0].all);
	assert_false(p->rules[4].all);
	assert_int_equal(p->rules[4].creds[0], 1);
	scan_plan_free(p);
}

static void
every_mistake_is_named_with_its_pointer(void **state)
{
	static const struct { const char *request, *problem; } t[] = {
		{ "{" RANGES "," CREDS "}", "/profile is missing" },
		{ "{" PROFILE "," CREDS "}", "/ranges is missing" },
		{ "{'profile':{'name':'a','protocols':['ssh']}," RANGES
		    ",'credentials':[{'id':'w',"
		    "'protocol':'wmi','user':'u','password':'x'}]}",
		    "/credentials holds no credential" },
		{ "{'a/b~c':1," PROFILE "," RANGES "," CREDS "}",
		    "/a~1b~0c is not known here" },
		{ "{'profile':{}," RANGES "," CREDS "}",
		    "/profile/name is missing" },
		{ "{'profile':{'name':' '}," RANGES "," CREDS "}",
		    "/profile/name must not be empty" },
		{ "{'profile':{'name':'a','extra':1}," RANGES "," CREDS "}",
		    "/profile/extra is not known here" },
		{ "{'profile':{'name':'a','concurrency':1.5}," RANGES "," CREDS
		    "}", "/profile/concurrency must be a whole number" },
		{ "{'profile':{'name':'a','concurrency':0}," RANGES "," CREDS
		    "}", "/profile/concurrency must be from 1" },
		{ "{'profile':{'name':'a','sshTimeout':'9'}," RANGES "," CREDS
		    "}", "/profile/sshTimeout must be a number" },
		{ "{'profile':{'name':'a','protocols':['telnet']}," RANGES ","
		    CREDS "}", "/profile/protocols/0 must be" },
		{ "{'profile':{'name':'a','protocols':['wmi']}," RANGES ","
		    CREDS "}", "/credentials holds no credential for the" },
		{ "{'profile':{'name':'a','protocols':[]}," RANGES "," CREDS
		    "}", "/profile/protocols must name" },
		{ "{'profile':{'name':'a','ports':{'ssh':[0]}}," RANGES ","
		    CREDS "}", "/profile/ports/ssh/0 must be a port" },
		{ "{'profile':{'name':'a','ports':{'ftp':[21]}}," RANGES ","
		    CREDS "}", "/profile/ports/ftp is not known" },
		{ "{'profile':{'name':'a','sections':['x']}," RANGES "," CREDS
		    "}", "/profile/sections/0 \"x\" is no section; there are: all, hard" },
		{ "{'profile':{'name':'a','hostKeys':'lax'}," RANGES "," CREDS
		    "}", "/profile/hostKeys must be" },
		{ "{'profile':{'name':'a','hostKeys':{'pins':[{'address':'h',"
		    "'sha256':'x'}]}}," RANGES "," CREDS "}",
		    "/profile/hostKeys/pins/0/sha256 must be a fingerprint" },
		{ "{'profile':{'name':'a','config':7}," RANGES "," CREDS "}",
		    "/profile/config must be" },
		{ "{'profile':{'name':'a','config':'<nonsense/>'}," RANGES ","
		    CREDS "}", "/profile/config " },
		{ "{" PROFILE ",'ranges':['10.0.0.0/24','10.0.0.300']," CREDS
		    "}", "/ranges/1 " },
		{ "{" PROFILE ",'ranges':[7]," CREDS "}", "/ranges/0 must be" },
		{ "{" PROFILE ",'ranges':['10.0.0.1','!10.0.0.1']," CREDS "}",
		    "/ranges no address is left" },
		{ "{" PROFILE ",'ranges':[{'from':'10.0.0.1','credentials':"
		    "['b']}]," CREDS "}",
		    "/ranges/0/credentials/0 there is no credential \"b\"" },
		{ "{" PROFILE "," RANGES ",'credentials':[{'id':'a',"
		    "'protocol':'ssh','user':'u','password':'x'},{'id':'a',"
		    "'protocol':'ssh','user':'u','password':'x'}]}",
		    "/credentials/1/id \"a\" is used twice" },
		{ "{" PROFILE "," RANGES ",'credentials':[{'id':'a',"
		    "'protocol':'ssh','user':'u'}]}",
		    "/credentials/0 holds nothing to log on with" },
		{ "{" PROFILE "," RANGES ",'credentials':[{'id':'a',"
		    "'protocol':'ssh','user':'u','password':'x','agent':true}]}",
		    "/credentials/0 must hold only one of" },
		{ "{" PROFILE "," RANGES ",'credentials':[{'id':'a',"
		    "'protocol':'ssh','user':'u','password':'x','realm':'R'}]}",
		    "/credentials/0/realm does not go with protocol ssh" },
		{ "{" PROFILE "," RANGES ",'credentials':[{'id':'a',"
		    "'protocol':'ssh','user':'u','privateKey':'junk'}]}",
		    "/credentials/0/privateKey " },
		{ "{" PROFILE "," RANGES ",'credentials':[{'id':'a','protocol':"
		    "'ssh','user':'u','privateKeyFile':'/nonexistent/k'}]}",
		    "/credentials/0/privateKeyFile " },
		{ "{" PROFILE "," RANGES "," CREDS ",'jira':{'url':'ftp://x',"
		    "'auth':{'type':'bearer','token':'t'}}}",
		    "/jira/url must begin with" },
		{ "{" PROFILE "," RANGES "," CREDS ",'jira':{'url':"
		    "'https://u:p@x/','auth':{'type':'bearer','token':'t'}}}",
		    "/jira/url must not hold a user" },
		{ "{" PROFILE "," RANGES "," CREDS ",'jira':{'url':'https://x',"
		    "'auth':{'type':'digest'}}}", "/jira/auth/type must be" },
		{ "{" PROFILE "," RANGES "," CREDS ",'jira':{'url':'https://x',"
		    "'auth':{'type':'bearer'}}}", "/jira/auth holds no secret: give token or tokenFile" },
		{ "{" PROFILE "," RANGES "," CREDS ",'jira':{'url':'https://x',"
		    "'auth':{'type':'bearer','token':'a\\r\\nb'}}}",
		    "/jira/auth a log-in must not hold a line break" },
		{ "{" PROFILE "," RANGES "," CREDS ",'shard':{'index':2,"
		    "'count':2}}", "/shard/index must be below count" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		is_refused(t[i].request, t[i].problem);
}

static void
all_mistakes_come_at_once(void **state)
{
	struct seen s;
	struct err e;

	(void)state;
	assert_null(plan_of("{'profile':{'concurrency':'x','ports':[]},"
	    "'ranges':['1.2.3','10.0.0.1-'],'credentials':[{'id':'a'}],"
	    "'jira':{'url':'x'}}", &s, &e));
	assert_true(s.n >= 8);
	assert_non_null(strstr(s.text, "/profile/name is missing"));
	assert_non_null(strstr(s.text, "/profile/ports must be an object"));
	assert_non_null(strstr(s.text, "/ranges/0 "));
	assert_non_null(strstr(s.text, "/ranges/1 "));
	assert_non_null(strstr(s.text, "/credentials/0/user is missing"));
	assert_non_null(strstr(s.text, "/jira/auth is missing"));
}

static void
a_secret_is_in_no_problem(void **state)
{
	struct seen s;
	struct err e;

	(void)state;
	assert_null(plan_of("{" PROFILE "," RANGES ",'credentials':[{'id':'a',"
	    "'protocol':'telnet','user':'u','password':'hunter2',"
	    "'privateKey':'hunter2','passphrase':'hunter2','ntHash':'hunter2',"
	    "'auth':'hunter'}],'jira':{'url':'x','auth':{'type':'bearer',"
	    "'token':'hunter2\\n'}}}", &s, &e));
	assert_true(s.n > 0);
	assert_null(strstr(s.text, "hunter2"));
	assert_null(strstr(e.text, "hunter2"));
}

static void
a_disabled_range_is_checked_but_not_scanned(void **state)
{
	struct seen s;
	struct err e;
	struct scan_plan *p = plan_of("{" PROFILE ",'ranges':['10.0.0.1',"
	    "{'from':'10.0.0.2','to':'10.0.0.9','disabled':true}]," CREDS "}",
	    &s, &e);

	(void)state;
	assert_non_null(p);
	assert_int_equal(scan_plan_addresses(p), 1);
	scan_plan_free(p);
	is_refused("{" PROFILE ",'ranges':['10.0.0.1',{'from':'10.0.0.9',"
	    "'to':'10.0.0.2','disabled':true}]," CREDS "}", "/ranges/1/from ");
}

static void
this_computer_needs_neither_ranges_nor_credentials(void **state)
{
	struct seen s;
	struct err e;
	struct scan_plan *p = plan_of("{" PROFILE ",'self':true,'ranges':[]}", &s,
	    &e);

	(void)state;
	assert_non_null(p);
	assert_int_equal(scan_plan_addresses(p), 1);
	scan_plan_free(p);
	is_refused("{" PROFILE "," RANGES ",'self':true}",
	    "/ranges does not go with self");
}

static void
shards_share_every_address_out_once(void **state)
{
	uint64_t sum = 0;
	char text[300];
	struct seen s;
	struct err e;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct scan_plan *p;

		snprintf(text, sizeof(text), "{" PROFILE "," RANGES "," CREDS
		    ",'shard':{'index':%d,'count':3}}", i);
		assert_non_null(p = plan_of(text, &s, &e));
		sum += scan_plan_addresses(p);
		scan_plan_free(p);
	}
	assert_int_equal(sum, 256);
}

static void
validate_answers_all_problems(void **state)
{
	json_t *params = parse("{'profile':{'name':'','x':1}}"), *v;

	(void)state;
	v = scan_profile_validate(params);
	assert_true(json_is_false(json_object_get(v, "ok")));
	assert_int_equal(json_array_size(json_object_get(v, "problems")), 2);
	json_decref(v);
	json_decref(params);
	params = parse("{" PROFILE "}");
	v = scan_profile_validate(params);
	assert_true(json_is_true(json_object_get(v, "ok")));
	json_decref(v);
	json_decref(params);
}

static void
ranges_are_parsed_to_canonical_ones(void **state)
{
	struct err e = { .code = ERR_NONE };
	json_t *params = parse("{'ranges':['10.0.0.0/24,10.0.0.128/25',"
	    "{'from':'10.0.1.1','credentials':['unknown here']}]}"), *v;

	(void)state;
	v = scan_ranges_parse(params, &e);
	assert_non_null(v);
	assert_true(json_is_true(json_object_get(v, "ok")));
	assert_int_equal(json_integer_value(json_object_get(v, "addresses")),
	    257);
	assert_int_equal(json_integer_value(json_object_get(v, "overlap")), 128);
	json_decref(v);
	json_decref(params);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_request_gets_the_defaults),
		cmocka_unit_test(the_request_of_the_design_is_read),
		cmocka_unit_test(every_mistake_is_named_with_its_pointer),
		cmocka_unit_test(all_mistakes_come_at_once),
		cmocka_unit_test(a_secret_is_in_no_problem),
		cmocka_unit_test(a_disabled_range_is_checked_but_not_scanned),
		cmocka_unit_test(
		    this_computer_needs_neither_ranges_nor_credentials),
		cmocka_unit_test(shards_share_every_address_out_once),
		cmocka_unit_test(validate_answers_all_problems),
		cmocka_unit_test(ranges_are_parsed_to_canonical_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
