-- Users' own API keys, encrypted by the application; one for each provider.
CREATE TABLE public."user_api_keys" (
    "id" serial NOT NULL,
    "user_id" text NOT NULL,
    "provider" public.api_provider DEFAULT 'openai' NOT NULL,
    "encrypted_key" text NOT NULL,
    "last_four" varchar(4) NOT NULL,
    "is_active" boolean DEFAULT true NOT NULL,
    "created_at" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updated_at" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT "user_api_keys_last_four_check" CHECK (length("last_four") = 4),
    CONSTRAINT "user_api_keys_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "user_api_keys_user_id_provider_key" UNIQUE ("user_id", "provider"),
    CONSTRAINT "user_api_keys_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES public."user" ("id") ON DELETE CASCADE
);

CREATE INDEX "user_api_keys_active_idx" ON public."user_api_keys" ("user_id") WHERE "is_active";

CREATE TRIGGER "user_api_keys_touch" BEFORE UPDATE ON public."user_api_keys"
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

ALTER TABLE public."user_api_keys" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "user_api_keys_of_the_user" ON public."user_api_keys"
    USING ("user_id" = current_setting('app.user_id', true))
    WITH CHECK ("user_id" = current_setting('app.user_id', true));

ALTER TABLE public."user_api_keys" ALTER COLUMN "encrypted_key" SET STORAGE EXTERNAL;

COMMENT ON TABLE public."user_api_keys" IS 'Users'' own API keys, encrypted by the application';
COMMENT ON CONSTRAINT "user_api_keys_user_id_provider_key" ON public."user_api_keys"
    IS 'One key a user and provider';
