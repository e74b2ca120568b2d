-- What several of the ten tables share and what a dropped table leaves behind: made only where it is
-- not there, and never replaced.
DO $shared$
BEGIN
    IF to_regtype('public.api_provider') IS NULL THEN
        CREATE TYPE public.api_provider AS ENUM ('openai', 'anthropic', 'google');
        COMMENT ON TYPE public.api_provider IS 'Whose API a key of user_api_keys opens';
    END IF;
    IF to_regtype('public.stock_symbol') IS NULL THEN
        CREATE DOMAIN public.stock_symbol AS varchar(16)
            CONSTRAINT stock_symbol_check CHECK (VALUE ~ '^[A-Z0-9.]+$');
    END IF;
    IF to_regprocedure('public.auth_touch()') IS NULL THEN
        CREATE FUNCTION public.auth_touch() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog AS $touch$
        BEGIN
            NEW."updatedAt" := CURRENT_TIMESTAMP;
            RETURN NEW;
        END
        $touch$;
        COMMENT ON FUNCTION public.auth_touch() IS 'Stamps a changed row of Better Auth';
    END IF;
    IF to_regprocedure('public.touch_updated_at()') IS NULL THEN
        CREATE FUNCTION public.touch_updated_at() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog AS $touch$
        BEGIN
            NEW.updated_at := CURRENT_TIMESTAMP;
            RETURN NEW;
        END
        $touch$;
    END IF;
END
$shared$;
