-- The roles of the application and of those who may only read. Nobody can sign in as them.
CREATE ROLE auth_app NOLOGIN;
CREATE ROLE auth_reader NOLOGIN;
GRANT USAGE ON SCHEMA public TO auth_app, auth_reader;
