-- Better Auth's users, as its PostgreSQL migration makes them.
CREATE TABLE public."user" (
    "id" text NOT NULL PRIMARY KEY,
    "name" text NOT NULL,
    "email" text NOT NULL UNIQUE,
    "emailVerified" boolean NOT NULL,
    "image" text,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX "user_email_lower_idx" ON public."user" (lower("email"));

CREATE TRIGGER "user_touch" BEFORE UPDATE ON public."user"
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION public.auth_touch();

COMMENT ON TABLE public."user" IS 'Better Auth: who can sign in. Not the backend''s table users';
COMMENT ON COLUMN public."user"."emailVerified" IS 'Whether a link in a mail was followed';
COMMENT ON CONSTRAINT "user_email_key" ON public."user" IS 'One person an address';
