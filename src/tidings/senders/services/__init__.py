"""Messaging services: a pool of senders with the settings of what is sent through it."""

from tidings.senders.services.directory import Services, pool_of, services_of
from tidings.senders.services.membership import (
    add_alpha_sender,
    add_member,
    remove_alpha_sender,
    remove_member,
)
from tidings.senders.services.news import CHANNEL
from tidings.senders.services.pool import ANY_COUNTRY, LARGEST_POOL, Pool, Service, Settings, Usecase
from tidings.senders.services.settings import change_service, create_service, delete_service

__all__ = [
    "ANY_COUNTRY",
    "CHANNEL",
    "LARGEST_POOL",
    "Pool",
    "Service",
    "Services",
    "Settings",
    "Usecase",
    "add_alpha_sender",
    "add_member",
    "change_service",
    "create_service",
    "delete_service",
    "pool_of",
    "remove_alpha_sender",
    "remove_member",
    "services_of",
]
