// zlib, opened when the first compressed file is read, so that no start of the program has to load it.
// No header of zlib or of the system is included here: their types would be declared a second time.
#ifndef RUNBOOK_ZLIB_H
#define RUNBOOK_ZLIB_H

struct runbook_gunzip;

/// Null where there is no zlib on this machine, or no memory.
struct runbook_gunzip *runbook_gunzip_open(void);

/// Unpacks a part of a gzip'd file. `used` is how much of the input was taken, `made` how much came out.
///
/// Returns 0 when it goes on, 1 at the end of a member of the file, after which another may begin, and
/// -1 when the input is no gzip'd file, or damaged.
int runbook_gunzip_next(
    struct runbook_gunzip *state, const void *input, long input_size, void *output, long output_size,
    long *used, long *made);

void runbook_gunzip_close(struct runbook_gunzip *state);

#endif
