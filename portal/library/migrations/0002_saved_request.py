"""What one is called in the administration."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("library", "0001_saved")]
    operations = [migrations.AlterModelOptions(name="saved", options={"verbose_name": "saved request"})]
