"""Writes SQLAlchemy models of the tables that others own, as the database has them now.

The tables are read by SQLAlchemy's reflection, from the database that the PG* variables name, and written
by Alembic's own renderer: what autogenerate compares is what reflection gave, so nothing differs. TABLES
and COLUMNS are as in write_guard.py. It needs the Python that Alembic runs with, and psycopg.
"""
import json
import os
import re

HEAD = '''\
"""SQLAlchemy models of the tables that other systems own. Written by the runbook auth-tables-dropped.

They describe the tables to Alembic, so that it does not take them for tables to be dropped. Their owner
makes and changes them: after it has, write this file again. `extend_existing` lets a model that the
backend has of the same table stay.
"""
import sqlalchemy as sa
%(dialect)sfrom sqlalchemy.orm import declarative_base

Base = declarative_base()

'''
TAIL = '''
# Columns of other systems in tables of the backend.
COLUMNS = {
%(columns)s}


def beside(metadata):
    """The backend's models, which get the columns above, and those of this file."""
    given = list(metadata) if isinstance(metadata, (list, tuple)) else [metadata]
    for models in given:
        for table in list(models.tables.values()):
            if table.schema not in (None, "public"):
                continue
            for column in COLUMNS.get(table.name, lambda: [])():
                if column.name not in table.columns:
                    table.append_column(column)
    known = {name for models in given for name in models.tables}
    for table in [table for name, table in Base.metadata.tables.items() if name in known]:
        Base.metadata.remove(table)
    return given + [Base.metadata]
'''


def engine():
    """An engine on the database of the PG* variables, by whichever driver is there."""
    import sqlalchemy

    for driver in ("psycopg2", "psycopg"):
        try:
            return sqlalchemy.create_engine(
                f"postgresql+{driver}://", poolclass=sqlalchemy.pool.NullPool)
        except ImportError:
            continue
    raise OSError("neither psycopg2 nor psycopg is there for Alembic's Python")


class Renderer:
    """Alembic's renderer of operations, bound to a connection."""

    def __init__(self, connection):
        from alembic.migration import MigrationContext

        self.context = MigrationContext.configure(connection)

    def operation(self, operation):
        from alembic.autogenerate import render_python_code
        from alembic.operations import ops

        text = render_python_code(
            ops.UpgradeOps([operation]), migration_context=self.context)
        lines = [line for line in text.split("\n") if not line.strip().startswith("#")]
        return "\n".join(line[4:] if line.startswith("    ") else line for line in lines).strip()

    def table(self, table):
        """What stands between the parentheses of a Table, without its name."""
        from alembic.operations import ops

        text = self.operation(ops.CreateTableOp.from_table(table))
        prefix = f"op.create_table({table.name!r},"
        if not text.startswith(prefix) or not text.endswith(")"):
            raise OSError(f"Alembic writes the table {table.name} in a way that is not known")
        return text[len(prefix):-1].strip()

    def column(self, table, column):
        from alembic.operations import ops

        text = self.operation(ops.AddColumnOp.from_column_and_tablename(None, table, column))
        prefix = f"op.add_column({table!r}, "
        if not text.startswith(prefix) or not text.endswith(")"):
            raise OSError(f"Alembic writes the column {table}.{column.name} in a way that is not known")
        return text[len(prefix):-1].strip()


def element(expression):
    """One part of an index, on the columns `c` of its table."""
    import sqlalchemy
    from sqlalchemy.sql import operators

    words = {
        operators.desc_op: "desc", operators.asc_op: "asc",
        operators.nulls_first_op: "nullsfirst", operators.nulls_last_op: "nullslast"}
    if isinstance(expression, sqlalchemy.Column):
        return f"c[{expression.name!r}]"
    modifier = getattr(expression, "modifier", None)
    if modifier in words:
        return f"{element(expression.element)}.{words[modifier]}()"
    return f"sa.text({str(expression)!r})"


def index_text(index):
    items = [repr(index.name)] + [element(item) for item in index.expressions]
    items.append(f"unique={bool(index.unique)}")
    for name, value in sorted(index.dialect_kwargs.items()):
        if value in (None, [], {}, False) or name == "postgresql_include":
            continue
        items.append(f"{name}=" + (f"sa.text({str(value)!r})" if name.endswith("where") else repr(value)))
    return f"sa.Index({', '.join(items)})"


def simplify_defaults(table):
    """Writes a default that is a plain text without PostgreSQL's cast, as a model would have it.

    Alembic's comparison of server defaults breaks at the cast of an enum's.
    """
    import sqlalchemy

    for column in table.columns:
        default = getattr(column.server_default, "arg", None)
        found = re.fullmatch(r"'((?:[^']|'')*)'::[\w\". ]+", str(default)) if default is not None else None
        if found and isinstance(column.type, sqlalchemy.String):
            column.server_default = sqlalchemy.DefaultClause(found.group(1).replace("''", "'"))


def class_name(table):
    return "BetterAuth" + "".join(part.capitalize() for part in re.split(r"\W|_", table))


def model(renderer, table):
    """The text of one model."""
    body = [line.strip() for line in renderer.table(table).split("\n")]
    indexes = sorted(table.indexes, key=lambda item: item.name)
    # An index of columns finds its table by them; one of expressions alone has to stand in it.
    inside = [index for index in indexes if not index.columns]
    outside = [index for index in indexes if index.columns]
    place = next(
        (place for place, line in enumerate(body) if re.match(r"[a-z_]+=", line)), len(body))
    items = [line.rstrip(",") for line in body] + ["extend_existing=True"]
    items[place:place] = [index_text(index) for index in inside]
    inner = "".join(f"        {item},\n" for item in items)
    name = class_name(table.name)
    text = (
        f"\nclass {name}(Base):\n"
        f"    __table__ = sa.Table(\n        {table.name!r},\n        Base.metadata,\n{inner}    )\n")
    if outside:
        text += f"\n\nc = {name}.__table__.c\n"
        text += "".join(index_text(index) + "\n" for index in outside)
    return text


def program():
    """The text of better_auth_models.py."""
    import sqlalchemy

    wanted = json.loads(os.environ["TABLES"])
    columns = json.loads(os.environ.get("COLUMNS") or "{}")
    metadata = sqlalchemy.MetaData()
    with engine().connect() as connection:
        renderer = Renderer(connection)
        there = set(sqlalchemy.inspect(connection).get_table_names())
        tables = sorted(there.intersection(wanted))
        metadata.reflect(bind=connection, only=tables + sorted(there.intersection(columns)))
        for table in metadata.tables.values():
            simplify_defaults(table)
        models = [model(renderer, metadata.tables[name]) for name in tables]
        entries = ""
        for table in sorted(there.intersection(columns)):
            items = [
                renderer.column(table, metadata.tables[table].columns[name])
                for name in columns[table] if name in metadata.tables[table].columns]
            inner = "".join(f"        {item},\n" for item in items)
            entries += f"    {table!r}: lambda: [\n{inner}    ],\n"
    body = "\n".join(models) + "\n" + TAIL % {"columns": entries}
    dialect = "from sqlalchemy.dialects import postgresql\n" if "postgresql." in body else ""
    return HEAD % {"dialect": dialect} + body
