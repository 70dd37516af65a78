#include "helper/scan/suspend.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/scan/hash.h"
#include "helper/scan/state.h"

#define KEY_LEN  32
#define CLAIM_WAIT 0.02			/* seconds between two looks */
#define KEPT_MAX 65536			/* lines kept; the oldest go first */
#define LINE_LEN (HASH_HEX - 1 + 4)	/* hash, blank, two digits, newline */

struct entry { char hash[HASH_HEX - 1]; uint8_t count; };

/* Local accounts are one a host, so there may be many: they are found by the
 * first digits of their hash. */
#define SLOTS (4 * KEPT_MAX)

struct suspend {
	pthread_mutex_t lock;
	char *path, *key_path;
	int key_fd;			/* also the lock between processes */
	uint8_t key[KEY_LEN];
	struct entry *kept;		/* in the order of the file; count 0: forgotten */
	size_t n, cap, alive;
	uint32_t *slot;			/* open addressing: places in `kept` from 1 */
	off_t read_to;			/* of the file as it was last seen */
	ino_t inode;
};

/* The key is made by whoever comes first; the lock decides who that is. */
static bool
load_key(struct suspend *s, const char *path, struct err *e)
{
	s->key_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->key_fd < 0 || flock(s->key_fd, LOCK_EX) != 0)
		return fail_errno(e, ERR_STATE_DIR, "%s", path);
	if (pread(s->key_fd, s->key, KEY_LEN, 0) != KEY_LEN &&
	    (getrandom(s->key, KEY_LEN, 0) != KEY_LEN ||
	    pwrite(s->key_fd, s->key, KEY_LEN, 0) != KEY_LEN)) {
		fail_errno(e, ERR_STATE_DIR, "%s", path);
		flock(s->key_fd, LOCK_UN);
		return false;
	}
	flock(s->key_fd, LOCK_UN);
	return true;
}

struct suspend *
suspend_open(const char *state_dir, struct err *e)
{
	struct suspend *s = NULL;

	if (!state_ready(state_dir, NULL, e))
		return NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	s->key_fd = -1;
	s->slot = calloc(SLOTS, sizeof(*s->slot));
	s->path = state_path(state_dir, "suspended");
	s->key_path = state_path(state_dir, "suspended.key");
	if (s->slot == NULL || s->path == NULL || s->key_path == NULL ||
	    !load_key(s, s->key_path, e)) {
		fail(e, ERR_MEMORY, "no memory");
		suspend_close(s);
		s = NULL;
	}
	return s;
}

void
suspend_close(struct suspend *s)
{
	if (s == NULL)
		return;
	if (s->key_fd >= 0)
		close(s->key_fd);
	pthread_mutex_destroy(&s->lock);
	wipe(s->key, sizeof(s->key));
	free(s->kept);
	free(s->slot);
	free(s->path);
	free(s->key_path);
	free(s);
}

/* The slot that holds it, or the free one where it belongs. */
static uint32_t *
slot_of(struct suspend *s, const char *hash)
{
	char digits[9] = "";
	size_t i;

	memcpy(digits, hash, 8);
	for (i = strtoul(digits, NULL, 16) % SLOTS; s->slot[i] != 0 &&
	    memcmp(s->kept[s->slot[i] - 1].hash, hash, HASH_HEX - 1) != 0;)
		i = (i + 1) % SLOTS;
	return &s->slot[i];
}

static struct entry *
find(struct suspend *s, const char *hash)
{
	uint32_t at = *slot_of(s, hash);

	return at != 0 ? &s->kept[at - 1] : NULL;
}

/* Forgets all, or lets go of what is forgotten and of the oldest. */
static void
tidy(struct suspend *s, size_t most)
{
	size_t n = 0, skip = s->alive > most ? s->alive - most : 0;

	memset(s->slot, 0, SLOTS * sizeof(*s->slot));
	for (size_t i = 0; i < s->n; i++) {
		if (s->kept[i].count == 0)
			continue;
		if (skip > 0) {
			skip--;
			continue;
		}
		s->kept[n] = s->kept[i];
		*slot_of(s, s->kept[n].hash) = (uint32_t)n + 1;
		n++;
	}
	s->n = s->alive = n;
}

static struct entry *
new_entry(struct suspend *s, const char *hash)
{
	size_t cap = s->cap != 0 ? 2 * s->cap : 64;
	struct entry *more;

	if (s->n == 2 * KEPT_MAX)
		tidy(s, KEPT_MAX);
	if (s->n == s->cap) {
		if ((more = realloc(s->kept, cap * sizeof(*more))) == NULL)
			return NULL;
		s->kept = more;
		s->cap = cap;
	}
	more = &s->kept[s->n];
	*more = (struct entry){ .count = 0 };
	memcpy(more->hash, hash, sizeof(more->hash));
	*slot_of(s, hash) = (uint32_t)++s->n;
	return more;
}

static void
keep(struct suspend *s, const char *hash, unsigned count)
{
	struct entry *at = find(s, hash);

	if (at == NULL && (count == 0 || (at = new_entry(s, hash)) == NULL))
		return;
	s->alive = s->alive + (count != 0) - (at->count != 0);
	at->count = (uint8_t)count;
}

