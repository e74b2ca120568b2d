#!/bin/sh
# A migration whose last statement fails: its transaction takes the drops back. The server's log shows
# them all the same.
set -eu
psql=$(command -v psql || echo "$(pg_config --bindir)/psql")
"$psql" -Xq <<'SQL' || true
BEGIN;
DROP TABLE public.verification_tokens;
DROP TABLE public.openai_usage;
ALTER TABLE public.research_reports ADD COLUMN stock_id integer;
COMMIT;
SQL
