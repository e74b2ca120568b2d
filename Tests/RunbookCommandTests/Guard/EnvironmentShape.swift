import Testing

/// An env.py as teams have it.
struct EnvironmentShape: Sendable, CustomTestStringConvertible {
  let name: String
  let program: String
  /// How many calls of `configure` carrying it out makes.
  var calls = 1
  /// Whether the team's own rule leaves tables called `scratch_…` alone.
  var hasRule = false
  /// Whether that rule goes by names, and not by objects.
  var isRuleOfNames = false

  var testDescription: String { name }

  static let understood = [
    EnvironmentShape(
      name: "one line",
      program: "from alembic import context\ncontext.configure(connection=1, target_metadata=2)\n"),
    EnvironmentShape(
      name: "one argument a line, with a last comma",
      program: """
        from alembic import context


        def run():
            context.configure(
                connection=1,
                target_metadata=(2),  # the models
            )


        run()
        """),
    EnvironmentShape(
      name: "one argument a line, a comment at the end, and no last comma",
      program: """
        from alembic import context
        context.configure(
          connection=1,
          target_metadata=(2)  # the models, (all) of them
          # and nothing else
        )
        """),
    EnvironmentShape(
      name: "two calls under another name, behind a future import",
      program: """
        #!/usr/bin/env python3
        # -*- coding: utf-8 -*-
        '''Umgebung für Alembic.'''
        from __future__ import annotations
        from alembic import context as the_context
        title = "Größe"; the_context.configure(url="ä", target_metadata=2)
        if title: the_context.configure(connection=1, target_metadata=2,)
        """, calls: 2),
    EnvironmentShape(
      name: "the whole module's name",
      program: "import alembic.context\nalembic.context.configure(connection=1)\n"),
    EnvironmentShape(
      name: "lines that end as on Windows",
      program:
        "from alembic import context\r\ncontext.configure(\r\n    connection=1,\r\n    url=2\r\n)\r\n"
    ),
    EnvironmentShape(
      name: "a rule for objects of the team's own",
      program: """
        from alembic import context


        def include_object(item, name, type_, reflected, compare_to):
            return not (type_ == "table" and name.startswith("scratch_"))


        context.configure(connection=1, include_object=include_object, compare_type=True)
        """, hasRule: true),
    EnvironmentShape(
      name: "a rule for names of the team's own, as a lambda",
      program: """
        from alembic import context
        context.configure(
            connection=1,
            include_name=lambda name, kind, parents: not name.startswith("scratch_"))
        """, hasRule: true, isRuleOfNames: true),
    EnvironmentShape(
      name: "arguments that are spread from a mapping, as Flask-Migrate has them",
      program: """
        from alembic import context
        given = {"include_object": lambda i, name, *rest: not name.startswith("scratch_")}
        context.configure(connection=1, target_metadata=2, **given)
        """, hasRule: true),
    EnvironmentShape(
      name: "no arguments", program: "from alembic import context\ncontext.configure()\n"),
  ]

  static let refused = [
    EnvironmentShape(name: "no call", program: "from alembic import context\n"),
    EnvironmentShape(
      name: "another thing's configure",
      program: "import logging as context\ncontext.configure(connection=1)\n"),
    EnvironmentShape(name: "Python 2", program: "print 'hello'\n"),
    EnvironmentShape(
      name: "arguments without names",
      program: "from alembic import context\ncontext.configure(1, 2, 3, 4)\n"),
    EnvironmentShape(
      name: "two mappings",
      program: "from alembic import context\na = b = {}\ncontext.configure(**a, **b)\n"),
  ]
}
