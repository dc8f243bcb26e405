"""Sensors."""

from mysql_redshift.sensors.watermark import WatermarkSensor

__all__ = ["WatermarkSensor"]
