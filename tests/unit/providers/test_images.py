"""Pictures over each of the three ways: what is asked, what comes back, and what every failure is called."""

import asyncio
import base64
import json
from contextlib import aclosing
from decimal import Decimal
from email import message_from_bytes
from typing import Any

import pytest
from studio.providers import (
    Adapter,
    Delta,
    Finished,
    ImageRequest,
    ImageWay,
    InputPicture,
    MadePicture,
    PartialPicture,
    Provider,
    Started,
    UpstreamBrokeOff,
    UpstreamBusy,
    UpstreamMalformed,
    UpstreamPaymentRequired,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    Usage,
)
from studio.providers.image_body import image_body

from tests.support.pictures_seen import CHAT_WISH, OPENAI_WISH, WISH, data_url, encoded, look
from tests.support.scripted_server import (
    CLOSE,
    DONE,
    DROP,
    END,
    HOLD,
    Pause,
    ScriptedServer,
    answer,
    chunk,
    event,
    head,
    piece,
    stream,
)
from tests.unit.providers.conftest import KEY

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG small"
BIG = bytes(range(256)) * 400  # 100 KB: lifted out while it comes
USAGE = {"prompt_tokens": 19, "completion_tokens": 4096, "total_tokens": 4115, "cost": 0.014}
TWO = {
    "created": 0,
    "data": [{"b64_json": encoded(BIG), "media_type": "image/jpeg"}, {"b64_json": encoded(PNG)}],
    "usage": USAGE,
}
INPUTS = (InputPicture("image/png", PNG), InputPicture("image/jpeg", BIG))


