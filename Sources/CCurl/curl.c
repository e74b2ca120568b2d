#include "CCurl.h"

#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/// The functions of libcurl that are used, once it is opened.
static struct {
  CURLcode (*global_init)(long);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *);
  CURLcode (*setopt)(CURL *, CURLoption, ...);
  CURLcode (*getinfo)(CURL *, CURLINFO, ...);
  CURLcode (*perform)(CURL *);
  const char *(*strerror)(CURLcode);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
  CURLU *(*url)(void);
  void (*url_cleanup)(CURLU *);
  CURLUcode (*url_set)(CURLU *, CURLUPart, const char *, unsigned int);
  CURLUcode (*url_get)(const CURLU *, CURLUPart, char **, unsigned int);
  void (*free)(void *);
  int is_ready;
} lib;

static void *find(void *library, const char *name, int *missing) {
  void *symbol = dlsym(library, name);
  if (symbol == NULL) *missing = 1;
  return symbol;
}

static void open_library(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int missing = 0;
  *(void **)&lib.global_init = find(library, "curl_global_init", &missing);
  *(void **)&lib.easy_init = find(library, "curl_easy_init", &missing);
  *(void **)&lib.easy_cleanup = find(library, "curl_easy_cleanup", &missing);
  *(void **)&lib.setopt = find(library, "curl_easy_setopt", &missing);
  *(void **)&lib.getinfo = find(library, "curl_easy_getinfo", &missing);
  *(void **)&lib.perform = find(library, "curl_easy_perform", &missing);
  *(void **)&lib.strerror = find(library, "curl_easy_strerror", &missing);
  *(void **)&lib.slist_append = find(library, "curl_slist_append", &missing);
  *(void **)&lib.slist_free_all = find(library, "curl_slist_free_all", &missing);
  *(void **)&lib.url = find(library, "curl_url", &missing);
  *(void **)&lib.url_cleanup = find(library, "curl_url_cleanup", &missing);
  *(void **)&lib.url_set = find(library, "curl_url_set", &missing);
  *(void **)&lib.url_get = find(library, "curl_url_get", &missing);
  *(void **)&lib.free = find(library, "curl_free", &missing);
  if (missing) return;
  lib.is_ready = lib.global_init(CURL_GLOBAL_ALL) == CURLE_OK;
}

static size_t receive_header(char *bytes, size_t size, size_t count, void *context) {
  const struct runbook_request *request = context;
  return request->on_header(request->context, bytes, (long)(size * count)) == 0 ? size * count : 0;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *context) {
  const struct runbook_request *request = context;
  return request->on_body(request->context, bytes, (long)(size * count)) == 0 ? size * count : 0;
}

static int report_progress(
    void *context, curl_off_t to_receive, curl_off_t received, curl_off_t to_send,
    curl_off_t sent) {
  (void)to_receive, (void)received, (void)to_send, (void)sent;
  const struct runbook_request *request = context;
  return request->is_cancelled(request->context);
}

static void set_text(CURL *curl, CURLoption option, const char *text) {
  if (text != NULL) lib.setopt(curl, option, text);
}

static void set_up(CURL *curl, const struct runbook_request *request, char *message) {
  lib.setopt(curl, CURLOPT_ERRORBUFFER, message);
  lib.setopt(curl, CURLOPT_URL, request->url);
  lib.setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
  lib.setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  lib.setopt(curl, CURLOPT_NOSIGNAL, 1L);
  lib.setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  // The body is handed over as it came: libcurl's own unpacking does not tell whether it reached the end.
  lib.setopt(curl, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  // A tunnel's answer is not the target's.
  lib.setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  lib.setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_ms);
  if (strcmp(request->method, "HEAD") == 0) lib.setopt(curl, CURLOPT_NOBODY, 1L);
  if (request->body != NULL) {
    lib.setopt(curl, CURLOPT_POST, 1L);
    lib.setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
    lib.setopt(curl, CURLOPT_POSTFIELDS, request->body);
    lib.setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
  }
  set_text(curl, CURLOPT_CAINFO, request->ca_file);
  set_text(curl, CURLOPT_SSLCERT, request->certificate_file);
  set_text(curl, CURLOPT_SSLKEY, request->key_file);
  set_text(curl, CURLOPT_UNIX_SOCKET_PATH, request->socket_path);
  lib.setopt(curl, CURLOPT_HEADERFUNCTION, receive_header);
  lib.setopt(curl, CURLOPT_HEADERDATA, request);
  lib.setopt(curl, CURLOPT_WRITEFUNCTION, receive_body);
  lib.setopt(curl, CURLOPT_WRITEDATA, request);
  lib.setopt(curl, CURLOPT_XFERINFOFUNCTION, report_progress);
  lib.setopt(curl, CURLOPT_XFERINFODATA, request);
  lib.setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

/// Whether the target may have been sent anything: what a proxy's tunnel or the handshake of TLS kept from
/// it was not.
static int may_be_sent(CURL *curl, const struct runbook_request *request) {
  long size = 0, tunnel = 0;
  curl_off_t handshake = 0;
  lib.getinfo(curl, CURLINFO_REQUEST_SIZE, &size);
  lib.getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  lib.getinfo(curl, CURLINFO_APPCONNECT_TIME_T, &handshake);
  if (size <= 0 || (tunnel != 0 && tunnel / 100 != 2)) return 0;
  return strncmp(request->url, "https:", 6) != 0 || handshake > 0;
}

static enum runbook_request_end end_of(CURLcode code, int was_sent) {
  switch (code) {
    case CURLE_OK:
      return RUNBOOK_REQUEST_DONE;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      // An answer that is not HTTP's has that code too.
      return was_sent ? RUNBOOK_REQUEST_BROKEN : RUNBOOK_REQUEST_BAD_URL;
    case CURLE_OPERATION_TIMEDOUT:
      return RUNBOOK_REQUEST_TIMEOUT;
    case CURLE_ABORTED_BY_CALLBACK:
      return RUNBOOK_REQUEST_CANCELLED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_USE_SSL_FAILED:
      return was_sent ? RUNBOOK_REQUEST_BROKEN : RUNBOOK_REQUEST_TLS;
    default:
      return was_sent ? RUNBOOK_REQUEST_BROKEN : RUNBOOK_REQUEST_UNREACHABLE;
  }
}

static int is_open(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_library);
  return lib.is_ready;
}

