"""How items leave, out of sight for 30 days or for good: for the transaction of whoever removes what they show."""

from studio.gallery.store.removal import (
    drop_items,
    drop_items_of_conversations,
    hide_items_of_conversation,
    keep_restored_items,
    show_items_of_conversation,
)

__all__ = [
    "drop_items",
    "drop_items_of_conversations",
    "hide_items_of_conversation",
    "keep_restored_items",
    "show_items_of_conversation",
]
