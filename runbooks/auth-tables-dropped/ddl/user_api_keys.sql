-- Users' own API keys, encrypted by the application; one for each provider.
CREATE TABLE public."user_api_keys" (
    "id" serial NOT NULL,
    "user_id" text NOT NULL,
    "provider" varchar(32) DEFAULT 'openai' NOT NULL,
    "encrypted_key" text NOT NULL,
    "last_four" varchar(4) NOT NULL,
    "is_active" boolean DEFAULT true NOT NULL,
    "created_at" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updated_at" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT "user_api_keys_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "user_api_keys_user_id_provider_key" UNIQUE ("user_id", "provider"),
    CONSTRAINT "user_api_keys_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES public."user" ("id") ON DELETE CASCADE
);
