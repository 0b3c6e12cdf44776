"""What stands above an album or a tag while something is done to it as a whole."""

from studio.gallery.views import Filters, Head


def renaming(filters: Filters, typed: str | None = None, error: str | None = None, merges: str = "") -> Head:
    """The form, with what was typed if something is wrong with it; the plain header where neither is shown."""
    name = filters.album.name if filters.album else filters.tag
    return Head("renaming", name if typed is None else typed, error, merges=merges) if name else Head()


def deleting(filters: Filters) -> Head:
    """The question, with what becomes of the things in the album; the plain header where no album is shown."""
    if filters.album is None:
        return Head()
    count = filters.album.count
    if not count:
        return Head("deleting", stays="Nothing is in it.")
    return Head(
        "deleting",
        stays=f"{'The 1 thing' if count == 1 else f'All {count:,} things'} in it will stay in the gallery.",
    )
