#include "CZlib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

// What the other libraries' headers declare: they need not be there to build this.

/// bzip2's bz_stream: https://sourceware.org/bzip2/manual/manual.html#bzDecompress-init
struct bz_stream {
  char *next_in;
  unsigned int avail_in, total_in_low, total_in_high;
  char *next_out;
  unsigned int avail_out, total_out_low, total_out_high;
  void *state;
  void *(*allocate)(void *, int, int);
  void (*release)(void *, void *);
  void *opaque;
};

/// liblzma's lzma_stream: lzma/base.h
struct lzma_stream {
  const uint8_t *next_in;
  size_t avail_in;
  uint64_t total_in;
  uint8_t *next_out;
  size_t avail_out;
  uint64_t total_out;
  const void *allocator;
  void *internal;
  void *reserved_pointers[4];
  uint64_t seek_position, reserved_int2;
  size_t reserved_int3, reserved_int4;
  int reserved_enum1, reserved_enum2;
};

/// libzstd's buffers: zstd.h
struct zstd_in { const void *source; size_t size, position; };
struct zstd_out { void *target; size_t size, position; };

/// The functions that are used, once their libraries are opened. One library unpacks several forms.
static struct {
  int (*init)(z_streamp, int, const char *, int);
  int (*inflate)(z_streamp, int);
  int (*reset)(z_streamp);
  int (*end)(z_streamp);
  int (*bz_init)(struct bz_stream *, int, int);
  int (*bz_next)(struct bz_stream *);
  int (*bz_end)(struct bz_stream *);
  int (*xz_init)(struct lzma_stream *, uint64_t, uint32_t);
  int (*xz_next)(struct lzma_stream *, int);
  void (*xz_end)(struct lzma_stream *);
  void *(*zstd_init)(void);
  size_t (*zstd_next)(void *, struct zstd_out *, struct zstd_in *);
  unsigned (*zstd_failed)(size_t);
  size_t (*zstd_end)(void *);
  void *(*br_init)(void *, void *, void *);
  int (*br_next)(void *, size_t *, const uint8_t **, size_t *, uint8_t **, size_t *);
  void (*br_end)(void *);
  int is_ready[RUNBOOK_PACKED_COUNT];
} lib;

struct runbook_unpacker {
  enum runbook_packed form;
  z_stream deflate;
  struct bz_stream bzip2;
  struct lzma_stream xz;
  void *zstd;
  void *brotli;
};

/// What a file packed to take much memory may take of it.
static const uint64_t most_memory = (uint64_t)1 << 30;

static void *find(void *library, const char *name, int *missing) {
  void *symbol = dlsym(library, name);
  if (symbol == NULL) *missing = 1;
  return symbol;
}

static void open_zlib(void) {
  void *library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int missing = 0;
  *(void **)&lib.init = find(library, "inflateInit2_", &missing);
  *(void **)&lib.inflate = find(library, "inflate", &missing);
  *(void **)&lib.reset = find(library, "inflateReset", &missing);
  *(void **)&lib.end = find(library, "inflateEnd", &missing);
  lib.is_ready[RUNBOOK_GZIP] = lib.is_ready[RUNBOOK_ZLIB] = lib.is_ready[RUNBOOK_DEFLATE] = !missing;
}

