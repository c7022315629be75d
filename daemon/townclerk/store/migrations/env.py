"""Alembic runs this file. The transaction, and the lock, are the caller's."""

from alembic import context

from townclerk.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
