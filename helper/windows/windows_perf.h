/* windows_perf.h: counters of Windows, two samples to a value.
 *
 * The formulas are those of the documented counter types; the names are theirs
 * without PERF_.            [Microsoft: WMI Performance Counter Types]
 */
#ifndef WINDOWS_PERF_H
#define WINDOWS_PERF_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"

enum win_counter {
	CT_COUNTER_RAWCOUNT,		/* N1 */
	CT_COUNTER_LARGE_RAWCOUNT,
	CT_COUNTER_COUNTER,		/* (N1 - N0) / ((D1 - D0) / F), 32 bits */
	CT_COUNTER_BULK_COUNT,		/* the same, 64 bits */
	CT_100NSEC_TIMER,		/* 100 (N1 - N0) / (D1 - D0), D of 100 ns */
	CT_100NSEC_TIMER_INV,		/* 100 (1 - (N1 - N0) / (D1 - D0)) */
	CT_PRECISION_100NS_TIMER,	/* 100 (N1 - N0) / (B1 - B0) */
	CT_COUNTER_100NS_QUEUELEN_TYPE,	/* (N1 - N0) / (D1 - D0), D of 100 ns */
	CT_AVERAGE_BULK,		/* (N1 - N0) / (B1 - B0) */
	CT_AVERAGE_TIMER,		/* ((N1 - N0) / F) / (B1 - B0) */
	CT_RAW_FRACTION,		/* 100 N1 / B1 */
	CT_ELAPSED_TIME,		/* (D1 - N1) / F */
};

/* One instance at one moment; what a type does not use is left at 0. */
struct win_sample {
	uint64_t n, base;
	uint64_t ticks, frequency;	/* Timestamp_PerfTime or _Object, Frequency_ of it */
	uint64_t sys100ns;		/* Timestamp_Sys100NS */
};

/* false: the samples do not give a value: no time lies between them, or the
 * counter was set back.  RAW and ELAPSED types look at the second alone. */
bool win_cook(enum win_counter, const struct win_sample *first,
    const struct win_sample *second, double *out) CHECKED;

#endif
