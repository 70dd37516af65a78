/* replay.c: runs a fuzz entry over its corpus without a fuzzer, one TAP line a
 * file.  replay_x DIR|FILE... */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned count;

static int
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
		printf("not ok %u - %s cannot be read\n", ++count, path);
		if (f != NULL)
			fclose(f);
		return 1;
	}
	rewind(f);
	data = malloc((size_t)size + 1);
	if (data == NULL || fread(data, 1, (size_t)size, f) != (size_t)size)
		abort();
	fclose(f);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	printf("ok %u - %s\n", ++count, path);
	return 0;
}

static int
replay(const char *path)
{
	struct dirent **names;
	struct stat st;
	int n, bad = 0;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return replay_file(path);
	if ((n = scandir(path, &names, NULL, alphasort)) < 0)
		return 1;
	for (int i = 0; i < n; i++) {
		char full[4096];

		if (names[i]->d_name[0] != '.' && (size_t)snprintf(full,
		    sizeof(full), "%s/%s", path, names[i]->d_name) < sizeof(full))
			bad |= replay_file(full);
		free(names[i]);
	}
	free(names);
	return bad;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	/* Two inputs that every decoder must bear. */
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	printf("ok %u - the empty input\n", ++count);
	printf("1..%u\n", count);
	return bad;
}
