-- As the application's own migrations make it.
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  expires_at TEXT NOT NULL
);
CREATE INDEX session_user ON session (user_id);
