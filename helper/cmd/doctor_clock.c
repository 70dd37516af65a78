/* doctor_clock.c: this machine's time, alone and beside Jira's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "helper/cmd/doctor.h"
#include "helper/jira/poster.h"

#define YEAR_2025 INT64_C(1735689600)	/* this program is younger */
#define YEAR_2100 INT64_C(4102444800)
#define SKEW_SEEN   60.0
#define SKEW_BROKEN 300.0		/* Kerberos refuses from here on */
#define JIRA_SECONDS 20

static const char fix_time[] = "Set the clock: `timedatectl set-ntp true`, or "
    "`chronyc makestep`; in a virtual machine correct the host's clock.";

enum verdict
doctor_time_verdict(int64_t unix_s)
{
	return unix_s < YEAR_2025 || unix_s > YEAR_2100 ? DOCTOR_FAILURE :
	    DOCTOR_OK;
}

void
doctor_time(struct doctor *d)
{
	int64_t now = now_unix_ms() / 1000;
	time_t t = (time_t)now;
	char text[40] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (doctor_time_verdict(now) == DOCTOR_OK)
		doctor_say(d, DOCTOR_OK, NULL, "%s", text);
	else
		doctor_say(d, DOCTOR_FAILURE, fix_time, "it is not %s", text);
}

void
doctor_synchronised(struct doctor *d)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);

	if (state < 0)
		doctor_say(d, DOCTOR_OK, NULL, "the kernel does not tell here");
	else if (state == TIME_ERROR || (t.status & STA_UNSYNC) != 0)
		doctor_say(d, DOCTOR_WARNING, "Run a time service: "
		    "`timedatectl set-ntp true` (systemd-timesyncd), or chrony.",
		    "no time service keeps this clock, as far as the kernel "
		    "knows");
	else
		doctor_say(d, DOCTOR_OK, NULL, "kept by a time service");
}

/* A name that glibc does not find means UTC to it, without a word. */
static bool
zone_known(const char *tz)
{
	char path[400];

	if (*tz == ':')
		tz++;
	if (*tz == '/')
		return access(tz, R_OK) == 0;
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", tz);
	/* "CET-1CEST" is a rule of its own */
	return *tz == '\0' || access(path, R_OK) == 0 ||
	    (strchr(tz, '/') == NULL && strpbrk(tz, "0123456789") != NULL);
}

void
doctor_zone(struct doctor *d)
{
	const char *tz = getenv("TZ");
	time_t now = time(NULL);
	char text[60] = "?";
	struct tm tm;

	tzset();
	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Z (UTC%z)", &tm);
	if (tz != NULL && !zone_known(tz))
		doctor_say(d, DOCTOR_WARNING, "Set TZ to a name below "
		    "/usr/share/zoneinfo (package tzdata), or unset it.",
		    "TZ=%s is no time zone here: the times of the log are UTC",
		    tz);
	else
		doctor_say(d, DOCTOR_OK, NULL, "%s", text);
}

enum verdict
doctor_skew_verdict(double ahead)
{
	double skew = fabs(ahead);

	return skew >= SKEW_BROKEN ? DOCTOR_FAILURE :
	    skew >= SKEW_SEEN ? DOCTOR_WARNING : DOCTOR_OK;
}

void
doctor_jira_clock(struct doctor *d)
{
	const char *url = json_string_value(json_object_get(d->jira, "url"));
	const struct jira_target target = { .url = url,
	    .ca_file = json_string_value(json_object_get(d->jira, "caFile")),
	    .proxy = json_string_value(json_object_get(d->jira, "proxy")) };
	struct err e = { .code = ERR_NONE };
	enum verdict v;
	double ahead;

	if (url == NULL)
		return;
	if (!jira_clock(&target, &ahead, deadline_in(JIRA_SECONDS, -1), &e)) {
		doctor_say(d, DOCTOR_FAILURE, err_hint(&e), "%s", e.text);
		return;
	}
	v = doctor_skew_verdict(ahead);
	if (v == DOCTOR_OK)
		doctor_say(d, v, NULL, "Jira's clock and this one agree (%.0f s)",
		    fabs(ahead));
	else
		doctor_say(d, v, "Set both machines' clocks by NTP; find out "
		    "which one is wrong first.", "this clock is %.0f s %s Jira's",
		    fabs(ahead), ahead > 0 ? "behind" : "ahead of");
}
