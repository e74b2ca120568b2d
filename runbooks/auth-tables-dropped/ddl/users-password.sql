-- Somebody who signs in by a provider has no password.
ALTER TABLE public."users" ALTER COLUMN "hashed_password" DROP NOT NULL;
