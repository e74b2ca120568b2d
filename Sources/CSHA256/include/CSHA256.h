// SHA-256 in two libraries: libmd, which costs a start of the program nothing, and for much data OpenSSL's libcrypto,
// several times as fast where the processor has instructions for it. The latter is opened when it is first asked for;
// where it is not there, libmd does its work. No header of theirs is included here: their types would be declared
// a second time.
#ifndef RUNBOOK_SHA256_H
#define RUNBOOK_SHA256_H

#include <stdint.h>

/// Room for either library's state, and which of them it is of. It may be copied.
struct runbook_sha256 {
  uint64_t state[32];
  int is_of_libcrypto;
};

/// Begins a digest. `is_for_much`: more than some 100 KB are to come.
void runbook_sha256_begin(struct runbook_sha256 *digest, int is_for_much);
void runbook_sha256_add(struct runbook_sha256 *digest, const void *bytes, long count);
/// Writes the digest's 32 bytes; after that it has to be begun anew.
void runbook_sha256_end(struct runbook_sha256 *digest, unsigned char *bytes);

#endif
