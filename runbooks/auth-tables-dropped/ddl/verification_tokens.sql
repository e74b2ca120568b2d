-- The verification tokens of the sign-in library that came before Better Auth.
CREATE TABLE public."verification_tokens" (
    "identifier" text NOT NULL,
    "token" text NOT NULL,
    "expires" timestamptz NOT NULL,
    CONSTRAINT "verification_tokens_pkey" PRIMARY KEY ("identifier", "token"),
    CONSTRAINT "verification_tokens_token_key" UNIQUE ("token")
);

ALTER TABLE public."verification_tokens" REPLICA IDENTITY FULL;
