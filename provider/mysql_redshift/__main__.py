"""``python -m mysql_redshift``: the commands of ``airflow mysql-redshift``."""

from mysql_redshift.cli.parser import main

if __name__ == "__main__":
    main()
