/* windows_joins.c: facts that several properties, rows or classes make up. */
#include "helper/windows/windows_facts.h"

void
win_join_row(const struct win_ask *ask, const struct win_rows *rows,
    enum win_query q, size_t i, struct fact_row *out)
{
	static win_row_join *const joins[WQ_COUNT] = {
		[WQ_DISKS] = win_join_disk, [WQ_VOLUMES] = win_join_volume,
		[WQ_POOLS] = win_join_pool, [WQ_GPU] = win_join_gpu,
		[WQ_MONITORS] = win_join_monitor,
		[WQ_BATTERY] = win_join_battery,
		[WQ_PRINTERS] = win_join_printer, [WQ_ADAPTERS] = win_join_nic,
		[WQ_ROUTES] = win_join_route,
		[WQ_CONNECTIONS] = win_join_connection,
		[WQ_UDP_PORTS] = win_join_udp,
		[WQ_ACCOUNTS] = win_join_account, [WQ_GROUPS] = win_join_group,
		[WQ_SESSIONS] = win_join_session,
		[WQ_PROCESSES] = win_join_process, [WQ_SHARES] = win_join_share,
		[WQ_SHADOW] = win_join_shadow, [WQ_LICENSES] = win_join_license,
		[WQ_VIRUS] = win_join_virus, [WQ_BITLOCKER] = win_join_cipher };

	if (joins[q] != NULL)
		joins[q](ask, rows, win_row(rows, q, i), out);
}

void
win_join_all(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	static win_all_join *const joins[] = { win_join_host, win_join_mounts,
		win_join_devices, win_join_network, win_join_security };

	for (size_t i = 0; i < ARRAY_LEN(joins); i++)
		joins[i](ask, rows, out);
}
