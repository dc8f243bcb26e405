"""``python -m mysql_redshift``: the same commands as ``airflow mysql-redshift``."""

import os

from mysql_redshift.cli.standalone import main

if __name__ == "__main__":
    os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "WARNING")  # commands print their own messages
    main()
