"""Redshift as the ports ``Warehouse`` and ``WarehouseSession``."""
