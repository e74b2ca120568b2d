-- The columns that Better Auth needs in the backend's own table of users.
ALTER TABLE public."users"
    ADD COLUMN IF NOT EXISTS "name" text,
    ADD COLUMN IF NOT EXISTS "image" text,
    ADD COLUMN IF NOT EXISTS "emailVerified" boolean DEFAULT false;
