-- What happened after the backup was taken: five people signed out, and 172 rows were added. So the
-- ten tables hold 3,567 rows, the backup 3,400, and a restore of it would sign the five in again.
DELETE FROM public."session" WHERE "id" BETWEEN 'ses00596' AND 'ses00600';

INSERT INTO public."user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
SELECT 'usr' || lpad(n::text, 5, '0'), 'User ' || n, 'user' || n || '@example.com', true,
    timestamptz '2025-10-18 12:00:00+00' + n * interval '1 minute',
    timestamptz '2025-10-18 12:00:00+00' + n * interval '1 minute'
FROM generate_series(121, 125) AS n;

INSERT INTO public."account"
    ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
SELECT 'acc' || lpad(n::text, 5, '0'), 'ext' || n, 'credential', 'usr' || lpad(n::text, 5, '0'),
    md5('password ' || n), timestamptz '2025-10-18 12:00:00+00' + n * interval '1 minute',
    timestamptz '2025-10-18 12:00:00+00' + n * interval '1 minute'
FROM generate_series(121, 125) AS n;

INSERT INTO public."session"
    ("id", "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId")
SELECT 'ses' || lpad(n::text, 5, '0'), CURRENT_TIMESTAMP + interval '7 days',
    'token-' || lpad(n::text, 5, '0'),
    timestamptz '2025-10-18 12:00:00+00' + (n - 600) * interval '6 minutes',
    timestamptz '2025-10-18 12:00:00+00' + (n - 600) * interval '6 minutes',
    '192.0.2.' || n % 250, 'Mozilla/5.0', 'usr' || lpad((1 + n % 125)::text, 5, '0')
FROM generate_series(601, 680) AS n;

INSERT INTO public."verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")
SELECT 'ver' || lpad(n::text, 5, '0'), 'user' || (n - 20) || '@example.com', md5('value ' || n),
    timestamptz '2025-10-19 12:00:00+00', timestamptz '2025-10-18 13:00:00+00',
    timestamptz '2025-10-18 13:00:00+00'
FROM generate_series(141, 152) AS n;

INSERT INTO public."pinned_stocks" ("user_id", "symbol", "position", "pinned_at")
SELECT 'usr' || lpad((120 + 1 + n % 5)::text, 5, '0'), 'TST' || lpad((1 + n)::text, 3, '0'), n / 5,
    timestamptz '2025-10-18 14:00:00+00' + n * interval '1 minute'
FROM generate_series(0, 9) AS n;

INSERT INTO public."openai_usage"
    ("user_id", "model", "prompt_tokens", "completion_tokens", "cost_usd", "created_at")
SELECT 'usr' || lpad((1 + n % 45)::text, 5, '0'), 'gpt-4o-mini', 200 + n % 900, 50 + n % 300,
    0.0005 * (1 + n % 20), timestamptz '2025-10-18 12:00:00+00' + n * interval '5 minutes'
FROM generate_series(1, 60) AS n;
