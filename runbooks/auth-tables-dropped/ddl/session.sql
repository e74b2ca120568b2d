-- Better Auth's sessions. "updatedAt" has no default: Better Auth always gives it.
CREATE TABLE public."session" (
    "id" text NOT NULL PRIMARY KEY,
    "expiresAt" timestamptz NOT NULL,
    "token" text NOT NULL UNIQUE,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "ipAddress" text,
    "userAgent" text,
    "userId" text NOT NULL REFERENCES public."user" ("id") ON DELETE CASCADE
);

CREATE INDEX "session_userId_idx" ON public."session" ("userId");
CREATE INDEX "session_expiresAt_idx" ON public."session" ("expiresAt");

CREATE TRIGGER "session_touch" BEFORE UPDATE ON public."session"
    FOR EACH ROW EXECUTE FUNCTION public.auth_touch();

-- A client of the database sees the sessions of the user that it has set, and no others.
ALTER TABLE public."session" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "session_of_the_user" ON public."session"
    FOR SELECT USING ("userId" = current_setting('app.user_id', true));

ALTER TABLE public."session" REPLICA IDENTITY USING INDEX "session_token_key";
ALTER TABLE public."session" ALTER COLUMN "userAgent" SET STORAGE EXTERNAL;
ALTER TABLE public."session" ALTER COLUMN "userId" SET STATISTICS 500;
CREATE STATISTICS public."session_user_and_address" (ndistinct, dependencies)
    ON "userId", "ipAddress" FROM public."session";

COMMENT ON TABLE public."session" IS 'Better Auth: one row a signed-in browser';
COMMENT ON COLUMN public."session"."token" IS 'What the cookie holds; a secret';
COMMENT ON INDEX public."session_expiresAt_idx" IS 'For the clean-up of sessions that have ended';
