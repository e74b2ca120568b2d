"""The application in front of the database, as small as it can be and still real.

GET /api/auth/get-session answers the session of the token in `Authorization: Bearer TOKEN`, or of a
token that the fixture has; `null` where there is none, as Better Auth does. GET /api/stocks needs none
of the authentication tables. An error of the database is a 500 and a line in the log (APP_LOG).
The database is the one that the PG* variables name.
"""
import json
import os
import signal
import sys
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2

DEFAULT_TOKEN = "token-00001"
SESSION = """
    SELECT s."id", s."expiresAt"::text, u."id", u."name", u."email"
    FROM "session" AS s JOIN "user" AS u ON u."id" = s."userId"
    WHERE s."token" = %s AND s."expiresAt" > CURRENT_TIMESTAMP
"""
STOCKS = "SELECT symbol, name FROM stocks ORDER BY symbol LIMIT 20"


def log(level, message):
    now = datetime.now(timezone.utc)
    stamp = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
    with open(os.environ["APP_LOG"], "a", encoding="utf-8") as file:
        file.write(f"{stamp} {level} {message}\n")


def query(statement, *values):
    connection = psycopg2.connect("", connect_timeout=5, application_name="auth-app")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()
    finally:
        connection.close()


def session(token):
    rows = query(SESSION, token)
    if not rows:
        return None
    identifier, expires, user, name, email = rows[0]
    return {
        "session": {"id": identifier, "expiresAt": expires, "userId": user},
        "user": {"id": user, "name": name, "email": email},
    }


def stocks():
    return [{"symbol": symbol, "name": name} for symbol, name in query(STOCKS)]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            if self.path == "/api/auth/get-session":
                self.answer(200, session(self.token()))
            elif self.path == "/api/stocks":
                self.answer(200, stocks())
            else:
                self.answer(404, {"error": "not found"})
        except psycopg2.Error as error:
            log("ERROR", str(error).splitlines()[0])
            self.answer(500, {"error": "internal server error"})

    def token(self):
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if scheme == "Bearer" and token else DEFAULT_TOKEN

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        pass


def main():
    for name in ("PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR"):
        os.environ.pop(name, None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    log("INFO", "started")
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
