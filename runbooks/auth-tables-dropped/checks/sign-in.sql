-- What a sign-in writes and reads. The step rolls all of it back.
INSERT INTO public."user" ("id", "name", "email", "emailVerified")
VALUES ('runbook-trial', 'Runbook Trial', 'runbook-trial@invalid.example', true);

INSERT INTO public."account" ("id", "accountId", "providerId", "userId", "updatedAt")
VALUES ('runbook-trial', 'runbook-trial', 'credential', 'runbook-trial', CURRENT_TIMESTAMP);

INSERT INTO public."verification" ("id", "identifier", "value", "expiresAt")
VALUES ('runbook-trial', 'runbook-trial@invalid.example', 'trial',
    CURRENT_TIMESTAMP + interval '1 hour');

INSERT INTO public."session" ("id", "expiresAt", "token", "updatedAt", "userId")
VALUES ('runbook-trial', CURRENT_TIMESTAMP + interval '1 hour', 'runbook-trial',
    CURRENT_TIMESTAMP, 'runbook-trial');

SELECT "user"."email", "account"."providerId" AS provider
FROM public."session" AS "session"
JOIN public."user" AS "user" ON "user"."id" = "session"."userId"
JOIN public."account" AS "account" ON "account"."userId" = "user"."id"
WHERE "session"."token" = 'runbook-trial' AND "session"."expiresAt" > CURRENT_TIMESTAMP
