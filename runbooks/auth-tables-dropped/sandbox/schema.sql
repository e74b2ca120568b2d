-- The backend's own tables as its Alembic revision 3f2a9c1d7b10 leaves them, and rows. The rows are
-- the same every time.
CREATE TABLE public.alembic_version (
    version_num varchar(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
COMMENT ON TABLE public.alembic_version IS 'sandbox of auth-tables-dropped';
INSERT INTO public.alembic_version (version_num) VALUES ('3f2a9c1d7b10');

CREATE TABLE public.users (
    id serial NOT NULL,
    email varchar(255) NOT NULL,
    hashed_password varchar(255),
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    -- For Better Auth: added by hand, unknown to the backend's models, and never filled.
    name text,
    image text,
    "emailVerified" boolean DEFAULT false,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email)
);

CREATE TABLE public.stocks (
    id serial NOT NULL,
    symbol varchar(16) NOT NULL,
    name varchar(255) NOT NULL,
    sector varchar(64),
    last_price numeric(12, 4),
    updated_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT stocks_pkey PRIMARY KEY (id),
    CONSTRAINT stocks_symbol_key UNIQUE (symbol)
);

CREATE TABLE public.reddit_posts (
    id serial NOT NULL,
    reddit_id varchar(16) NOT NULL,
    subreddit varchar(64) NOT NULL,
    title text NOT NULL,
    score integer DEFAULT 0 NOT NULL,
    posted_at timestamptz NOT NULL,
    CONSTRAINT reddit_posts_pkey PRIMARY KEY (id),
    CONSTRAINT reddit_posts_reddit_id_key UNIQUE (reddit_id)
);

CREATE TABLE public.reddit_comments (
    id serial NOT NULL,
    post_id integer NOT NULL,
    author varchar(64),
    body text NOT NULL,
    score integer DEFAULT 0 NOT NULL,
    CONSTRAINT reddit_comments_pkey PRIMARY KEY (id),
    CONSTRAINT reddit_comments_post_id_fkey FOREIGN KEY (post_id)
        REFERENCES public.reddit_posts (id) ON DELETE CASCADE
);

CREATE TABLE public.news_articles (
    id serial NOT NULL,
    stock_id integer NOT NULL,
    url text NOT NULL,
    headline text NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT news_articles_pkey PRIMARY KEY (id),
    CONSTRAINT news_articles_url_key UNIQUE (url),
    CONSTRAINT news_articles_stock_id_fkey FOREIGN KEY (stock_id)
        REFERENCES public.stocks (id) ON DELETE CASCADE
);

CREATE TABLE public.research_reports (
    id serial NOT NULL,
    stock_id integer NOT NULL,
    title varchar(255) NOT NULL,
    content text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT research_reports_pkey PRIMARY KEY (id),
    CONSTRAINT research_reports_stock_id_fkey FOREIGN KEY (stock_id)
        REFERENCES public.stocks (id) ON DELETE CASCADE
);

INSERT INTO public.users (email, hashed_password, created_at)
SELECT 'user' || n || '@example.com',
    CASE WHEN n % 3 = 0 THEN NULL ELSE '$2b$12$' || md5('password ' || n) END,
    timestamptz '2025-08-01 08:00:00+00' + n * interval '3 hours'
FROM generate_series(1, 150) AS n;

INSERT INTO public.stocks (symbol, name, sector, last_price, updated_at)
SELECT 'TST' || lpad(n::text, 3, '0'), 'Test Company ' || n,
    (ARRAY['Energy', 'Health', 'Industry', 'Software'])[1 + n % 4], 10 + n * 1.25,
    timestamptz '2025-10-18 20:00:00+00'
FROM generate_series(1, 60) AS n;

INSERT INTO public.reddit_posts (reddit_id, subreddit, title, score, posted_at)
SELECT 'p' || lpad(n::text, 6, '0'), (ARRAY['stocks', 'investing'])[1 + n % 2],
    'Thoughts on TST' || lpad((1 + n % 60)::text, 3, '0'), n * 7 % 400,
    timestamptz '2025-09-01 00:00:00+00' + n * interval '4 hours'
FROM generate_series(1, 200) AS n;

INSERT INTO public.reddit_comments (post_id, author, body, score)
SELECT 1 + n % 200, 'reader' || n % 37, 'Comment ' || n, n % 50
FROM generate_series(1, 400) AS n;

INSERT INTO public.news_articles (stock_id, url, headline, published_at)
SELECT 1 + n % 60, 'https://news.example.com/' || n, 'Headline ' || n,
    timestamptz '2025-09-01 00:00:00+00' + n * interval '5 hours'
FROM generate_series(1, 120) AS n;

INSERT INTO public.research_reports (stock_id, title, content, created_at)
SELECT 1 + n % 60, 'Outlook ' || n, repeat('Paragraph ' || n || '. ', 5),
    timestamptz '2025-09-01 00:00:00+00' + n * interval '9 hours'
FROM generate_series(1, 80) AS n;

-- What stays and does not need the ten tables: a view, and who may read it.
CREATE VIEW public.stock_overview AS
SELECT stock.symbol, stock.name, stock.last_price, count(article.id) AS articles,
    max(article.published_at) AS last_article_at
FROM public.stocks AS stock
LEFT JOIN public.news_articles AS article ON article.stock_id = stock.id
GROUP BY stock.id;
COMMENT ON VIEW public.stock_overview IS 'The dashboard''s first page';
GRANT SELECT ON public.stock_overview TO auth_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.users, public.stocks TO auth_app;
