// query_loop COUNT CONNINFO QUERY FILE: the floor of a SQL check. Sends the query through libpq, reads its rows, and
// commits one row to SQLite (WAL, synchronous = FULL). Prints the microseconds of one round.
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void must(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 5) return 64;
  int count = atoi(argv[1]);
  PGconn *server = PQconnectdb(argv[2]);
  must(PQstatus(server) == CONNECTION_OK, "connecting");
  sqlite3 *journal;
  sqlite3_stmt *insert;
  must(sqlite3_open(argv[4], &journal) == SQLITE_OK, "opening the journal");
  must(sqlite3_exec(journal, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                             "PRAGMA wal_autocheckpoint = 10000;"
                             "CREATE TABLE IF NOT EXISTS entry (sequence INTEGER PRIMARY KEY, body TEXT)",
                    NULL, NULL, NULL) == SQLITE_OK, "preparing the journal");
  must(sqlite3_prepare_v2(journal, "INSERT INTO entry (body) VALUES (zeroblob(1024))", -1, &insert, NULL)
       == SQLITE_OK, "preparing the insert");
  double start = now_us();
  for (int i = 0; i < count; i++) {
    PGresult *rows = PQexec(server, argv[3]);
    must(PQresultStatus(rows) == PGRES_TUPLES_OK, "the query");
    PQclear(rows);
    must(sqlite3_step(insert) == SQLITE_DONE && sqlite3_reset(insert) == SQLITE_OK, "the commit");
  }
  printf("%.1f\n", (now_us() - start) / count);
  sqlite3_finalize(insert);
  sqlite3_close(journal);
  PQfinish(server);
  return 0;
}
