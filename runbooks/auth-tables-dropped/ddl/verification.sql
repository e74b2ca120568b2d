-- Better Auth's pending verifications: e-mail addresses, password resets, OAuth states.
CREATE TABLE public."verification" (
    "id" text NOT NULL PRIMARY KEY,
    "identifier" text NOT NULL,
    "value" text NOT NULL,
    "expiresAt" timestamptz NOT NULL,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX "verification_identifier_idx" ON public."verification" ("identifier");

CREATE TRIGGER "verification_touch" BEFORE UPDATE ON public."verification"
    FOR EACH ROW EXECUTE FUNCTION public.auth_touch();

COMMENT ON TABLE public."verification" IS 'Better Auth: what waits for somebody to follow a link';
