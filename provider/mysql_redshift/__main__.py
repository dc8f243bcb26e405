"""``python -m mysql_redshift``: the commands of ``airflow mysql-redshift``."""

import os

from mysql_redshift.cli.standalone import main

if __name__ == "__main__":
    os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "WARNING")  # each command tells what there is to tell
    main()
