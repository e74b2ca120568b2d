ALTER TABLE public."session" DROP COLUMN "token";
ALTER TABLE public.users DROP COLUMN "emailVerified";
