#include "CZlib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <zlib.h>

/// The functions of zlib that are used, once it is opened.
static struct {
  int (*init)(z_streamp, int, const char *, int);
  int (*inflate)(z_streamp, int);
  int (*reset)(z_streamp);
  int (*end)(z_streamp);
  int is_ready;
} lib;

struct runbook_gunzip {
  z_stream stream;
};

static void *find(void *library, const char *name, int *missing) {
  void *symbol = dlsym(library, name);
  if (symbol == NULL) *missing = 1;
  return symbol;
}

static void open_library(void) {
  void *library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int missing = 0;
  *(void **)&lib.init = find(library, "inflateInit2_", &missing);
  *(void **)&lib.inflate = find(library, "inflate", &missing);
  *(void **)&lib.reset = find(library, "inflateReset", &missing);
  *(void **)&lib.end = find(library, "inflateEnd", &missing);
  lib.is_ready = !missing;
}

struct runbook_gunzip *runbook_gunzip_open(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_library);
  if (!lib.is_ready) return NULL;
  struct runbook_gunzip *state = calloc(1, sizeof *state);
  if (state == NULL) return NULL;
  // 15 bits of window, and 16 for the header and the checksum of gzip.
  if (lib.init(&state->stream, 15 + 16, ZLIB_VERSION, (int)sizeof(z_stream)) != Z_OK) {
    free(state);
    return NULL;
  }
  return state;
}

int runbook_gunzip_next(
    struct runbook_gunzip *state, const void *input, long input_size, void *output, long output_size,
    long *used, long *made) {
  z_stream *stream = &state->stream;
  stream->next_in = (Bytef *)input;
  stream->avail_in = (uInt)input_size;
  stream->next_out = output;
  stream->avail_out = (uInt)output_size;
  int status = lib.inflate(stream, Z_NO_FLUSH);
  *used = input_size - (long)stream->avail_in;
  *made = output_size - (long)stream->avail_out;
  if (status == Z_STREAM_END) return lib.reset(stream) == Z_OK ? 1 : -1;
  // No progress is no damage: it wants more input, or more room.
  return status == Z_OK || status == Z_BUF_ERROR ? 0 : -1;
}

void runbook_gunzip_close(struct runbook_gunzip *state) {
  if (state == NULL) return;
  lib.end(&state->stream);
  free(state);
}
