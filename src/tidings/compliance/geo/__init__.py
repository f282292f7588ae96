"""Geo permissions: the countries that an account may write to, and 21408 for the others."""

from tidings.compliance.geo.permission import Permission, Permissions, decide
from tidings.compliance.geo.permissions_of import GeoPermissions

__all__ = ["GeoPermissions", "Permission", "Permissions", "decide"]
