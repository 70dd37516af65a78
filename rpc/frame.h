/* frame.h: lines in, lines out.  Knows no JSON.
 *
 * In    a line ends at its newline (a carriage return before it is dropped);
 *       a line over the limit is skipped to its newline without being held, and
 *       reported once; what stands before the end of input without a newline
 *       is a line too.
 * Out   whole lines only; a slow reader makes writers wait.
 *
 * Lines hold passwords, so buffers are wiped when they grow and when freed.
 */
#ifndef RPC_FRAME_H
#define RPC_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

enum frame_got {
	FRAME_LINE,		/* a line, borrowed until the next call */
	FRAME_TOO_LONG,		/* a line over the limit was skipped */
	FRAME_END,		/* end of input */
	FRAME_STOPPED,		/* the stop descriptor became readable */
	FRAME_SILENT,		/* nothing came for as long as was said */
	FRAME_ERROR		/* the descriptor failed */
};

struct frame_reader;
/* Borrows both descriptors. */
struct frame_reader *frame_reader_new(int fd, int stop_fd, size_t max_line) CHECKED;
void frame_reader_free(struct frame_reader *);
/* How long frame_read() waits for the next octets; 0, the default: for ever. */
void frame_reader_patience(struct frame_reader *, double seconds);
enum frame_got frame_read(struct frame_reader *, char **line, size_t *n);
/* Only a line that can be had without waiting; FRAME_STOPPED when there is none. */
enum frame_got frame_read_ready(struct frame_reader *, char **line, size_t *n);

/* Writes all of it; false when the reader is gone or stop_fd is readable. */
bool frame_write(int fd, int stop_fd, const void *p, size_t n) CHECKED;

#endif
