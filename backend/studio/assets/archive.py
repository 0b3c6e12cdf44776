"""Many things as one ZIP that is made while it is sent: nothing whole in memory, nothing on the disk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from fastapi.responses import StreamingResponse
from zipstream import ZipStream

from studio.assets.asset import Asset, clean_stem
from studio.assets.containers import Span
from studio.assets.embedding import EMBEDS, Copy, embedded
from studio.assets.files import FileStore
from studio.assets.recipe import Recipe
from studio.assets.serving import disposition
from studio.errors import Missing, TooLarge

STEM_BYTES = 150  # with ending and number well below the 255 that file systems take
LEFT_OUT = "left out.txt"
HELD_LIMIT = (
    64_000_000  # bytes of words: texts, and each recipe once beside its picture and once or twice inside it
)
# What Windows cannot have as a name, whatever its ending.
_RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10)),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing for the archive: a file or a text, and how it was made if that is known."""

    name: str  # with its ending
    content: Asset | str
    recipe: Recipe | None = None

    @classmethod
    def of_asset(cls, asset: Asset, recipe: Recipe | None = None) -> "Entry":
        return cls(asset.file_name, asset, recipe)

    @classmethod
    def of_text(cls, title: str, text: str, recipe: Recipe | None = None) -> "Entry":
        return cls(f"{clean_stem(title) or 'text'}.md", text, recipe)


class Archive:
    """
    Iterate once for its bytes; `length` is known before. Each file is opened when its turn comes and closed behind it,
    so whoever stops iterating stops everything.

    Pictures carry their recipe inside as a single download does, and beside them as JSON. A file that is gone from the
    disk is named in `left out.txt` instead of breaking what could be had. Raises TooLarge for more words than
    HELD_LIMIT: they are held until their turn comes.
    """

    def __init__(self, files: FileStore, entries: Iterable[Entry]) -> None:
        self._zip = ZipStream(sized=True)
        self._held = 0
        self._names: set[str] = {LEFT_OUT}
        self._files = files
        missing = [entry.name for entry in entries if not self._add(entry)]
        if missing:
            self._zip.add("".join(f"{name}\n" for name in missing), LEFT_OUT)

    @property
    def length(self) -> int:
        return len(self._zip)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._zip)

    def _add(self, entry: Entry) -> bool:
        """Whether it is in the archive."""
        name = self._unique(entry.name)
        if isinstance(entry.content, str):
            self._zip.add(self._hold(entry.content.encode("utf-8", "replace")), name)
        else:
            asset = entry.content
            try:
                copy = self._copy(asset, entry.recipe)
            except Missing:
                return False
            for piece in copy.pieces:
                if isinstance(piece, bytes):
                    self._hold(piece)
            self._zip.add(copy.blocks(partial(self._files.open, asset.sha256)), name, size=copy.length)
        if entry.recipe is not None:
            self._zip.add(self._hold(entry.recipe.as_bytes()), self._unique(f"{name}.recipe.json"))
        return True

    def _hold(self, words: bytes) -> bytes:
        self._held += len(words)
        if self._held > HELD_LIMIT:
            raise TooLarge("The words of these are too long for one archive. Choose fewer of them.")
        return words

    def _copy(self, asset: Asset, recipe: Recipe | None) -> Copy:
        with self._files.open(asset.sha256) as file:
            if recipe is not None and asset.media_type in EMBEDS:
                return embedded(file, asset.media_type, recipe)
            return Copy((Span(0, file.seek(0, 2)),))

    def _unique(self, name: str) -> str:
        """The name, or the next one like it; systems that take `A` for `a` must not lose either."""
        stem, _, ending = (
            name.partition(".recipe.") if name.endswith(".recipe.json") else name.rpartition(".")
        )
        ending = f"recipe.{ending}" if name.endswith(".recipe.json") else ending
        stem = stem.encode()[:STEM_BYTES].decode("utf-8", "ignore").rstrip(" .") or "file"
        if stem.split(".")[0].lower() in _RESERVED:
            stem = f"_{stem}"
        number, found = 1, f"{stem}.{ending}"
        while found.casefold() in self._names:
            number += 1
            found = f"{stem} ({number}).{ending}"
        self._names.add(found.casefold())
        return found


def archive_response(archive: Archive, name: str) -> StreamingResponse:
    """The archive as a download. A reader who leaves ends it."""
    headers = {
        "Content-Length": str(archive.length),
        "Content-Disposition": disposition("attachment", name),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(iter(archive), headers=headers, media_type="application/zip")
