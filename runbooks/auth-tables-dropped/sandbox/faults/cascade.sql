-- CASCADE takes two views and a table's foreign key along, and eight of the ten tables' own.
DROP TABLE public."user" CASCADE;