static void open_bzip2(void) {
  void *library = dlopen("libbz2.so.1.0", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) library = dlopen("libbz2.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int missing = 0;
  *(void **)&lib.bz_init = find(library, "BZ2_bzDecompressInit", &missing);
  *(void **)&lib.bz_next = find(library, "BZ2_bzDecompress", &missing);
  *(void **)&lib.bz_end = find(library, "BZ2_bzDecompressEnd", &missing);
  lib.is_ready[RUNBOOK_BZIP2] = !missing;
}

static void open_xz(void) {
  void *library = dlopen("liblzma.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int missing = 0;
  *(void **)&lib.xz_init = find(library, "lzma_stream_decoder", &missing);
  *(void **)&lib.xz_next = find(library, "lzma_code", &missing);
  *(void **)&lib.xz_end = find(library, "lzma_end", &missing);
  lib.is_ready[RUNBOOK_XZ] = !missing;
}

static void open_zstd(void) {
  void *library = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int missing = 0;
  *(void **)&lib.zstd_init = find(library, "ZSTD_createDStream", &missing);
  *(void **)&lib.zstd_next = find(library, "ZSTD_decompressStream", &missing);
  *(void **)&lib.zstd_failed = find(library, "ZSTD_isError", &missing);
  *(void **)&lib.zstd_end = find(library, "ZSTD_freeDStream", &missing);
  lib.is_ready[RUNBOOK_ZSTD] = !missing;
}

/// https://github.com/google/brotli/blob/v1.0.9/c/include/brotli/decode.h
static void open_brotli(void) {
  void *library = dlopen("libbrotlidec.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int missing = 0;
  *(void **)&lib.br_init = find(library, "BrotliDecoderCreateInstance", &missing);
  *(void **)&lib.br_next = find(library, "BrotliDecoderDecompressStream", &missing);
  *(void **)&lib.br_end = find(library, "BrotliDecoderDestroyInstance", &missing);
  lib.is_ready[RUNBOOK_BROTLI] = !missing;
}

/// How zlib tells the forms that it unpacks apart: 15 bits of window, 16 more for the header and the checksum of
/// gzip, and less than zero for neither header nor checksum.
static int window_bits(enum runbook_packed form) {
  return form == RUNBOOK_GZIP ? 15 + 16 : form == RUNBOOK_ZLIB ? 15 : -15;
}

/// Begins a member of a packed file.
static int begin(struct runbook_unpacker *state) {
  switch (state->form) {
  case RUNBOOK_GZIP:
  case RUNBOOK_ZLIB:
  case RUNBOOK_DEFLATE:
    return lib.init(&state->deflate, window_bits(state->form), ZLIB_VERSION, (int)sizeof(z_stream)) == Z_OK;
  case RUNBOOK_BZIP2:
    state->bzip2 = (struct bz_stream){0};
    return lib.bz_init(&state->bzip2, 0, 0) == 0;
  case RUNBOOK_XZ:
    return lib.xz_init(&state->xz, most_memory, 0) == 0;
  case RUNBOOK_ZSTD:
    state->zstd = lib.zstd_init();
    return state->zstd != NULL;
  case RUNBOOK_BROTLI:
    state->brotli = lib.br_init(NULL, NULL, NULL);
    return state->brotli != NULL;
  case RUNBOOK_PACKED_COUNT: break;
  }
  return 0;
}

int runbook_unpack_is_known(enum runbook_packed form) {
  static pthread_once_t zlib = PTHREAD_ONCE_INIT, bzip2 = PTHREAD_ONCE_INIT, xz = PTHREAD_ONCE_INIT,
                        zstd = PTHREAD_ONCE_INIT, brotli = PTHREAD_ONCE_INIT;
  switch (form) {
  case RUNBOOK_GZIP:
  case RUNBOOK_ZLIB:
  case RUNBOOK_DEFLATE: pthread_once(&zlib, open_zlib); break;
  case RUNBOOK_BZIP2: pthread_once(&bzip2, open_bzip2); break;
  case RUNBOOK_XZ: pthread_once(&xz, open_xz); break;
  case RUNBOOK_ZSTD: pthread_once(&zstd, open_zstd); break;
  case RUNBOOK_BROTLI: pthread_once(&brotli, open_brotli); break;
  case RUNBOOK_PACKED_COUNT: return 0;
  }
  return lib.is_ready[form];
}

struct runbook_unpacker *runbook_unpack_open(enum runbook_packed form) {
  if (!runbook_unpack_is_known(form)) return NULL;
  struct runbook_unpacker *state = calloc(1, sizeof *state);
  if (state == NULL) return NULL;
  state->form = form;
  if (begin(state)) return state;
  free(state);
  return NULL;
}

static int next_zlib(struct runbook_unpacker *state, const void *input, long size, void *output,
                     long room, long *used, long *made) {
  z_stream *stream = &state->deflate;
  stream->next_in = (Bytef *)input;
  stream->avail_in = (uInt)size;
  stream->next_out = output;
  stream->avail_out = (uInt)room;
  int status = lib.inflate(stream, Z_NO_FLUSH);
  *used = size - (long)stream->avail_in;
  *made = room - (long)stream->avail_out;
  if (status == Z_STREAM_END) return lib.reset(stream) == Z_OK ? 1 : -1;
  // No progress is no damage: it wants more input, or more room.
  return status == Z_OK || status == Z_BUF_ERROR ? 0 : -1;
}

static int next_bzip2(struct runbook_unpacker *state, const void *input, long size, void *output,
                      long room, long *used, long *made) {
  struct bz_stream *stream = &state->bzip2;
  stream->next_in = (char *)input;
  stream->avail_in = (unsigned)size;
  stream->next_out = output;
  stream->avail_out = (unsigned)room;
  int status = lib.bz_next(stream);
  *used = size - (long)stream->avail_in;
  *made = room - (long)stream->avail_out;
  if (status != 4) return status == 0 ? 0 : -1;  // BZ_STREAM_END, BZ_OK
  lib.bz_end(stream);
  return begin(state) ? 1 : -1;
}

static int next_xz(struct runbook_unpacker *state, const void *input, long size, void *output,
                   long room, long *used, long *made) {
  struct lzma_stream *stream = &state->xz;
  stream->next_in = input;
  stream->avail_in = (size_t)size;
  stream->next_out = output;
  stream->avail_out = (size_t)room;
  int status = lib.xz_next(stream, 0);  // LZMA_RUN
  *used = size - (long)stream->avail_in;
  *made = room - (long)stream->avail_out;
  if (status == 1) return begin(state) ? 1 : -1;  // LZMA_STREAM_END
  return status == 0 || status == 10 ? 0 : -1;    // LZMA_OK, LZMA_BUF_ERROR
}

static int next_zstd(struct runbook_unpacker *state, const void *input, long size, void *output,
                     long room, long *used, long *made) {
  struct zstd_in in = {input, (size_t)size, 0};
  struct zstd_out out = {output, (size_t)room, 0};
  size_t status = lib.zstd_next(state->zstd, &out, &in);
  *used = (long)in.position;
  *made = (long)out.position;
  if (lib.zstd_failed(status)) return -1;
  return status == 0 ? 1 : 0;
}

static int next_brotli(struct runbook_unpacker *state, const void *input, long size, void *output,
                       long room, long *used, long *made) {
  size_t in_left = (size_t)size, out_left = (size_t)room;
  const uint8_t *in = input;
  uint8_t *out = output;
  int status = lib.br_next(state->brotli, &in_left, &in, &out_left, &out, NULL);
  *used = size - (long)in_left;
  *made = room - (long)out_left;
  if (status == 0) return -1;  // BROTLI_DECODER_RESULT_ERROR
  if (status != 1) return 0;   // it needs more input, or more room
  lib.br_end(state->brotli);
  return begin(state) ? 1 : -1;
}

int runbook_unpack_next(
    struct runbook_unpacker *state, const void *input, long input_size, void *output, long output_size,
    long *used, long *made) {
  switch (state->form) {
  case RUNBOOK_GZIP:
  case RUNBOOK_ZLIB:
  case RUNBOOK_DEFLATE: return next_zlib(state, input, input_size, output, output_size, used, made);
  case RUNBOOK_BZIP2: return next_bzip2(state, input, input_size, output, output_size, used, made);
  case RUNBOOK_XZ: return next_xz(state, input, input_size, output, output_size, used, made);
  case RUNBOOK_ZSTD: return next_zstd(state, input, input_size, output, output_size, used, made);
  case RUNBOOK_BROTLI: return next_brotli(state, input, input_size, output, output_size, used, made);
  case RUNBOOK_PACKED_COUNT: break;
  }
  return -1;
}

void runbook_unpack_close(struct runbook_unpacker *state) {
  if (state == NULL) return;
  switch (state->form) {
  case RUNBOOK_GZIP:
  case RUNBOOK_ZLIB:
  case RUNBOOK_DEFLATE: lib.end(&state->deflate); break;
  case RUNBOOK_BZIP2: lib.bz_end(&state->bzip2); break;
  case RUNBOOK_XZ: lib.xz_end(&state->xz); break;
  case RUNBOOK_ZSTD: lib.zstd_end(state->zstd); break;
  case RUNBOOK_BROTLI:
    if (state->brotli != NULL) lib.br_end(state->brotli);
    break;
  case RUNBOOK_PACKED_COUNT: break;
  }
  free(state);
}
