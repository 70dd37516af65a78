#include "wmi/status.h"

#include <stddef.h>
#include <string.h>

#include "wmi/wmi.h"

#define HINT_DCOM "The account may log on but not use DCOM: make it a member of " \
	"the host's Administrators group, or put it into \"Distributed COM Users\" and " \
	"grant Remote Launch, Remote Activation and Remote Access (dcomcnfg, My " \
	"Computer, COM Security)."
#define HINT_UAC "Windows filters the rights of local administrators over the " \
	"network: use the built-in Administrator or a domain account, or set HKLM\\" \
	"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\" \
	"LocalAccountTokenFilterPolicy = 1 (DWORD). Otherwise grant DCOM Remote " \
	"Launch/Activation and the namespace's Remote Enable."
#define HINT_NAMESPACE "Grant the account \"Enable Account\" and \"Remote Enable\" on " \
	"the namespace: wmimgmt.msc, WMI Control, Properties, Security, with " \
	"subnamespaces; or use an administrator."
#define HINT_WINMGMT "Check the service \"Windows Management Instrumentation\" on the " \
	"host: sc query winmgmt, net start winmgmt; repair it with winmgmt " \
	"/verifyrepository, and see the System event log (DCOM 10005, 10010, 10016)."
#define HINT_REPOSITORY "Try the class on the host itself (wbemtest, Get-CimInstance); " \
	"if it fails there too, winmgmt /verifyrepository, and see the event log " \
	"Microsoft-Windows-WMI-Activity/Operational."
#define HINT_QUOTA "Close other monitoring on the host, ask less at once, or raise " \
	"MemoryPerHost and HandlesPerHost of root\\__ProviderHostQuotaConfiguration."
#define HINT_RETRY "It usually passes: try again in a minute."
#define HINT_ABSENT "This Windows version or role does not have it; nothing needs to " \
	"be repaired."
#define HINT_QUERY "Check the WQL and the names of the properties; wbemtest on the " \
	"host tells which exist."
#define HINT_LEVEL "The host demands packet privacy; do not lower the protection level."
#define HINT_NTLM "Allow NTLM for the account and host (\"Network security: Restrict " \
	"NTLM\" policies), or use Kerberos with a domain account and the host's name."
#define HINT_CLOCK "Compare the clocks of host, domain controller and this machine " \
	"(w32tm /query /status), and check that NTLM is allowed."
#define HINT_LOGON "Check user name, domain and password; that the account is neither " \
	"locked, disabled nor expired; that it may log on over the network; and that " \
	"NTLM is not blocked by policy. The host's Security event 4625 names the reason."
#define HINT_135 "Open TCP 135 on the host: netsh advfirewall firewall set rule " \
	"group=\"windows management instrumentation (wmi)\" new enable=yes; or the host " \
	"is off."
#define HINT_135_REFUSED "Nothing listens on TCP 135: it is no Windows host, or RPC is " \
	"bound to another address."
#define HINT_DYNAMIC "Windows answers on 135, but its dynamic RPC port is blocked: " \
	"netsh advfirewall firewall set rule group=\"windows management instrumentation " \
	"(wmi)\" new enable=yes on the host, and open TCP 49152-65535 towards it (netsh " \
	"int ipv4 show dynamicport tcp shows the range; winmgmt /standalonehost pins " \
	"WMI to port 24158)."

static const struct row {
	uint32_t number;
	enum err_code code;
	const char *name, *sentence, *hint;
} rows[] = {
#define STATUS(number, name, code, sentence, hint) \
	{ number, ERR_##code, name, sentence, hint },
#include "wmi/status.def"
#undef STATUS
};

static const struct row *
find(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].number == number)
			return &rows[i];
	return NULL;
}

const char *
wmi_status_name(uint32_t status)
{
	const struct row *r = find(status);

	return r != NULL ? r->name : NULL;
}

const char *
wmi_status_text(uint32_t status)
{
	const struct row *r = find(status);

	return r != NULL ? r->sentence : NULL;
}

bool
status_fail(struct err *e, enum err_stage stage, uint32_t status,
    const struct status_who *who)
{
	const struct row *r = find(status);
	const char *what = who != NULL && who->what != NULL ? who->what : "";
	const char *sep = *what != '\0' ? ": " : "";

	if (r == NULL)
		fail_native(e, ERR_REMOTE, status,
		    "%s%sWindows answers with error 0x%08x", what, sep, status);
	else
		fail_native(e, r->code, status, "%s%s%s (%s, 0x%08x)", what, sep,
		    r->sentence, r->name, status);
	fail_at(e, stage);
	if (r == NULL)
		return false;
	if (r->code == ERR_DENIED && who != NULL && who->local)
		return fail_hint(e, HINT_UAC);
	return r->hint != NULL ? fail_hint(e, r->hint) : false;
}

bool
status_logon_refused(struct err *e, uint32_t status, const struct status_who *who)
{
	fail_native(e, ERR_AUTH_FAILED, status, "Windows %s the credentials of"
	    " %s: wrong password, unknown, disabled or locked account, or NTLM is"
	    " blocked by policy", status != 0 ? "refuses" : "hangs up on",
	    who != NULL && who->user != NULL ? who->user : "the account");
	fail_at(e, STAGE_LOGON);
	return fail_hint(e, HINT_LOGON);
}

const char *
status_port_hint(enum err_code code, bool dynamic)
{
	if (dynamic)
		return HINT_DYNAMIC;
	return code == ERR_REFUSED ? HINT_135_REFUSED : HINT_135;
}
