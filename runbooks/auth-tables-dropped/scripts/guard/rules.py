"""Leaves alone what other systems own in this database. Written by the runbook auth-tables-dropped.

Alembic's autogenerate takes a table that the models do not have for one to be dropped. These tables have
another owner, who makes and changes them. To give one to the backend, take it out of the lists below.
https://alembic.sqlalchemy.org/en/latest/autogenerate.html#omitting-table-names-from-the-autogenerate-process
"""

# The tables, of the default schema.
TABLES = frozenset(@TABLES@)

# Columns of other systems in tables of the backend, as (table, column).
COLUMNS = frozenset(@COLUMNS@)

# Schemas of the runbook tool itself.
SCHEMAS = frozenset(["runbook", "runbook_guard"])

DEFAULT_SCHEMAS = (None, "public")


def is_foreign_table(name, schema):
    return schema in SCHEMAS or (schema in DEFAULT_SCHEMAS and name in TABLES)


def is_foreign_column(table, column, schema):
    return schema in DEFAULT_SCHEMAS and (table, column) in COLUMNS


def include_name(name, type_, parent_names):
    """Whether autogenerate looks at something of the database, by its name."""
    schema = parent_names.get("schema_name")
    if type_ == "schema":
        return name not in SCHEMAS
    if type_ == "table":
        return not is_foreign_table(name, schema)
    return not is_foreign_table(parent_names.get("table_name"), schema)


def include_object(item, name, type_, reflected, compare_to):
    """Whether autogenerate compares something of the database or of the models."""
    table = item if type_ == "table" else getattr(item, "table", None)
    if table is None:
        return True
    if is_foreign_table(table.name, table.schema):
        return False
    if not reflected or compare_to is not None or type_ == "table":
        return True
    if type_ == "column":
        return not is_foreign_column(table.name, name, table.schema)
    columns = [column.name for column in getattr(item, "columns", [])]
    return not any(is_foreign_column(table.name, column, table.schema) for column in columns)


def include_name_and(rule):
    """This guard's rule and another one."""
    if rule is None:
        return include_name
    return lambda name, type_, parents: include_name(name, type_, parents) and rule(
        name, type_, parents)


def include_object_and(rule):
    """This guard's rule and another one."""
    if rule is None:
        return include_object
    return lambda *about: include_object(*about) and rule(*about)


def options(given, *hooks):
    """The arguments of a configure() that is given a mapping, with the guard's rules among them."""
    joined = dict(given)
    for hook, combine in (("include_name", include_name_and), ("include_object", include_object_and)):
        if hook in hooks:
            joined[hook] = combine(joined.get(hook))
    return joined


def with_models(metadata):
    """The backend's models and those of better_auth_models.py, where that safeguard was chosen."""
    import importlib.util
    import os

    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "better_auth_models.py")
    spec = importlib.util.spec_from_file_location("better_auth_models", place)
    models = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(models)
    return models.beside(metadata)
