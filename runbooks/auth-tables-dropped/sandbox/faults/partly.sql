-- The upgrade got through two of its drops.
DROP TABLE public."session";
DROP TABLE public.user_api_keys;
