-- Better Auth's links between a user and a sign-in provider.
CREATE TABLE public."account" (
    "id" text NOT NULL PRIMARY KEY,
    "accountId" text NOT NULL,
    "providerId" text NOT NULL,
    "userId" text NOT NULL REFERENCES public."user" ("id") ON DELETE CASCADE,
    "accessToken" text,
    "refreshToken" text,
    "idToken" text,
    "accessTokenExpiresAt" timestamptz,
    "refreshTokenExpiresAt" timestamptz,
    "scope" text,
    "password" text,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz NOT NULL
);

CREATE INDEX "account_userId_idx" ON public."account" ("userId");
CREATE UNIQUE INDEX "account_provider_idx" ON public."account" ("providerId", "accountId");

CREATE TRIGGER "account_touch" BEFORE UPDATE ON public."account"
    FOR EACH ROW EXECUTE FUNCTION public.auth_touch();

COMMENT ON TABLE public."account" IS 'Better Auth: by which provider a user signs in';
COMMENT ON COLUMN public."account"."password" IS 'A hash, for the provider "credential" alone';
