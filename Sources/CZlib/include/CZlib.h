// The libraries that unpack files and answers, each opened when the first one packed by it is read, so that no
// start of the program has to load them: zlib, bzip2, liblzma, libzstd and brotli's decoder. No header of theirs
// or of the system is included here: their types would be declared a second time.
#ifndef RUNBOOK_ZLIB_H
#define RUNBOOK_ZLIB_H

struct runbook_unpacker;

enum runbook_packed {
  RUNBOOK_GZIP,
  /// Deflate with zlib's header and checksum (RFC 1950).
  RUNBOOK_ZLIB,
  /// Deflate with neither (RFC 1951).
  RUNBOOK_DEFLATE,
  RUNBOOK_BZIP2,
  RUNBOOK_XZ,
  RUNBOOK_ZSTD,
  RUNBOOK_BROTLI,
  RUNBOOK_PACKED_COUNT,
};

/// Whether its library is on this machine.
int runbook_unpack_is_known(enum runbook_packed form);

/// Null where the library is not on this machine, or there is no memory.
struct runbook_unpacker *runbook_unpack_open(enum runbook_packed form);

/// Unpacks a part of a packed file. `used` is how much of the input was taken, `made` how much came out.
///
/// Returns 0 when it goes on, 1 at the end of a member of the file, after which another may begin, and
/// -1 when the input is not packed like this, or damaged.
int runbook_unpack_next(
    struct runbook_unpacker *state, const void *input, long input_size, void *output, long output_size,
    long *used, long *made);

void runbook_unpack_close(struct runbook_unpacker *state);

#endif
