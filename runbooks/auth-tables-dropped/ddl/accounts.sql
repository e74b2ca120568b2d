-- The accounts of the sign-in library that came before Better Auth, with its own column names.
CREATE TABLE public."accounts" (
    "id" serial NOT NULL,
    "userId" text NOT NULL,
    "type" varchar(255) NOT NULL,
    "provider" varchar(255) NOT NULL,
    "providerAccountId" varchar(255) NOT NULL,
    "refresh_token" text,
    "access_token" text,
    "expires_at" bigint,
    "id_token" text,
    "scope" text,
    "session_state" text,
    "token_type" text,
    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "accounts_provider_key" UNIQUE ("provider", "providerAccountId"),
    CONSTRAINT "accounts_userId_fkey" FOREIGN KEY ("userId")
        REFERENCES public."user" ("id") ON DELETE CASCADE
);

CREATE INDEX "accounts_userId_idx" ON public."accounts" ("userId");
CREATE INDEX "accounts_expires_at_idx" ON public."accounts" ("expires_at")
    WHERE "expires_at" IS NOT NULL;

COMMENT ON TABLE public."accounts" IS 'Of the sign-in library before Better Auth; only read';