/* A line is "<32 hex digits> <2 digits>\n"; others are passed over. */
static void
read_line(struct suspend *s, const char *line, size_t n)
{
	if (n == LINE_LEN - 1 && line[HASH_HEX - 1] == ' ' &&
	    strspn(line, "0123456789abcdef") == HASH_HEX - 1 &&
	    line[HASH_HEX] >= '0' && line[HASH_HEX] <= '9' &&
	    line[HASH_HEX + 1] >= '0' && line[HASH_HEX + 1] <= '9')
		keep(s, line, (unsigned)(line[HASH_HEX] - '0') * 10 +
		    (unsigned)(line[HASH_HEX + 1] - '0'));
}

/* Reads what other processes wrote since; a replaced file from its start. */
static void
catch_up(struct suspend *s)
{
	struct stat st;
	FILE *f = fopen(s->path, "re");
	char line[128];

	if (f == NULL || fstat(fileno(f), &st) != 0) {
		if (f != NULL)
			fclose(f);
		return;
	}
	if (st.st_ino != s->inode || st.st_size < s->read_to) {
		tidy(s, 0);
		s->read_to = 0;
		s->inode = st.st_ino;
	}
	if (fseeko(f, s->read_to, SEEK_SET) == 0)
		while (fgets(line, sizeof(line), f) != NULL)
			read_line(s, line, strcspn(line, "\n"));
	s->read_to = ftello(f);
	fclose(f);
}

static bool
write_lines(int fd, const struct entry *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char line[LINE_LEN + 1];

		snprintf(line, sizeof(line), "%.*s %02u\n", HASH_HEX - 1,
		    list[i].hash, list[i].count % 100u);
		if (write(fd, line, LINE_LEN) != LINE_LEN)
			return false;
	}
	return true;
}

/* The file grew to more than twice what is alive: write it anew. */
static void
compact(struct suspend *s)
{
	char *tmp;
	int fd;

	if (s->read_to < 65536 ||
	    (size_t)s->read_to < 2 * LINE_LEN * s->alive ||
	    asprintf(&tmp, "%s.new", s->path) < 0)
		return;
	tidy(s, KEPT_MAX);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd >= 0 && write_lines(fd, s->kept, s->n) && fsync(fd) == 0 &&
	    rename(tmp, s->path) == 0)
		s->inode = 0;	/* read again next time */
	if (fd >= 0)
		close(fd);
	free(tmp);
}

static bool
hash_of(struct suspend *s, const char *account, const struct secret *secret,
    char out[static HASH_HEX])
{
	return hash_hex(s->key, KEY_LEN, account, secret_str(secret),
	    secret_len(secret), out);
}

unsigned
suspend_count(struct suspend *s, const char *account,
    const struct secret *secret)
{
	char hash[HASH_HEX];
	const struct entry *at;
	unsigned count = 0;

	if (s == NULL || !hash_of(s, account, secret, hash))
		return 0;
	pthread_mutex_lock(&s->lock);
	flock(s->key_fd, LOCK_SH);
	catch_up(s);
	flock(s->key_fd, LOCK_UN);
	if ((at = find(s, hash)) != NULL)
		count = at->count;
	pthread_mutex_unlock(&s->lock);
	return count;
}

void
suspend_set(struct suspend *s, const char *account,
    const struct secret *secret, unsigned count)
{
	struct entry e = { .count = (uint8_t)(count > 99 ? 99 : count) };
	char hash[HASH_HEX];
	int fd;

	if (s == NULL || !hash_of(s, account, secret, hash))
		return;
	memcpy(e.hash, hash, sizeof(e.hash));
	pthread_mutex_lock(&s->lock);
	flock(s->key_fd, LOCK_EX);
	catch_up(s);
	fd = open(s->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (fd < 0 || !write_lines(fd, &e, 1))
		log_warn("a refused log-on could not be remembered in %s",
		    s->path);
	if (fd >= 0)
		close(fd);
	catch_up(s);
	compact(s);
	flock(s->key_fd, LOCK_UN);
	pthread_mutex_unlock(&s->lock);
}

/* Accounts that share an octet wait for each other, and that is all. */
static off_t
claim_at(struct suspend *s, const char *account)
{
	char hash[HASH_HEX];

	if (!hash_hex(s->key, KEY_LEN, "claim", account, strlen(account), hash))
		return 1 << 20;
	hash[12] = '\0';
	return (1 << 20) + (off_t)strtoull(hash, NULL, 16);
}

bool
suspend_claim(struct suspend *s, const char *account, int *claim,
    struct deadline by, struct err *e)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };

	*claim = -1;
	if (s == NULL || (*claim = open(s->key_path, O_RDWR | O_CLOEXEC |
	    O_NOFOLLOW)) < 0)
		return true;
	lock.l_start = claim_at(s, account);
	while (fcntl(*claim, F_OFD_SETLK, &lock) != 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
			suspend_release(*claim);
			*claim = -1;
			return true;
		}
		if (!deadline_check(by, e) || !deadline_sleep(CLAIM_WAIT, by, e)) {
			suspend_release(*claim);
			*claim = -1;
			return false;
		}
	}
	return true;
}

void
suspend_release(int claim)
{
	if (claim >= 0)
		close(claim);
}
