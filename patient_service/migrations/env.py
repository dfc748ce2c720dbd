"""What Alembic runs: the tables of `patient_service.models`."""

from patient_service import models
from service_kit import migrations

migrations.run(models.Table.metadata)
