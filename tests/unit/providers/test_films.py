"""Videos through the adapter: submitted once, asked after, and fetched whole or not at all."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from studio.moments import now, unix_seconds
from studio.providers import (
    Adapter,
    Provider,
    ProviderError,
    RetryPolicy,
    Timeouts,
    UpstreamBusy,
    UpstreamRefused,
)
from studio.providers.errors import (
    UpstreamBrokeOff,
    UpstreamGone,
    UpstreamKeyRejected,
    UpstreamLost,
    UpstreamMalformed,
    UpstreamOutcomeUnknown,
    UpstreamPaymentRequired,
    UpstreamTooLarge,
    UpstreamUnavailable,
)
from studio.providers.filming import Films
from studio.providers.links import Links
from studio.providers.videos import (
    Role,
    VideoJob,
    VideoOutput,
    VideoPicture,
    VideoRequest,
    VideoState,
    VideoStatus,
)

from tests.support.scripted_server import CLOSE, DROP, END, HOLD, ScriptedServer, answer, head, piece

pytestmark = pytest.mark.anyio

JOB = VideoJob("gen-vid-1790000000-A")
ASKED = VideoRequest("acme/video-1", "Plates that dance", {"duration": 4, "resolution": "480p", "seed": None})
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
MOST = 1_000_000
BEGUN = {"id": JOB.id, "polling_url": f"https://elsewhere.example/{JOB.id}", "status": "pending"}


@pytest.fixture
async def adapter() -> AsyncIterator[Adapter]:
    limits = Timeouts(connect=2, headers=0.3, lookup=0.3, silence=0.3, after_finish=0.3, error_body=0.5)
    links = Links(noun="video", pause_seconds=0.01, allows=lambda _: True)
    made = Adapter(timeouts=limits, retry=RetryPolicy(), film_links=links, film_pause_seconds=0.01)
    async with made:
        yield made


@pytest.fixture
def films(adapter: Adapter) -> Films:
    return adapter.films


async def kept(pieces: AsyncIterator[bytes]) -> bytes:
    """A sink that keeps what comes in memory."""
    return b"".join([piece async for piece in pieces])


def completed(*outputs: VideoOutput, **more: Any) -> VideoStatus:
    return VideoStatus(JOB, VideoState.COMPLETED, "completed", outputs=outputs or (VideoOutput(),), **more)


def film(data: bytes = FILM) -> bytes:
    """As OpenRouter sends it: chunked, without a length."""
    return head(200, "video/mp4") + piece(data[:50]) + piece(data[50:]) + END


class TestSubmitting:
    async def test_openrouter_gets_its_own_names_and_gives_a_job(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(answer(202, BEGUN))

        status = await films.submit(provider, ASKED)

        assert (status.job.id, status.state) == (JOB.id, VideoState.PENDING)
        assert status.job.polling_url == BEGUN["polling_url"]
        [asked] = server.asked
        assert (asked.method, asked.target) == ("POST", "/v1/videos")
        assert asked.json == {
            "model": "acme/video-1",
            "prompt": "Plates that dance",
            "duration": 4,
            "resolution": "480p",
        }

    async def test_frames_are_data_urls_and_references_go_only_without_them(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        first = VideoPicture("image/png", b"first")
        last = VideoPicture("image/jpeg", b"last", Role.LAST_FRAME)
        look = VideoPicture("image/webp", b"look", Role.REFERENCE)
        server.play(answer(202, BEGUN))
        server.play(answer(202, BEGUN))

        await films.submit(provider, VideoRequest("m", "", pictures=(first, last, look)))
        await films.submit(provider, VideoRequest("m", "p", pictures=(look,)))

        framed, referring = (asked.json for asked in server.asked)
        assert [frame["frame_type"] for frame in framed["frame_images"]] == ["first_frame", "last_frame"]
        url = framed["frame_images"][1]["image_url"]["url"]
        assert url == "data:image/jpeg;base64," + base64.b64encode(b"last").decode()
        assert "input_references" not in framed
        assert "prompt" not in framed
        assert referring["input_references"][0]["type"] == "image_url"

    async def test_a_size_replaces_resolution_and_ratio(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(answer(202, BEGUN))

        settings = {"size": "1280x720", "resolution": "720p", "aspect_ratio": "16:9"}
        await films.submit(provider, VideoRequest("m", "p", settings))

        assert server.asked[0].json == {"model": "m", "prompt": "p", "size": "1280x720"}

    async def test_openai_s_shape_has_seconds_as_text_and_a_picture_as_a_file(
        self, films: Films, server: ScriptedServer, plain: Provider
    ) -> None:
        begun = {"id": "video_1", "object": "video", "status": "queued", "progress": 0, "error": None}
        server.play(answer(200, begun))
        server.play(answer(200, begun))
        request = VideoRequest("sora", "p", {"duration": 8, "size": "720x1280", "seed": 3})

        status = await films.submit(plain, request)
        await films.submit(
            plain, VideoRequest("sora", "p", {"duration": 8}, (VideoPicture("image/png", b"\r\nx"),))
        )

        assert (status.state, status.progress) == (VideoState.PENDING, 0)
        assert server.asked[0].json == {"model": "sora", "prompt": "p", "seconds": "8", "size": "720x1280"}
        assert server.asked[1].headers["content-type"].startswith("multipart/form-data; boundary=")
        assert b'name="seconds"\r\n\r\n8\r\n' in server.asked[1].body
        assert b'filename="picture.png"\r\nContent-Type: image/png\r\n\r\n\r\nx\r\n--' in server.asked[1].body

    @pytest.mark.parametrize(
        "script",
        [
            (HOLD,),
            (DROP,),
            (CLOSE,),
            (answer(504, b"<html>gateway</html>", "text/html"),),
            (answer(502, b"<html>gateway</html>", "text/html"),),
            (answer(500, {}),),
            (answer(520, {}),),
            (answer(200, {"error": {"code": 500, "message": "oops"}}),),
            (answer(200, {"error": {"code": 502, "message": "the model died"}}),),
            (answer(200, {"error": {"code": "504", "message": "timed out"}}),),
            (answer(200, {"error": {"type": "server_error", "message": "oops"}}),),
            (answer(200, {"error": "something went wrong"}),),
            (answer(202, b"not json"),),
            (answer(202, {"status": "pending"}),),
            (head(202, "application/json"), piece(b'{"id": "gen'), DROP),
        ],
        ids=[
            "silence",
            "reset",
            "closed",
            "504",
            "502",
            "500",
            "520",
            "500 inside",
            "502 inside",
            "504 inside",
            "a word inside",
            "no code inside",
            "no json",
            "no id",
            "cut in half",
        ],
    )
    async def test_an_answer_that_is_lost_leaves_the_outcome_unknown_and_is_not_asked_for_again(
        self, films: Films, server: ScriptedServer, provider: Provider, script: tuple[Any, ...]
    ) -> None:
        server.play(*script)
        server.play(answer(202, BEGUN))

        with pytest.raises(UpstreamOutcomeUnknown) as raised:
            await films.submit(provider, ASKED)

        assert (raised.value.may_be_billed, raised.value.extra_tries) == (True, 0)
        assert len(server.asked) == 1

    async def test_a_kept_connection_is_not_used_so_nothing_can_be_sent_twice(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(answer(200, {"id": JOB.id, "status": "pending"}))
        server.play(DROP)
        server.play(answer(202, BEGUN))
        await films.poll(provider, JOB)

        with pytest.raises(UpstreamOutcomeUnknown):
            await films.submit(provider, ASKED)

        assert [asked.method for asked in server.asked] == ["GET", "POST"]

    @pytest.mark.parametrize(
        ("document", "job_id"),
        [
            ({"data": {"id": "job-1", "status": "queued"}}, "job-1"),
            ({"data": {"id": "job-1"}}, "job-1"),
            ({"id": "job-1", "data": {"status": "queued"}}, "job-1"),
            ({"id": "job-1"}, "job-1"),
            ({"id": 77, "status": "queued"}, "77"),
            ({"data": {"id": 2**63, "status": "queued", "error": None}}, str(2**63)),
        ],
    )
    async def test_each_way_of_naming_the_job_is_read(
        self, films: Films, server: ScriptedServer, provider: Provider, document: Any, job_id: str
    ) -> None:
        server.play(answer(200, document))

        status = await films.submit(provider, ASKED)

        assert (status.job.id, status.state) == (job_id, VideoState.PENDING)

    @pytest.mark.parametrize("job_id", [True, 7.5, "", [], {}, None])
    async def test_what_names_nothing_leaves_the_outcome_unknown(
        self, films: Films, server: ScriptedServer, provider: Provider, job_id: Any
    ) -> None:
        server.play(answer(200, {"id": job_id, "status": "queued"}))

        with pytest.raises(UpstreamOutcomeUnknown):
            await films.submit(provider, ASKED)

    async def test_the_header_names_a_job_whose_answer_cannot_be_read(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(head(202, "application/json", X_Generation_Id="gen-vid-7") + piece(b'{"id'), DROP)

        assert (await films.submit(provider, ASKED)).job.id == "gen-vid-7"

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, UpstreamRefused),
            (401, UpstreamKeyRejected),
            (404, UpstreamRefused),
            (402, UpstreamPaymentRequired),
            (413, UpstreamRefused),
            (429, UpstreamBusy),
            (503, UpstreamBusy),
        ],
    )
    @pytest.mark.parametrize("is_within", [False, True], ids=["as the status", "under HTTP 200"])
    async def test_a_refusal_says_that_nothing_was_begun(
        self,
        films: Films,
        server: ScriptedServer,
        provider: Provider,
        status: int,
        kind: type[ProviderError],
        is_within: bool,
    ) -> None:
        error = {"code": status, "message": "duration: 4, 6 or 8"}
        server.play(answer(200 if is_within else status, {"error": error}))

        with pytest.raises(kind) as raised:
            await films.submit(provider, ASKED)

        assert not raised.value.may_be_billed
        assert raised.value.provider_message == "duration: 4, 6 or 8"

    async def test_words_that_say_that_there_is_no_credit_need_no_code(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(answer(200, {"error": {"type": "insufficient_credits", "message": "Please top up"}}))

        with pytest.raises(UpstreamPaymentRequired) as raised:
            await films.submit(provider, ASKED)

        assert not raised.value.may_be_billed

    async def test_a_server_that_cannot_be_reached_has_begun_nothing(self, films: Films) -> None:
        nobody = Provider("p", "Nobody", "openrouter", "http://127.0.0.1:9/v1")

        with pytest.raises(UpstreamUnavailable) as raised:
            await films.submit(nobody, ASKED)

        assert not raised.value.may_be_billed


class TestPolling:
    @pytest.mark.parametrize(
        ("told", "state"),
        [
            ("pending", VideoState.PENDING),
            ("queued", VideoState.PENDING),
            ("in_progress", VideoState.RUNNING),
            ("In Progress", VideoState.RUNNING),
            ("failed", VideoState.FAILED),
            ("cancelled", VideoState.CANCELLED),
            ("expired", VideoState.EXPIRED),
            ("dreaming", VideoState.UNKNOWN),
        ],
    )
    async def test_each_word_for_a_state(
        self, films: Films, server: ScriptedServer, provider: Provider, told: str, state: VideoState
    ) -> None:
        server.play(answer(200, {"id": JOB.id, "status": told, "error": None}))

        status = await films.poll(provider, JOB)

        assert (status.state, status.told, status.job) == (state, told, JOB)
        assert status.is_ended == (state in (VideoState.FAILED, VideoState.CANCELLED, VideoState.EXPIRED))

    async def test_a_completed_one_has_outputs_cost_and_the_end_of_its_links(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        document = {
            "id": JOB.id,
            "generation_id": "gen-vid-g",
            "status": "completed",
            "unsigned_urls": ["/a?index=0", "/a?index=1"],
            "urls": ["https://cdn.example/signed"],
            "expires_at": 1790003600,
            "usage": {"cost": 0.1358, "is_byok": False},
        }
        server.play(answer(200, document))

        status = await films.poll(provider, JOB)

        assert status.outputs == (
            VideoOutput(0, "/a?index=0", "https://cdn.example/signed"),
            VideoOutput(1, "/a?index=1", None),
        )
        assert (status.cost_usd, status.generation_id) == (Decimal("0.1358"), "gen-vid-g")
        assert status.links_end_at is not None
        assert unix_seconds(status.links_end_at) == 1790003600

    @pytest.mark.parametrize("usage", [None, {}, {"cost": None}, {"cost": "free"}, {"cost": -1}])
    async def test_a_cost_that_is_not_told_is_unknown_and_without_links_there_is_one_output(
        self, films: Films, server: ScriptedServer, provider: Provider, usage: Any
    ) -> None:
        server.play(answer(200, {"status": "completed", "usage": usage}))

        status = await films.poll(provider, JOB)

        assert (status.cost_usd, status.outputs) == (None, (VideoOutput(),))

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            ("The sky fell", "The sky fell"),
            ({"code": "moderation", "message": "Too wild"}, "Too wild"),
            ("Bad key sk-or-v1-0123456789abcdef", "Bad key [key]"),
            (None, None),
        ],
    )
    async def test_the_words_of_a_failure_come_in_either_shape(
        self, films: Films, server: ScriptedServer, provider: Provider, error: Any, words: str | None
    ) -> None:
        server.play(answer(200, {"id": JOB.id, "status": "failed", "error": error}))

        assert (await films.poll(provider, JOB)).error == words

    async def test_openai_s_progress_is_a_percentage(
        self, films: Films, server: ScriptedServer, plain: Provider
    ) -> None:
        server.play(answer(200, {"id": "video_1", "status": "in_progress", "progress": 133}))

        assert (await films.poll(plain, VideoJob("video_1"))).progress == 100

    @pytest.mark.parametrize(
        ("polling_url", "target"),
        [
            (None, "/v1/videos/gen-vid-1790000000-A"),
            ("/api/v2/jobs/7?x=1", "/api/v2/jobs/7?x=1"),
            ("{origin}/jobs/7", "/jobs/7"),
            ("https://evil.example/jobs/7", "/v1/videos/gen-vid-1790000000-A"),
            ("//evil.example/jobs/7", "/v1/videos/gen-vid-1790000000-A"),
            ("http://[broken", "/v1/videos/gen-vid-1790000000-A"),
        ],
    )
    async def test_the_key_goes_to_the_provider_s_own_origin_only(
        self, films: Films, server: ScriptedServer, provider: Provider, polling_url: str | None, target: str
    ) -> None:
        server.play(answer(200, {"status": "pending"}))
        origin = server.url.removesuffix("/v1")
        url = polling_url.replace("{origin}", origin) if polling_url else None

        await films.poll(provider, VideoJob(JOB.id, url))

        assert server.asked[0].target == target
        assert server.asked[0].headers["authorization"].startswith("Bearer ")

    async def test_an_id_cannot_lead_to_another_address(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(answer(200, {"status": "pending"}))

        await films.poll(provider, VideoJob("../key?x=/"))

        assert server.asked[0].target == "/v1/videos/..%2Fkey%3Fx=%2F"

    @pytest.mark.parametrize(
        ("status", "document"),
        [
            (404, {"error": {"message": "Job not found", "code": 404}}),
            (200, {"error": {"message": "Job not found", "code": 404}}),
            (200, {"error": {"message": "Job not found", "type": "not_found_error"}}),
            (200, {"data": {"error": {"message": "Job not found", "code": "404"}}}),
        ],
    )
    async def test_a_job_that_vanished_is_lost(
        self, films: Films, server: ScriptedServer, provider: Provider, status: int, document: Any
    ) -> None:
        server.play(answer(status, document))

        with pytest.raises(UpstreamLost) as raised:
            await films.poll(provider, JOB)

        assert (raised.value.http_status, raised.value.provider_message) == (404, "Job not found")

    @pytest.mark.parametrize(
        "script",
        [
            (answer(429, {"error": {"message": "slow down"}}, Retry_After="7"),),
            (answer(500, {"error": "oops"}),),
            (HOLD,),
            (answer(200, b"<html>", "text/html"),),
            (answer(200, {}),),
            (answer(200, {"error": {"message": "odd", "code": 500}}),),
        ],
        ids=["429", "500", "silence", "a page", "empty", "an error instead of a job"],
    )
    async def test_what_may_pass_ends_nothing_and_the_next_poll_goes_on(
        self, films: Films, server: ScriptedServer, provider: Provider, script: tuple[Any, ...]
    ) -> None:
        server.play(*script)
        server.play(answer(200, {"status": "completed"}))

        with pytest.raises(ProviderError) as raised:
            await films.poll(provider, JOB)

        assert not isinstance(raised.value, UpstreamLost)
        assert (await films.poll(provider, JOB)).state is VideoState.COMPLETED


class TestDownloading:
    async def test_a_video_without_a_length_is_fetched_with_the_key(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(film())

        data = await films.download(provider, completed(), VideoOutput(), kept, MOST)

        assert data == FILM
        assert server.asked[0].target == f"/v1/videos/{JOB.id}/content?index=0"
        assert server.asked[0].headers["authorization"].startswith("Bearer ")

    async def test_openai_s_content_has_no_index(
        self, films: Films, server: ScriptedServer, plain: Provider
    ) -> None:
        server.play(film())

        await films.download(plain, completed(), VideoOutput(), kept, MOST)

        assert server.asked[0].target == f"/v1/videos/{JOB.id}/content"

    @pytest.mark.parametrize(
        "broken",
        [
            (head(200, "video/mp4"), piece(FILM[:900]), DROP),
            (head(200, "video/mp4"), piece(FILM[:900]), HOLD),
            (head(200, "video/mp4", chunked=False, Content_Length="9999"), FILM[:900], CLOSE),
            (answer(502, b"<html>bad gateway</html>", "text/html"),),
            (answer(200, b"", "video/mp4"),),
            (answer(200, b"<!doctype html><p>Sorry", "video/mp4"),),
            (answer(200, {"error": "soon"}),),
        ],
        ids=["reset", "silence", "too short", "502", "empty", "a page as video", "json"],
    )
    async def test_one_that_breaks_off_begins_anew_from_zero(
        self, films: Films, server: ScriptedServer, provider: Provider, broken: tuple[Any, ...]
    ) -> None:
        server.play(*broken)
        server.play(film())
        begun = 0

        async def counting(pieces: AsyncIterator[bytes]) -> bytes:
            nonlocal begun
            begun += 1
            return await kept(pieces)

        assert await films.download(provider, completed(), VideoOutput(), counting, MOST) == FILM
        assert len(server.asked) == 2
        assert begun == 2
        assert all("range" not in asked.headers for asked in server.asked)

    async def test_one_that_breaks_off_each_time_is_given_up_for_now(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        for _ in range(4):
            server.play(head(200, "video/mp4"), piece(FILM[:900]), DROP)

        with pytest.raises(UpstreamBrokeOff):
            await films.download(provider, completed(), VideoOutput(), kept, MOST)

        assert len(server.asked) == 3

    async def test_html_in_place_of_a_video_is_told(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        for _ in range(3):
            server.play(answer(200, b"<title>Maintenance</title>", "text/html"))

        with pytest.raises(UpstreamMalformed) as raised:
            await films.download(provider, completed(), VideoOutput(), kept, MOST)

        assert raised.value.text == "Acme Cloud sent a text in place of the video."
        assert raised.value.provider_message == "Maintenance"

    async def test_what_is_too_large_is_stopped_and_the_connection_closed(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(head(200, "video/mp4"), piece(FILM), piece(FILM), HOLD)

        with pytest.raises(UpstreamTooLarge):
            await films.download(provider, completed(), VideoOutput(), kept, len(FILM) + 1)

        async with asyncio.timeout(5):
            await server.asked[0].disconnected.wait()

    async def test_what_says_that_it_is_too_large_is_not_begun(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(head(200, "video/mp4", chunked=False, Content_Length=str(MOST + 1)), HOLD)

        async def nothing_comes(pieces: AsyncIterator[bytes]) -> int:
            return len([piece async for piece in pieces])

        with pytest.raises(UpstreamTooLarge):
            await films.download(provider, completed(), VideoOutput(), nothing_comes, MOST)

    async def test_not_yet_ready_is_for_later(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(answer(409, {"error": {"message": "not finished", "code": 409}}))

        with pytest.raises(UpstreamBusy) as raised:
            await films.download(provider, completed(), VideoOutput(), kept, MOST)

        assert raised.value.text == "Acme Cloud has not finished this video yet."

    @pytest.mark.parametrize("status", [404, 410])
    async def test_what_is_gone_is_gone(
        self, films: Films, server: ScriptedServer, provider: Provider, status: int
    ) -> None:
        server.play(answer(status, {"error": {"message": "no longer available"}}))

        with pytest.raises(UpstreamGone):
            await films.download(provider, completed(), VideoOutput(), kept, MOST)

    async def test_a_rejected_key_is_not_a_video_that_is_gone(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        server.play(answer(401, {"error": {"message": "no"}}))

        with pytest.raises(UpstreamKeyRejected):
            await films.download(provider, completed(), VideoOutput(), kept, MOST)

    async def test_a_signed_copy_helps_out_and_gets_no_key(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        async with ScriptedServer() as elsewhere:
            server.play(answer(410, {"error": "gone"}))
            elsewhere.play(film())
            output = VideoOutput(0, None, elsewhere.url + "/signed")

            data = await films.download(provider, completed(output), output, kept, MOST)

            assert data == FILM
            assert "authorization" not in elsewhere.asked[0].headers

    async def test_a_signed_copy_whose_time_is_over_is_not_tried(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        async with ScriptedServer() as elsewhere:
            server.play(answer(410, {"error": "gone"}))
            output = VideoOutput(0, None, elsewhere.url + "/signed")
            over = completed(output, links_end_at=now() - timedelta(seconds=1))

            with pytest.raises(UpstreamGone):
                await films.download(provider, over, output, kept, MOST)

            assert elsewhere.asked == []

    async def test_a_link_to_elsewhere_is_followed_only_through_the_guard(
        self, server: ScriptedServer, provider: Provider
    ) -> None:
        async with ScriptedServer() as private, Adapter(film_pause_seconds=0.01) as guarded:
            server.play(answer(404, {"error": "not here"}))
            output = VideoOutput(0, private.url + "/inside")

            with pytest.raises(ProviderError):
                await guarded.films.download(provider, completed(output), output, kept, MOST)

            assert private.asked == []

    async def test_what_the_sink_raises_comes_through(
        self, films: Films, server: ScriptedServer, provider: Provider
    ) -> None:
        async def full(pieces: AsyncIterator[bytes]) -> bytes:
            raise OSError("no space left on device")

        server.play(film())

        with pytest.raises(OSError, match="no space"):
            await films.download(provider, completed(), VideoOutput(), full, MOST)
