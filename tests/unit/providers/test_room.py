"""Many answers with pictures at once hold no more in memory than one limit for all of them."""

import asyncio

import pytest
from studio.providers import Adapter, Provider, Timeouts
from studio.providers.links import Links
from studio.providers.room import Room

from tests.support.pictures_seen import encoded, look
from tests.support.scripted_server import END, HOLD, ScriptedServer, Wait, answer, head, piece

pytestmark = pytest.mark.anyio

MEGABYTE = 2**20
MOST = 2 * MEGABYTE
CHUNKS = MEGABYTE  # of all that are read on at the moment: what a socket hands out at once
PICTURE = bytes(range(256)) * (3 * MEGABYTE // 256)
PATIENCE_SECONDS = 20.0


class Measured(Room):
    """It remembers the most that was held."""

    most = 0

    def hold(self, answer: object, size_bytes: int) -> None:
        super().hold(answer, size_bytes)
        self.most = max(self.most, self.held_bytes)


def in_pieces(data: bytes) -> list[bytes]:
    text = encoded(data).encode()
    return [piece(text[at : at + 100_000]) for at in range(0, len(text), 100_000)]


BEGUN, ENDED = piece(b'{"data":[{"b64_json":"'), piece(b'"}]}') + END


async def until_held(room: Room, size_bytes: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while room.held_bytes < size_bytes:
            await asyncio.sleep(0.005)


async def test_beyond_the_limit_the_eldest_alone_is_read_on_and_all_come_whole(
    provider: Provider, server: ScriptedServer
) -> None:
    room, go_on = Measured(MOST), asyncio.Event()
    pieces = in_pieces(PICTURE)
    server.play(head(200, "application/json"), BEGUN, *pieces[:10], Wait(go_on), *pieces[10:], ENDED)
    for _ in range(3):
        server.play(head(200, "application/json"), BEGUN, *pieces, ENDED)
    # One that waits for room is not a server that has gone silent.
    async with Adapter(timeouts=Timeouts(picture=2), room=room) as adapter:
        looking = [asyncio.create_task(look(adapter, provider))]
        await until_held(room, 700_000)
        looking += [asyncio.create_task(look(adapter, provider)) for _ in range(3)]
        await until_held(room, MOST)
        await asyncio.sleep(0.3)
        held = room.held_bytes
        go_on.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            seen = await asyncio.gather(*looking)

    assert [(each.error, [data for data, _ in each.pictures]) for each in seen] == [(None, [PICTURE])] * 4
    assert held < MOST + CHUNKS
    assert room.most < MOST + len(PICTURE) + CHUNKS
    assert room.held_bytes == 0


async def test_what_is_left_makes_room(provider: Provider, server: ScriptedServer) -> None:
    room = Room(MOST)
    server.play(head(200, "application/json"), BEGUN, *in_pieces(PICTURE), HOLD)
    server.play(head(200, "application/json"), BEGUN, *in_pieces(PICTURE), ENDED)
    async with Adapter(room=room) as adapter:
        left = asyncio.create_task(look(adapter, provider))
        await until_held(room, len(PICTURE) - 3)
        waiting = asyncio.create_task(look(adapter, provider))
        await asyncio.sleep(0.3)
        assert not waiting.done()

        left.cancel()

        async with asyncio.timeout(PATIENCE_SECONDS):
            assert [data for data, _ in (await waiting).pictures] == [PICTURE]
    assert room.held_bytes == 0


async def test_a_picture_behind_a_link_takes_room_before_it_comes(
    provider: Provider, server: ScriptedServer
) -> None:
    room, elder = Room(MOST), object()
    room.hold(elder, 1)
    server.play(answer(200, {"data": [{"url": f"{server.url}/files/1.png"}]}))
    server.always("/v1/files/1.png", answer(200, PICTURE, "image/png"))
    async with Adapter(room=room, links=Links(allows=lambda _: True)) as adapter:
        looking = asyncio.create_task(look(adapter, provider))
        await asyncio.sleep(0.3)
        assert [asked.target for asked in server.asked] == ["/v1/images"]

        room.hold(elder, 0)

        async with asyncio.timeout(PATIENCE_SECONDS):
            assert [data for data, _ in (await looking).pictures] == [PICTURE]
    assert room.held_bytes == 0
