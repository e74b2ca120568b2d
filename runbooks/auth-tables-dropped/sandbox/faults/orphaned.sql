-- And a person who left after the backup: their sessions in it have nobody to belong to.
DROP TABLE public."session";
DELETE FROM public."user" WHERE "id" = 'usr00007';
