"""Implement the ports ``Warehouse`` and ``WarehouseSession`` on Redshift."""
