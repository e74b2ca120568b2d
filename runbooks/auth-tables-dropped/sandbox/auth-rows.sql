-- Rows of the ten tables as the backup has them, 3,400; the same every time, but for the sessions' end,
-- which lies in the future.
INSERT INTO public."user" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt")
SELECT 'usr' || lpad(n::text, 5, '0'), 'User ' || n, 'user' || n || '@example.com', n % 4 <> 0,
    CASE WHEN n % 2 = 0 THEN 'https://images.example.com/' || n || '.png' END,
    timestamptz '2025-08-01 08:00:00+00' + n * interval '3 hours',
    timestamptz '2025-10-01 08:00:00+00'
FROM generate_series(1, 120) AS n;

INSERT INTO public."session"
    ("id", "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId")
SELECT 'ses' || lpad(n::text, 5, '0'), CURRENT_TIMESTAMP + interval '7 days',
    'token-' || lpad(n::text, 5, '0'),
    timestamptz '2025-10-09 00:00:00+00' + n * interval '20 minutes',
    timestamptz '2025-10-09 00:00:00+00' + n * interval '20 minutes',
    '192.0.2.' || n % 250, 'Mozilla/5.0', 'usr' || lpad((1 + n % 120)::text, 5, '0')
FROM generate_series(1, 600) AS n;

INSERT INTO public."account"
    ("id", "accountId", "providerId", "userId", "accessToken", "scope", "password", "createdAt",
    "updatedAt")
SELECT 'acc' || lpad(n::text, 5, '0'), 'ext' || n,
    CASE WHEN n % 2 = 0 THEN 'google' ELSE 'credential' END,
    'usr' || lpad(n::text, 5, '0'), CASE WHEN n % 2 = 0 THEN md5('access ' || n) END,
    CASE WHEN n % 2 = 0 THEN 'openid email profile' END,
    CASE WHEN n % 2 = 1 THEN md5('password ' || n) END,
    timestamptz '2025-08-01 08:00:00+00' + n * interval '3 hours', timestamptz '2025-10-01 08:00:00+00'
FROM generate_series(1, 120) AS n;

INSERT INTO public."verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")
SELECT 'ver' || lpad(n::text, 5, '0'), 'user' || n || '@example.com', md5('value ' || n),
    timestamptz '2025-10-19 00:00:00+00', timestamptz '2025-10-17 00:00:00+00',
    timestamptz '2025-10-17 00:00:00+00'
FROM generate_series(1, 140) AS n;

INSERT INTO public."accounts" ("userId", "type", "provider", "providerAccountId", "scope")
SELECT 'usr' || lpad(n::text, 5, '0'), 'oauth', 'github', 'gh' || n, 'read:user'
FROM generate_series(1, 120) AS n;

INSERT INTO public."sessions" ("userId", "expires", "sessionToken")
SELECT 'usr' || lpad(n::text, 5, '0'), timestamptz '2025-11-18 00:00:00+00', 'old-token-' || n
FROM generate_series(1, 120) AS n;

INSERT INTO public."verification_tokens" ("identifier", "token", "expires")
SELECT 'user' || n || '@example.com', md5('token ' || n), timestamptz '2025-10-19 00:00:00+00'
FROM generate_series(1, 35) AS n;

INSERT INTO public."pinned_stocks" ("user_id", "symbol", "position", "pinned_at")
SELECT 'usr' || lpad((1 + n % 120)::text, 5, '0'), 'TST' || lpad((1 + n / 120 * 7)::text, 3, '0'),
    n / 120, timestamptz '2025-09-15 00:00:00+00' + n * interval '1 hour'
FROM generate_series(0, 599) AS n;

INSERT INTO public."user_api_keys" ("user_id", "encrypted_key", "last_four", "created_at", "updated_at")
SELECT 'usr' || lpad(n::text, 5, '0'), md5('key ' || n) || md5('key more ' || n),
    right(md5('key ' || n), 4), timestamptz '2025-09-20 08:00:00+00' + n * interval '1 hour',
    timestamptz '2025-09-20 08:00:00+00' + n * interval '1 hour'
FROM generate_series(1, 45) AS n;

INSERT INTO public."openai_usage"
    ("user_id", "model", "prompt_tokens", "completion_tokens", "cost_usd", "created_at")
SELECT 'usr' || lpad((1 + n % 45)::text, 5, '0'), 'gpt-4o-mini', 200 + n % 900, 50 + n % 300,
    0.0005 * (1 + n % 20), timestamptz '2025-09-05 00:00:00+00' + n * interval '40 minutes'
FROM generate_series(1, 1500) AS n;
