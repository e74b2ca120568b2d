"""Alembic's environment: the backend's models, and the database that libpq's PG* variables name.

DATABASE_URL is left alone on purpose: it may name a real database, and this project's only migration
destroys things.
"""
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from models import Base

MARK = "sandbox of auth-tables-dropped"

fileConfig(context.config.config_file_name)


def refuse_other_databases(connection):
    """Ends the program unless the fixture of this sandbox made the database."""
    mark = connection.execute(
        text("SELECT obj_description(to_regclass('public.alembic_version'), 'pg_class')")
    ).scalar()
    if mark != MARK:
        raise SystemExit("this database was not made by the sandbox: nothing was done")


def run_online():
    engine = create_engine("postgresql+psycopg2://", poolclass=NullPool)
    with engine.connect() as connection:
        refuse_other_databases(connection)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()


def run_offline():
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
