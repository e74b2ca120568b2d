#include "CSHA256.h"

#include <sys/types.h>

#include <dlfcn.h>
#include <pthread.h>
#include <sha2.h>
#include <stddef.h>

_Static_assert(sizeof(SHA2_CTX) <= sizeof(((struct runbook_sha256 *)0)->state), "libmd's state does not fit");

// OpenSSL's SHA256_CTX has 112 bytes, in every version: openssl/sha.h. The package that declares it need not be there
// to build this.

static struct {
  int (*begin)(void *);
  int (*add)(void *, const void *, size_t);
  int (*end)(unsigned char *, void *);
} crypto;

static void open_libcrypto(void) {
  static const char *const names[] = {"libcrypto.so.3", "libcrypto.so.1.1"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && library == NULL; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (library == NULL) return;
  *(void **)&crypto.add = dlsym(library, "SHA256_Update");
  *(void **)&crypto.end = dlsym(library, "SHA256_Final");
  if (crypto.add != NULL && crypto.end != NULL) {
    *(void **)&crypto.begin = dlsym(library, "SHA256_Init");
  }
}

void runbook_sha256_begin(struct runbook_sha256 *digest, int is_for_much) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  if (is_for_much) pthread_once(&once, open_libcrypto);
  digest->is_of_libcrypto = is_for_much && crypto.begin != NULL && crypto.begin(digest->state) == 1;
  if (!digest->is_of_libcrypto) SHA256Init((SHA2_CTX *)digest->state);
}

void runbook_sha256_add(struct runbook_sha256 *digest, const void *bytes, long count) {
  if (count <= 0) return;
  if (digest->is_of_libcrypto) {
    crypto.add(digest->state, bytes, (size_t)count);
  } else {
    SHA256Update((SHA2_CTX *)digest->state, bytes, (size_t)count);
  }
}

void runbook_sha256_end(struct runbook_sha256 *digest, unsigned char *bytes) {
  if (digest->is_of_libcrypto) {
    crypto.end(bytes, digest->state);
  } else {
    SHA256Final(bytes, (SHA2_CTX *)digest->state);
  }
}
