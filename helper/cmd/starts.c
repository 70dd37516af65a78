#include "helper/cmd/starts.h"

#include "helper/jira/poster.h"
#include "rpc/server.h"

void
starts(void)
{
	rpc_start();
	jira_start();
}