class TestTheImageWay:
    async def test_a_json_answer_gives_its_pictures_and_what_they_cost(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(answer(200, TWO, X_Generation_Id="gen-img-1"))

        seen = await look(adapter, provider)

        assert seen.error is None
        assert seen.events == [
            Started("gen-img-1", None),
            MadePicture(BIG, "image/jpeg"),
            MadePicture(PNG, None),
            Usage(19, 4096, cost_usd=Decimal("0.014")),
            Finished("stop"),
        ]

    async def test_only_what_was_chosen_is_sent(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        settings = {"n": 2, "aspect_ratio": "16:9", "seed": 7, "quality": None, "size": None}
        server.play(answer(200, TWO))

        await look(adapter, provider, ImageRequest("acme/img-1", ImageWay.IMAGES, "Ä “red” apple", settings))

        asked = server.asked[0]
        assert (asked.method, asked.target) == ("POST", "/v1/images")
        assert asked.json == {
            "model": "acme/img-1",
            "prompt": "Ä “red” apple",
            "n": 2,
            "aspect_ratio": "16:9",
            "seed": 7,
        }
        assert asked.headers["authorization"] == f"Bearer {KEY}"

    async def test_input_pictures_go_as_data_urls(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(answer(200, TWO))

        await look(adapter, provider, ImageRequest("acme/img-1", ImageWay.IMAGES, '"0@x"', inputs=INPUTS))

        urls = [entry["image_url"]["url"] for entry in server.asked[0].json["input_references"]]
        assert urls == [data_url(PNG), data_url(BIG, "image/jpeg")]
        assert server.asked[0].json["prompt"] == '"0@x"'

    async def test_a_stream_gives_drafts_and_then_the_picture(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        partial = {
            "type": "image_generation.partial_image",
            "partial_image_index": 0,
            "b64_json": encoded(BIG),
        }
        completed = {
            "type": "image_generation.completed",
            "b64_json": encoded(BIG),
            "media_type": "image/png",
            "usage": {"prompt_tokens": 15, "completion_tokens": 372, "cost": 0.003006},
        }
        server.play(stream(b": \n\n", partial, b": \n\n", completed, X_Generation_Id="gen-img-2"))

        seen = await look(adapter, provider, ImageRequest("m", ImageWay.IMAGES, "x", wants_stream=True))

        assert server.asked[0].json["stream"] is True
        assert seen.events == [
            Started("gen-img-2", None),
            PartialPicture(BIG, 0),
            MadePicture(BIG, "image/png"),
            Usage(15, 372, cost_usd=Decimal("0.003006")),
            Finished("stop"),
        ]

    async def test_a_stream_that_was_asked_for_may_be_answered_in_one_piece(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(answer(200, TWO))

        seen = await look(adapter, provider, ImageRequest("m", ImageWay.IMAGES, "x", wants_stream=True))

        assert [data for data, _ in seen.pictures] == [BIG, PNG]

    async def test_several_pictures_are_not_streamed_as_drafts_do_not_say_whose_they_are(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(answer(200, TWO))

        await look(adapter, provider, ImageRequest("m", ImageWay.IMAGES, "x", {"n": 2}, wants_stream=True))

        assert "stream" not in server.asked[0].json

    async def test_json_without_its_content_type_and_after_blank_lines_is_read(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        body = json.dumps(TWO).encode()
        server.play(head(200, "text/plain"), piece(b"\n\n"), Pause(0.01), piece(b" \n" + body), END)

        assert [data for data, _ in (await look(adapter, provider)).pictures] == [BIG, PNG]

    async def test_what_is_not_told_stays_unknown(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(answer(200, {"created": 0, "data": [{"b64_json": encoded(PNG)}]}))
        server.play(answer(200, {"data": [{"b64_json": encoded(PNG)}], "usage": {"prompt_tokens": 3}}))

        first, second = await look(adapter, provider), await look(adapter, provider)

        assert first.usage is None and first.error is None
        assert second.usage is not None and second.usage.cost_usd is None

    async def test_fewer_pictures_than_asked_for_are_no_failure(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(answer(200, TWO))

        seen = await look(adapter, provider, ImageRequest("m", ImageWay.IMAGES, "x", {"n": 4}))

        assert (len(seen.pictures), seen.error, seen.finished) == (2, None, Finished("stop"))

    async def test_words_of_an_svg_model_are_words_and_its_drafts_are_not(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        words = [
            {"type": "image_generation.text_chunk", "phase": phase, "text": phase}
            for phase in ("reasoning", "draft", "content")
        ]
        completed = {"type": "image_generation.completed", "b64_json": encoded(b"<svg/>")}
        server.play(stream(*words, completed))

        seen = await look(adapter, provider)

        assert [e for e in seen.events if isinstance(e, Delta)] == [Delta("", "reasoning"), Delta("content")]
        assert seen.pictures == [(b"<svg/>", None)]


class TestTheChatWay:
    async def test_the_settings_have_the_names_of_the_chat(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        settings = {"aspect_ratio": "16:9", "resolution": "2K", "seed": 5, "n": 1}
        server.play(stream(chunk("stop", images=[{"image_url": {"url": data_url(PNG)}}])))

        await look(
            adapter,
            provider,
            ImageRequest("m", ImageWay.CHAT, "x", settings, INPUTS[:1], modalities=("image",)),
        )

        assert server.asked[0].target == "/v1/chat/completions"
        assert server.asked[0].json == {
            "model": "m",
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "x"},
                        {"type": "image_url", "image_url": {"url": data_url(PNG)}},
                    ],
                }
            ],
            "modalities": ["image"],
            "stream": True,
            "stream_options": {"include_usage": True},
            "seed": 5,
            "image_config": {"aspect_ratio": "16:9", "image_size": "2K"},
        }

    async def test_pictures_in_a_stream_come_beside_words(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        picture = {"type": "image_url", "image_url": {"url": data_url(BIG)}, "index": 0}
        usage = {"choices": [], "usage": USAGE}
        server.play(
            stream(chunk(content="Here"), chunk(images=[picture]), chunk("stop", content=" it is."), usage)
        )

        seen = await look(adapter, provider, CHAT_WISH)

        assert (seen.words, seen.pictures) == ("Here it is.", [(BIG, "image/png")])
        assert seen.usage == Usage(19, 4096, cost_usd=Decimal("0.014"))
        assert (seen.request_id, seen.finished) == ("gen-1790000000-A", Finished("stop"))

    @pytest.mark.parametrize(
        "images",
        [
            [{"image_url": {"url": data_url(PNG)}}, {"image_url": {"url": data_url(BIG)}}],
            [
                {"image_url": data_url(PNG)},
                {"type": "image_url", "index": 7, "image_url": {"url": data_url(BIG)}},
            ],
        ],
    )
    async def test_type_and_index_may_be_missing(
        self, images: list[Any], adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        message = {"role": "assistant", "content": None, "images": images}
        server.play(answer(200, {"id": "gen-1", "choices": [{"message": message, "finish_reason": "stop"}]}))

        assert [data for data, _ in (await look(adapter, provider, CHAT_WISH)).pictures] == [PNG, BIG]

    async def test_pictures_may_stand_among_the_parts_of_the_content(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        parts = [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": data_url(PNG)}}]
        server.play(answer(200, {"choices": [{"message": {"content": parts}, "finish_reason": "stop"}]}))

        seen = await look(adapter, provider, CHAT_WISH)

        assert (seen.words, seen.pictures) == ("See", [(PNG, "image/png")])

    async def test_words_alone_are_a_refusal_that_may_have_cost_something(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(
            stream(chunk(content="I cannot draw that."), chunk("stop"), {"choices": [], "usage": USAGE})
        )

        seen = await look(adapter, provider, CHAT_WISH)

        assert isinstance(seen.error, UpstreamRefused)
        assert seen.error.text == "The model at Acme Cloud answered in words instead of with a picture."
        assert (seen.error.provider_message, seen.error.may_be_billed) == ("I cannot draw that.", True)
        assert seen.usage is not None and seen.usage.cost_usd == Decimal("0.014")

    async def test_a_filtered_answer_was_declined(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(stream(chunk("content_filter")))

        seen = await look(adapter, provider, CHAT_WISH)

        assert isinstance(seen.error, UpstreamRefused)
        assert "content rules" in seen.error.text

    async def test_a_pile_of_thoughts_is_neither_kept_nor_shown(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        thought = {"type": "reasoning.encrypted", "data": encoded(BIG)}
        picture = {"image_url": {"url": data_url(PNG)}}
        server.play(
            stream(chunk(content=encoded(BIG), reasoning_details=[thought]), chunk("stop", images=[picture]))
        )

        seen = await look(adapter, provider, CHAT_WISH)

        assert (seen.words, [data for data, _ in seen.pictures]) == ("", [PNG])


class TestTheOpenAIWay:
    async def test_a_new_picture_is_asked_for_in_json(
        self, adapter: Adapter, plain: Provider, server: ScriptedServer
    ) -> None:
        usage = {"input_tokens": 5, "output_tokens": 7}
        server.play(
            answer(200, {"data": [{"b64_json": encoded(PNG)}], "output_format": "jpeg", "usage": usage})
        )

        seen = await look(
            adapter, plain, ImageRequest("m", ImageWay.OPENAI, "x", {"n": 1, "size": "1024x1024"})
        )

        assert server.asked[0].target == "/v1/images/generations"
        assert server.asked[0].json == {"model": "m", "prompt": "x", "n": 1, "size": "1024x1024"}
        assert (seen.pictures, seen.usage) == ([(PNG, "image/jpeg")], Usage(5, 7))

    @pytest.mark.parametrize(("inputs", "name"), [(INPUTS[:1], "image"), (INPUTS, "image[]")])
    async def test_an_edit_is_a_form_with_files(
        self,
        inputs: tuple[InputPicture, ...],
        name: str,
        adapter: Adapter,
        plain: Provider,
        server: ScriptedServer,
    ) -> None:
        server.play(answer(200, {"data": [{"b64_json": encoded(PNG)}]}))

        await look(adapter, plain, ImageRequest("m", ImageWay.OPENAI, "make it\r\nblüe", {"n": 2}, inputs))

        asked = server.asked[0]
        form = message_from_bytes(
            b"Content-Type: %s\r\n\r\n%s" % (asked.headers["content-type"].encode(), asked.body)
        )
        parts = form.get_payload()
        found = [
            (
                p.get_param("name", header="content-disposition"),
                p.get_content_type(),
                p.get_payload(decode=True),
            )
            for p in parts  # type: ignore[union-attr]
        ]
        assert asked.target == "/v1/images/edits"
        assert found == [
            ("model", "text/plain", b"m"),
            ("prompt", "text/plain", "make it\r\nblüe".encode()),
            ("n", "text/plain", b"2"),
            *((name, picture.media_type, picture.data) for picture in inputs),
        ]

    async def test_streams_of_edits_have_names_of_their_own(
        self, adapter: Adapter, plain: Provider, server: ScriptedServer
    ) -> None:
        partial = json.dumps({"b64_json": encoded(PNG), "partial_image_index": 0}).encode()
        completed = json.dumps({"b64_json": encoded(BIG), "output_format": "webp"}).encode()
        body = b"event: image_edit.partial_image\r\ndata:" + partial + b"\r\n\r\n"
        body += b"event: image_edit.completed\r\ndata:" + completed + b"\r\n\r\n"
        server.play(head(200), piece(body), END)

        seen = await look(adapter, plain, OPENAI_WISH)

        assert (seen.drafts, seen.pictures, seen.error) == ([PNG], [(BIG, "image/webp")], None)

    async def test_a_link_to_the_same_server_is_followed_without_the_key(
        self, adapter: Adapter, provider: Provider, server: ScriptedServer
    ) -> None:
        server.play(answer(200, {"data": [{"url": f"{server.url}/files/1.png"}]}))
        server.play(answer(200, PNG, "image/png"))

        seen = await look(adapter, provider, OPENAI_WISH)

        assert seen.pictures == [(PNG, "image/png")]
        assert "authorization" in server.asked[0].headers
        assert "authorization" not in server.asked[1].headers

    async def test_a_link_into_our_network_is_a_failure_that_may_be_billed(
        self, adapter: Adapter, plain: Provider, server: ScriptedServer
    ) -> None:
        async with ScriptedServer() as inside:
            server.play(answer(200, {"data": [{"url": f"{inside.url}/1.png"}], "usage": USAGE}))

            seen = await look(adapter, plain, OPENAI_WISH)

            assert inside.connections == 0
        assert isinstance(seen.error, UpstreamMalformed)
        assert seen.error.text == "Llama Box gave a link that this studio does not follow."
        assert seen.error.may_be_billed
        assert seen.usage is not None and seen.usage.cost_usd == Decimal("0.014")

    async def test_one_dead_link_does_not_take_the_other_pictures_away(
        self, adapter: Adapter, plain: Provider, server: ScriptedServer
    ) -> None:
        server.play(answer(200, {"data": [{"url": "/1.png"}, {"b64_json": encoded(PNG)}]}))
        server.play(answer(404, b""))

        seen = await look(adapter, plain, OPENAI_WISH)

        assert ([data for data, _ in seen.pictures], seen.error) == ([PNG], None)


@pytest.mark.parametrize(
    ("document", "kind", "sentence"),
    [
        ({"data": []}, UpstreamMalformed, "Acme Cloud gave no picture."),
        ({"data": None}, UpstreamMalformed, "Acme Cloud gave no picture."),
        ({"data": [{}, None, 5]}, UpstreamMalformed, "Acme Cloud gave no picture."),
        ({}, UpstreamMalformed, "Acme Cloud gave no picture."),
        (
            {"data": [{"b64_json": "!!!"}]},
            UpstreamMalformed,
            "Acme Cloud sent a picture that cannot be unpacked.",
        ),
        (
            {"data": [{"b64_json": encoded(BIG) + "!"}]},
            UpstreamMalformed,
            "Acme Cloud sent a picture that cannot be unpacked.",
        ),
        (
            {"data": [{"b64_json": ""}]},
            UpstreamMalformed,
            "Acme Cloud sent a picture that cannot be unpacked.",
        ),
        (b"<html>Bad gateway", UpstreamMalformed, "Acme Cloud answered with a web page."),
        (b'{"data": [', UpstreamMalformed, "Acme Cloud sent JSON that cannot be read."),
        ({"error": {"code": 429, "message": "slow"}}, UpstreamBusy, "Acme Cloud is busy at the moment."),
        (
            {"detail": "No such pipeline"},
            UpstreamUnavailable,
            "Acme Cloud has a problem of its own at the moment.",
        ),
        (b"", UpstreamMalformed, "Acme Cloud sent JSON that cannot be read."),
    ],
)
async def test_an_answer_without_a_picture_has_a_name_and_may_be_billed(
    document: object,
    kind: type[Exception],
    sentence: str,
    adapter: Adapter,
    provider: Provider,
    server: ScriptedServer,
) -> None:
    server.play(answer(200, document))

    seen = await look(adapter, provider)

    assert (type(seen.error), str(seen.error), seen.pictures) == (kind, sentence, [])
    assert seen.error is not None and seen.error.may_be_billed
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind", "is_billed"),
    [
        (400, {"error": {"message": 'No provider supports n "5"', "code": 400}}, UpstreamRefused, False),
        (402, {"error": {"message": "at least $1.00", "code": 402}}, UpstreamPaymentRequired, False),
        (403, {"error": {"code": 403, "metadata": {"reasons": ["violence"]}}}, UpstreamRefused, False),
        (404, b"", UpstreamRefused, False),
        (413, b"", UpstreamRefused, False),
        (429, {"error": {"code": 429}}, UpstreamBusy, False),
        (500, b"", UpstreamUnavailable, True),
        (502, b"<html>", UpstreamUnavailable, False),
        (503, b"", UpstreamBusy, False),
        (524, b"", UpstreamTimeout, True),
    ],
)
async def test_whatever_reached_the_server_is_never_sent_again(
    status: int,
    body: object,
    kind: type[Exception],
    is_billed: bool,
    adapter: Adapter,
    provider: Provider,
    server: ScriptedServer,
) -> None:
    server.play(answer(status, body))
    server.play(answer(200, TWO))

    seen = await look(adapter, provider)

    assert isinstance(seen.error, kind)
    assert seen.error.may_be_billed is is_billed
    assert len(server.asked) == 1


async def test_other_servers_do_not_say_what_a_failure_of_theirs_has_cost(
    adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    server.play(answer(502, b""))

    seen = await look(adapter, plain, OPENAI_WISH)

    assert seen.error is not None and seen.error.may_be_billed


@pytest.mark.parametrize("end", [CLOSE, DROP])
async def test_a_connection_that_ends_without_an_answer_may_be_billed(
    end: Any, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, TWO))
    server.play(end)
    await look(adapter, provider)

    seen = await look(adapter, provider)

    assert isinstance(seen.error, UpstreamBrokeOff)
    assert seen.error.may_be_billed
    assert len(server.asked) == 2
    assert server.asked[0].connection != server.asked[1].connection


async def test_a_server_that_takes_no_connection_is_tried_again(adapter: Adapter) -> None:
    async with ScriptedServer() as gone:
        url = gone.url
    tried: list[int] = []
    provider = Provider("p", "Acme Cloud", "openrouter", url)

    with pytest.raises(UpstreamUnavailable) as absent:
        async with aclosing(
            adapter.make_images(provider, WISH, on_retry=lambda number, *_: tried.append(number))
        ) as events:
            async for _ in events:
                pass

    assert (tried, absent.value.may_be_billed) == ([1, 2], False)


async def test_a_body_that_breaks_off_leaves_what_had_come(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    completed = {"type": "image_generation.completed", "b64_json": encoded(PNG)}
    partial = {"type": "image_generation.partial_image", "b64_json": encoded(BIG)}
    server.play(head(200), piece(event(partial)), DROP)
    server.play(head(200), piece(event(completed)), DROP)
    server.play(head(200), piece(event(completed)), DROP)

    drafted = await look(adapter, provider)
    whole = await look(adapter, provider)
    half = await look(adapter, provider, ImageRequest("m", ImageWay.IMAGES, "x", {"n": 2}))

    assert isinstance(drafted.error, UpstreamBrokeOff) and drafted.drafts == [BIG]
    assert (whole.error, whole.pictures, whole.usage) == (None, [(PNG, None)], None)
    assert isinstance(half.error, UpstreamBrokeOff) and half.pictures == [(PNG, None)]
    assert half.error.may_be_billed


async def test_a_json_body_that_breaks_off_in_a_picture_is_a_failure(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    body = json.dumps(TWO).encode()
    server.play(head(200, "application/json"), piece(body[:60_000]), CLOSE)

    seen = await look(adapter, provider)

    assert isinstance(seen.error, UpstreamBrokeOff) and seen.pictures == []


@pytest.mark.parametrize(
    "failure",
    [
        event({"type": "error", "error": {"message": "flagged", "code": "content_policy_violation"}}),
        b'event: error\ndata: {"error":{"code":"moderation_blocked"}}\n\n',
        event({"error": {"message": "flagged", "type": "refusal"}}),
    ],
)
async def test_an_error_after_a_draft_is_the_end(
    failure: bytes, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    partial = {"type": "image_generation.partial_image", "b64_json": encoded(PNG)}
    server.play(stream(partial, failure, done=False))

    seen = await look(adapter, provider)

    assert isinstance(seen.error, UpstreamRefused)
    assert (seen.drafts, seen.pictures, seen.finished) == ([PNG], [], None)


async def test_a_server_that_does_not_end_after_the_picture_is_left(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    completed = {"type": "image_generation.completed", "b64_json": encoded(PNG)}
    server.play(head(200), piece(event(completed)), HOLD)

    async with asyncio.timeout(2):
        seen = await look(adapter, provider)

    assert (seen.pictures, seen.error) == ([(PNG, None)], None)
    await asyncio.wait_for(server.asked[0].disconnected.wait(), 2)


@pytest.mark.parametrize("steps", [(HOLD,), (head(200), piece(b": \n\n"), HOLD)])
async def test_cancelling_closes_the_connection(
    steps: tuple[Any, ...], adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(*steps)
    looking = asyncio.create_task(look(adapter, provider))
    async with asyncio.timeout(2):
        while not server.asked:
            await asyncio.sleep(0)

    looking.cancel()

    await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)


async def test_a_picture_of_ten_megabytes_may_be_one_line(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    huge = bytes(10 * 2**20)
    completed = event({"type": "image_generation.completed", "b64_json": encoded(huge)})
    server.play(head(200), piece(completed + DONE), END)

    seen = await look(adapter, provider)

    assert [len(data) for data, _ in seen.pictures] == [len(huge)]


async def test_more_than_a_picture_can_have_is_refused_while_it_comes(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    a_megabyte = base64.b64encode(bytes(3 * 2**20))
    pieces = [piece(a_megabyte) for _ in range(17)]
    server.play(head(200, "application/json"), piece(b'{"data":[{"b64_json":"'), *pieces, HOLD)

    seen = await look(adapter, provider)

    assert isinstance(seen.error, UpstreamMalformed)
    assert (
        seen.error.text
        == "Acme Cloud sent a picture of more than 48 MB, which is more than this studio takes."
    )
    assert seen.error.may_be_billed
    await asyncio.wait_for(server.asked[0].disconnected.wait(), 2)


def test_inputs_are_in_a_body_once() -> None:
    wish = ImageRequest("m", ImageWay.IMAGES, "x", inputs=(InputPicture("image/png", bytes(10)),) * 3)

    body = json.loads(image_body(wish).content)

    assert len(body["input_references"]) == 3


@pytest.mark.parametrize("media_type", ['image/png"},', "text/html", ""])
def test_a_strange_media_type_cannot_leave_its_string(media_type: str) -> None:
    wish = ImageRequest("m", ImageWay.IMAGES, "x", inputs=(InputPicture(media_type, PNG),))

    body = json.loads(image_body(wish).content)

    assert body["input_references"][0]["image_url"]["url"] == data_url(PNG)


@pytest.mark.parametrize("size", [997, 4096, 65_536])
async def test_it_does_not_matter_where_the_network_cuts_a_stream(
    size: int, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    partial = {
        "type": "image_generation.partial_image",
        "partial_image_index": 0,
        "b64_json": encoded(BIG[1:]),
    }
    completed = {"type": "image_generation.completed", "b64_json": encoded(BIG), "usage": USAGE}
    body = (
        b'\xef\xbb\xbf: a "quote\r\n\r\n' + event(partial).replace(b"\n", b"\r\n") + event(completed) + DONE
    )
    server.play(head(200), *(piece(body[at : at + size]) for at in range(0, len(body), size)), END)

    seen = await look(adapter, provider)

    assert (seen.drafts, seen.pictures, seen.error) == ([BIG[1:]], [(BIG, None)], None)
