-- The stocks that a user pinned to the dashboard, in the user's order.
CREATE TABLE public."pinned_stocks" (
    "id" serial NOT NULL,
    "user_id" text NOT NULL,
    "symbol" public.stock_symbol NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    "pinned_at" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT "pinned_stocks_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "pinned_stocks_user_id_symbol_key" UNIQUE ("user_id", "symbol"),
    CONSTRAINT "pinned_stocks_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES public."user" ("id") ON DELETE CASCADE
);

CREATE INDEX "pinned_stocks_user_id_position_idx" ON public."pinned_stocks" ("user_id", "position");

COMMENT ON COLUMN public."pinned_stocks"."position" IS 'The user''s own order, from 0';
