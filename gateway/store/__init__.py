"""All SQL, the job queue and the migrations. Nothing above this room knows that there is a Postgres."""
