-- What CASCADE takes along: a view, a view on it, and a reference from a table that stays. They belong
-- to a third system, in a schema of its own.
CREATE SCHEMA crm;
CREATE TABLE crm.customers (
    id integer NOT NULL CONSTRAINT customers_pkey PRIMARY KEY,
    auth_id text CONSTRAINT customers_auth_id_fkey REFERENCES public."user" ("id"),
    company text NOT NULL
);
INSERT INTO crm.customers
SELECT n, 'usr' || lpad(n::text, 5, '0'), 'Company ' || n FROM generate_series(1, 100) AS n;
CREATE VIEW crm.signed_in AS
    SELECT u."email", s."expiresAt" FROM public."session" s JOIN public."user" u ON u."id" = s."userId";
CREATE VIEW crm.signed_in_count AS SELECT count(*) AS people FROM crm.signed_in;
