/* arc4random.c: the one function of glibc 2.36 that Debian's libexpat.a asks for.
 *
 * With it the archive runs on glibc 2.34 (Red Hat 9, Ubuntu 22.04), which all its
 * other libraries are content with.  expat takes its hash's secret from here.
 */
#include <stddef.h>
#include <sys/random.h>
#include <unistd.h>

void arc4random_buf(void *, size_t);

void
arc4random_buf(void *buf, size_t n)
{
	char *p = buf;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		/* interrupted before there was any; glibc's own does not fail either */
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}
