-- What CASCADE takes along: a view, a view on it, and a reference from a table that stays.
ALTER TABLE public.users ADD COLUMN auth_id text CONSTRAINT users_auth_id_fkey
    REFERENCES public."user" ("id");
UPDATE public.users SET auth_id = 'usr' || lpad(id::text, 5, '0') WHERE id <= 100;
CREATE VIEW public.signed_in AS
    SELECT u."email", s."expiresAt" FROM public."session" s JOIN public."user" u ON u."id" = s."userId";
CREATE VIEW public.signed_in_count AS SELECT count(*) AS people FROM public.signed_in;
