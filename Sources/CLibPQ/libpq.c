// The functions here have the names of libpq's; hidden, they are seen by the program alone and never by
// libpq itself.
#pragma GCC visibility push(hidden)
#include "CLibPQ.h"
#pragma GCC visibility pop

#include <dlfcn.h>
#include <pthread.h>

/// The functions of libpq that are used: result, name, parameters, arguments.
#define FUNCTIONS(USE) \
  USE(PGconn *, PQconnectStartParams, \
      (const char *const *keywords, const char *const *values, int expand), (keywords, values, expand)) \
  USE(PostgresPollingStatusType, PQconnectPoll, (PGconn *conn), (conn)) \
  USE(void, PQfinish, (PGconn *conn), (conn)) \
  USE(ConnStatusType, PQstatus, (const PGconn *conn), (conn)) \
  USE(char *, PQerrorMessage, (const PGconn *conn), (conn)) \
  USE(char *, PQhost, (const PGconn *conn), (conn)) \
  USE(char *, PQport, (const PGconn *conn), (conn)) \
  USE(int, PQserverVersion, (const PGconn *conn), (conn)) \
  USE(int, PQbackendPID, (const PGconn *conn), (conn)) \
  USE(int, PQsocket, (const PGconn *conn), (conn)) \
  USE(const char *, PQparameterStatus, (const PGconn *conn, const char *name), (conn, name)) \
  USE(PQnoticeReceiver, PQsetNoticeReceiver, (PGconn *conn, PQnoticeReceiver receiver, void *context), \
      (conn, receiver, context)) \
  USE(int, PQsetnonblocking, (PGconn *conn, int flag), (conn, flag)) \
  USE(int, PQenterPipelineMode, (PGconn *conn), (conn)) \
  USE(int, PQexitPipelineMode, (PGconn *conn), (conn)) \
  USE(int, PQsendQuery, (PGconn *conn, const char *query), (conn, query)) \
  USE(int, PQputCopyData, (PGconn *conn, const char *buffer, int size), (conn, buffer, size)) \
  USE(int, PQputCopyEnd, (PGconn *conn, const char *message), (conn, message)) \
  USE(int, PQpipelineSync, (PGconn *conn), (conn)) \
  USE(int, PQsendQueryParams, \
      (PGconn *conn, const char *command, int count, const Oid *types, const char *const *values, \
       const int *lengths, const int *formats, int result_format), \
      (conn, command, count, types, values, lengths, formats, result_format)) \
  USE(int, PQsendPrepare, \
      (PGconn *conn, const char *name, const char *query, int count, const Oid *types), \
      (conn, name, query, count, types)) \
  USE(int, PQsendDescribePrepared, (PGconn *conn, const char *name), (conn, name)) \
  USE(int, PQsetSingleRowMode, (PGconn *conn), (conn)) \
  USE(int, PQflush, (PGconn *conn), (conn)) \
  USE(int, PQconsumeInput, (PGconn *conn), (conn)) \
  USE(int, PQisBusy, (PGconn *conn), (conn)) \
  USE(PGresult *, PQgetResult, (PGconn *conn), (conn)) \
  USE(void, PQclear, (PGresult *result), (result)) \
  USE(ExecStatusType, PQresultStatus, (const PGresult *result), (result)) \
  USE(char *, PQresultErrorMessage, (const PGresult *result), (result)) \
  USE(char *, PQresultErrorField, (const PGresult *result, int field), (result, field)) \
  USE(char *, PQcmdStatus, (PGresult *result), (result)) \
  USE(char *, PQcmdTuples, (PGresult *result), (result)) \
  USE(int, PQntuples, (const PGresult *result), (result)) \
  USE(int, PQnfields, (const PGresult *result), (result)) \
  USE(char *, PQfname, (const PGresult *result, int column), (result, column)) \
  USE(Oid, PQftype, (const PGresult *result, int column), (result, column)) \
  USE(int, PQnparams, (const PGresult *result), (result)) \
  USE(Oid, PQparamtype, (const PGresult *result, int number), (result, number)) \
  USE(int, PQgetisnull, (const PGresult *result, int row, int column), (result, row, column)) \
  USE(int, PQgetlength, (const PGresult *result, int row, int column), (result, row, column)) \
  USE(char *, PQgetvalue, (const PGresult *result, int row, int column), (result, row, column)) \
  USE(PGcancel *, PQgetCancel, (PGconn *conn), (conn)) \
  USE(int, PQcancel, (PGcancel *cancel, char *message, int size), (cancel, message, size)) \
  USE(void, PQfreeCancel, (PGcancel *cancel), (cancel)) \
  USE(PQconninfoOption *, PQconninfoParse, (const char *text, char **message), (text, message)) \
  USE(PQconninfoOption *, PQconninfo, (PGconn *conn), (conn)) \
  USE(void, PQconninfoFree, (PQconninfoOption *options), (options)) \
  USE(void, PQfreemem, (void *memory), (memory))

#define MEMBER(result, name, parameters, arguments) result(*name) parameters;
static struct {
  FUNCTIONS(MEMBER)
} lib;

static bool is_open;

static void open_library(void) {
  void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  bool is_complete = true;
#define FIND(result, name, parameters, arguments) \
  *(void **)&lib.name = dlsym(library, #name); \
  if (lib.name == NULL) is_complete = false;
  FUNCTIONS(FIND)
  is_open = is_complete;
}

bool runbook_libpq_open(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_library);
  return is_open;
}

#define DEFINE(result, name, parameters, arguments) \
  result name parameters { return lib.name arguments; }
FUNCTIONS(DEFINE)
