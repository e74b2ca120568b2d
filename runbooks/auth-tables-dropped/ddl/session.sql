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