/// A copy of a part, to be freed; null where there is none.
static char *part(CURLU *handle, CURLUPart which, unsigned int flags) {
  char *found = NULL;
  if (lib.url_get(handle, which, &found, flags) != CURLUE_OK || found == NULL) return NULL;
  char *copy = strdup(found);
  lib.free(found);
  return copy;
}

enum runbook_url_end runbook_url_read(
    const char *base, const char *text, struct runbook_url *url) {
  memset(url, 0, sizeof *url);
  if (!is_open()) return RUNBOOK_URL_NO_LIBRARY;
  CURLU *handle = lib.url();
  if (handle == NULL) return RUNBOOK_URL_NO_LIBRARY;
  CURLUcode code = CURLUE_OK;
  if (base != NULL) code = lib.url_set(handle, CURLUPART_URL, base, 0);
  // As libcurl itself does with a redirect, what is no URL's character is encoded.
  if (code == CURLUE_OK) {
    code = lib.url_set(handle, CURLUPART_URL, text, base == NULL ? 0 : CURLU_URLENCODE);
  }
  if (code == CURLUE_OK) {
    char *port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    url->text = part(handle, CURLUPART_URL, 0);
    url->scheme = part(handle, CURLUPART_SCHEME, 0);
    url->host = part(handle, CURLUPART_HOST, 0);
    url->zone = part(handle, CURLUPART_ZONEID, 0);
    url->port = port == NULL ? 0 : strtol(port, NULL, 10);
    free(port);
  }
  lib.url_cleanup(handle);
  if (url->text != NULL && url->scheme != NULL && url->host != NULL) return RUNBOOK_URL_READ;
  runbook_url_free(url);
  return RUNBOOK_URL_BAD;
}

void runbook_url_free(struct runbook_url *url) {
  free(url->text);
  free(url->scheme);
  free(url->host);
  free(url->zone);
  memset(url, 0, sizeof *url);
}

enum runbook_request_end runbook_request_perform(
    const struct runbook_request *request, struct runbook_response *response) {
  memset(response, 0, sizeof *response);
  if (!is_open()) return RUNBOOK_REQUEST_NO_LIBRARY;
  CURL *curl = lib.easy_init();
  if (curl == NULL) return RUNBOOK_REQUEST_NO_LIBRARY;
  char message[CURL_ERROR_SIZE] = "";
  set_up(curl, request, message);
  if (request->is_direct) lib.setopt(curl, CURLOPT_PROXY, "");
  struct curl_slist *headers = NULL;
  for (long index = 0; index < request->header_count; index += 1) {
    headers = lib.slist_append(headers, request->headers[index]);
  }
  // No waiting for `100 Continue` before a body is sent.
  headers = lib.slist_append(headers, "Expect:");
  lib.setopt(curl, CURLOPT_HTTPHEADER, headers);

  CURLcode code = lib.perform(curl);
  lib.getinfo(curl, CURLINFO_RESPONSE_CODE, &response->status);
  response->was_sent = may_be_sent(curl, request);
  const char *words = message[0] != '\0' ? message : code == CURLE_OK ? "" : lib.strerror(code);
  strncpy(response->message, words, sizeof response->message - 1);
  lib.slist_free_all(headers);
  lib.easy_cleanup(curl);
  return end_of(code, response->was_sent);
}
