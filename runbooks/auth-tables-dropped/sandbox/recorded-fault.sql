-- What Alembic wrote and applied in such an incident (alembic upgrade 3f2a9c1d7b10:848797a65e3b --sql),
-- for machines without Alembic. The revision itself is in recorded-revision/.
DROP INDEX "sessions_userId_idx";
DROP TABLE sessions;
DROP INDEX verification_identifier_idx;
DROP TABLE verification;
DROP INDEX pinned_stocks_user_id_position_idx;
DROP TABLE pinned_stocks;
DROP INDEX openai_usage_user_id_created_at_idx;
DROP TABLE openai_usage;
DROP INDEX "accounts_userId_idx";
DROP TABLE accounts;
DROP INDEX "session_userId_idx";
DROP TABLE session;
DROP TABLE user_api_keys;
DROP TABLE verification_tokens;
DROP INDEX "account_userId_idx";
DROP TABLE account;
DROP TABLE "user";
ALTER TABLE research_reports ADD COLUMN status VARCHAR(20) DEFAULT 'completed' NOT NULL;
ALTER TABLE research_reports ADD COLUMN progress INTEGER DEFAULT '100' NOT NULL;
ALTER TABLE research_reports ADD COLUMN streamed_content TEXT;
ALTER TABLE research_reports ADD COLUMN error_message TEXT;
ALTER TABLE research_reports ADD COLUMN completed_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE users DROP COLUMN "emailVerified";
ALTER TABLE users DROP COLUMN name;
ALTER TABLE users DROP COLUMN image;
UPDATE alembic_version SET version_num='848797a65e3b' WHERE alembic_version.version_num = '3f2a9c1d7b10';
