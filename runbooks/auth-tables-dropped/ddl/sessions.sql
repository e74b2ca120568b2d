-- The sessions of the sign-in library that came before Better Auth.
CREATE TABLE public."sessions" (
    "id" serial NOT NULL,
    "userId" text NOT NULL,
    "expires" timestamptz NOT NULL,
    "sessionToken" varchar(255) NOT NULL,
    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "sessions_sessionToken_key" UNIQUE ("sessionToken"),
    CONSTRAINT "sessions_userId_fkey" FOREIGN KEY ("userId")
        REFERENCES public."user" ("id") ON DELETE CASCADE
);

CREATE INDEX "sessions_userId_idx" ON public."sessions" ("userId");

COMMENT ON TABLE public."sessions" IS 'Of the sign-in library before Better Auth; only read';
