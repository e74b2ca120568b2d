// libcurl, opened when the first request is made: linking to it would cost every start of the program
// the loading of some thirty libraries.
// No header of libcurl or of the system is included here: their types would be declared a second time.
#ifndef RUNBOOK_CURL_H
#define RUNBOOK_CURL_H

#include <stdint.h>

/// One request, and who receives its answer. Texts may be null where that is said.
struct runbook_request {
  const char *method;
  const char *url;
  /// `Name: value` each.
  const char *const *headers;
  long header_count;
  /// Null for a request without a body.
  const char *body;
  int64_t body_size;
  /// May be null, as may all paths.
  const char *ca_file;
  const char *certificate_file;
  const char *key_file;
  const char *socket_path;
  /// Whether no proxy is asked, whatever the environment says.
  int is_direct;
  /// 0 for none.
  long timeout_ms;
  void *context;
  /// A line of the head, or a part of the body, packed as it came; anything but 0 ends the request.
  int (*on_header)(void *context, const char *bytes, long count);
  int (*on_body)(void *context, const char *bytes, long count);
  /// Asked several times a second; anything but 0 ends the request.
  int (*is_cancelled)(void *context);
};

enum runbook_request_end {
  RUNBOOK_REQUEST_DONE = 0,
  /// There is no libcurl on this machine.
  RUNBOOK_REQUEST_NO_LIBRARY,
  RUNBOOK_REQUEST_BAD_URL,
  RUNBOOK_REQUEST_UNREACHABLE,
  RUNBOOK_REQUEST_TIMEOUT,
  RUNBOOK_REQUEST_TLS,
  RUNBOOK_REQUEST_CANCELLED,
  /// The connection broke once it was there.
  RUNBOOK_REQUEST_BROKEN,
};

struct runbook_response {
  long status;
  /// Whether the request may have been sent, at least in part: zero says that it was not.
  int was_sent;
  /// libcurl's own words; empty when it said nothing.
  char message[256];
};

/// A URL as libcurl reads it: what it will connect to. Texts are the reader's, until they are freed.
struct runbook_url {
  /// All of it, in libcurl's spelling.
  char *text;
  /// In lower case.
  char *scheme;
  /// Decoded, and an address in its usual spelling; one of IPv6 stands in brackets.
  char *host;
  /// Of an address of IPv6; may be null.
  char *zone;
  /// The scheme's own where the URL has none.
  long port;
};

enum runbook_url_end {
  RUNBOOK_URL_READ = 0,
  RUNBOOK_URL_NO_LIBRARY,
  RUNBOOK_URL_BAD,
};

/// Reads a URL, or one that is relative to a base, which may be null.
enum runbook_url_end runbook_url_read(
    const char *base, const char *text, struct runbook_url *url);

void runbook_url_free(struct runbook_url *url);

/// Makes one request over HTTP or HTTPS and blocks until it has ended. It never follows a redirect, and
/// raises no signal.
enum runbook_request_end runbook_request_perform(
    const struct runbook_request *request, struct runbook_response *response);

#endif
