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
  /// 0 for none.
  long timeout_ms;
  void *context;
  /// A line of the head, or a part of the body; anything but 0 ends the request.
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
  /// Whether the body, or the request itself, was sent at least in part.
  int was_sent;
  /// libcurl's own words; empty when it said nothing.
  char message[256];
};

/// Makes one request and blocks until it has ended. It never follows a redirect, asks no proxy on the way
/// to this machine, and raises no signal.
enum runbook_request_end runbook_request_perform(
    const struct runbook_request *request, struct runbook_response *response);

#endif
