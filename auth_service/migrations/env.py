"""What Alembic runs: the tables of `auth_service.models`."""

from auth_service import models
from service_kit import migrations

migrations.run(models.Table.metadata)
