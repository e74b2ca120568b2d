ALTER TABLE public."session" RENAME TO session_2025;
ALTER TABLE public.session_2025 RENAME CONSTRAINT session_pkey TO session_2025_pkey;
