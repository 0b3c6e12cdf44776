"""Answers run again from the gallery: the same words, instructions and settings, for a price that is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from studio.chat import store as conversations
from studio.moments import now

from tests.http.once.test_forms import at_once
from tests.support.html import Html
from tests.support.sameness import assert_not_there
from tests.support.talking import FAST, HX, Begun, Talk
from tests.support.waiting import until

PAID = "sandbox/scribe"
FORM = "form[action$='/rerun']"
SETTINGS = {"system_prompt": "Answer like a waiter.", "temperature": "0.5", "max_tokens": "200"}


def item(talk: Talk, generation_id: str) -> Html:
    """Its page in the gallery, where it appears a moment after it has ended."""
    address = f"/fragments/gallery/{generation_id}"
    until(lambda: talk.alice.get(address).status_code == 200)
    return Html(talk.alice.get(address).text)


def pressed(page: Html) -> tuple[str, dict[str, str]]:
    assert page.text_of(FORM).startswith("Run again ≤ $")
    sent = {name: page.one(f"{FORM} [name={name}]")["value"] for name in ("seen_usd", "idempotency_key")}
    return page.one(FORM)["action"], sent


def talked(talk: Talk, prompt: str, **more: str) -> Begun:
    return talk.talked(talk.alice, prompt, model=PAID, **more)


def told(talk: Talk, begun: Begun) -> list[dict[str, Any]]:
    """The messages that the provider was last sent."""
    talk.finished(begun)
    exchanges = talk.client.get(f"{talk.sandbox_url}/_requests").json()["data"]
    bodies = [each["body"] for each in exchanges if each["path"].endswith("/chat/completions")]
    return list(bodies[-1]["messages"])


def test_an_answer_gets_another_one_beside_it_with_all_that_was_said_before(talk: Talk) -> None:
    first = talked(talk, f"Name a soup. {uuid4()}", **SETTINGS)
    form = {"prompt": "And a colder one?", "model": PAID, **SETTINGS}
    second = talk.finished(talk.begun(talk.alice, talk.alice.post(f"{first.url}/messages", data=form)))
    talk.finished(
        talk.begun(
            talk.alice,
            talk.alice.post(f"{first.url}/messages", data={**form, "prompt": "Thanks.", "system_prompt": ""}),
        )
    )
    address, sent = pressed(item(talk, second.generation_id))

    fresh = talk.begun(talk.alice, talk.alice.post(address, data=sent))

    assert (fresh.conversation_id, fresh.question_id) == (second.conversation_id, second.question_id)
    sent_before = [message["content"] for message in told(talk, fresh)]
    assert sent_before[0] == SETTINGS["system_prompt"] and sent_before[-1] == "And a colder one?"
    assert len(sent_before) == 4
    old, new = (talk.alice.get(f"/api/generations/{each.generation_id}").json() for each in (second, fresh))
    assert [new[name] for name in ("model", "prompt", "params")] == [
        old[name] for name in ("model", "prompt", "params")
    ]
    assert new["parent_id"] == old["id"] and new["params"]["system_prompt"] == SETTINGS["system_prompt"]


def test_one_of_a_deleted_conversation_begins_a_new_one(talk: Talk) -> None:
    begun = talked(talk, f"Name a stew. {uuid4()}", **SETTINGS)
    address, sent = pressed(item(talk, begun.generation_id))
    talk.alice.post(f"{begun.url}/deletion")

    fresh = talk.begun(talk.alice, talk.alice.post(address, data=sent))

    assert fresh.conversation_id != begun.conversation_id
    assert [message["role"] for message in told(talk, fresh)] == ["system", "user"]


def test_one_that_a_program_asked_for_begins_a_conversation(talk: Talk) -> None:
    asked = {"model": PAID, "prompt": f"Name a pie. {uuid4()}", "params": {"stop": ["END"], "seed": 7}}
    made = talk.alice.post("/api/generations", json=asked).json()
    until(lambda: talk.studio.engine.find(UUID(made["id"])) is None)
    address, sent = pressed(item(talk, made["id"]))

    fresh = talk.begun(talk.alice, talk.alice.post(address, data=sent))

    again = talk.alice.get(f"/api/generations/{fresh.generation_id}").json()
    assert again["params"] == made["params"] and again["params"]["stop"] == ["END"]


def test_pressed_at_the_same_moment_it_is_one(talk: Talk) -> None:
    address, sent = pressed(item(talk, talked(talk, f"Name a cake. {uuid4()}").generation_id))

    answers = at_once(6, lambda: talk.alice.post(address, data=sent))

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.headers["Studio-Page"] for answer in answers}) == 1


def test_with_scripts_it_leads_to_the_conversation_too(talk: Talk) -> None:
    begun = talked(talk, f"Name a bun. {uuid4()}")
    address, sent = pressed(item(talk, begun.generation_id))

    answer = talk.alice.post(address, data=sent, headers=HX)

    assert answer.headers["HX-Redirect"].startswith(f"/chat/{begun.conversation_id}#m-")


def test_what_costs_more_than_the_button_said_is_asked_about(talk: Talk) -> None:
    address, sent = pressed(item(talk, talked(talk, f"Name a tart. {uuid4()}").generation_id))

    answer = talk.alice.post(address, data={**sent, "seen_usd": "0.0000001"})

    assert answer.status_code == 409
    assert "more than the button said" in Html(answer.text).one("[role=alert]").text


def test_the_price_counts_what_was_said_before(talk: Talk) -> None:
    begun = talked(talk, f"Name a sauce. {uuid4()}")
    alone = pressed(item(talk, begun.generation_id))[1]["seen_usd"]
    form = {"prompt": f"Name a sauce. {uuid4()}", "model": PAID}

    second = talk.finished(talk.begun(talk.alice, talk.alice.post(f"{begun.url}/messages", data=form)))

    assert float(pressed(item(talk, second.generation_id))[1]["seen_usd"]) > float(alone)


def test_somebody_elses_answer_is_not_there(talk: Talk) -> None:
    begun = talked(talk, f"Name a jam. {uuid4()}")
    address, sent = pressed(item(talk, begun.generation_id))
    nobodys = address.replace(begun.generation_id, str(uuid4()))

    assert_not_there(talk.bob.post(address, data=sent), talk.bob.post(nobodys, data=sent))


@pytest.mark.parametrize("page", ["/fragments/create?from={}", "/fragments/create?from={}&focus=model"])
def test_the_form_of_an_answer_has_its_instructions(talk: Talk, page: str) -> None:
    begun = talked(talk, f"Name a dip. {uuid4()}", **SETTINGS)

    html = Html(talk.alice.get(page.format(begun.generation_id)).text)

    assert html.one("[name=system_prompt]").text.strip() == SETTINGS["system_prompt"]
    assert "left out" not in html.text
    focused = html.one("[autofocus]")
    assert focused["name"] == ("model" if "focus" in page else "prompt")


def test_a_program_sends_the_settings_of_an_answer_back_as_they_are(talk: Talk) -> None:
    made = talk.alice.get(
        f"/api/generations/{talked(talk, f'Name a roll. {uuid4()}', **SETTINGS).generation_id}"
    ).json()

    again = talk.alice.post(
        "/api/generations", json={name: made[name] for name in ("model", "prompt", "params")}
    )

    assert again.status_code == 201 and again.json()["params"] == made["params"]
    wrong = talk.alice.post(
        "/api/generations", json={"model": PAID, "prompt": "?", "params": {"system_prompt": 7}}
    )
    assert (wrong.status_code, wrong.json()["field"]) == (422, "system_prompt")


def test_the_conversation_goes_on_with_its_own_settings(talk: Talk) -> None:
    begun = talked(talk, f"Name a broth. {uuid4()}", **SETTINGS)
    form = {"prompt": "And one more?", "model": FAST, "system_prompt": "Be short."}
    talk.finished(talk.begun(talk.alice, talk.alice.post(f"{begun.url}/messages", data=form)))
    before = talk.alice.get(f"/api/conversations/{begun.conversation_id}").json()
    address, sent = pressed(item(talk, begun.generation_id))

    talk.finished(talk.begun(talk.alice, talk.alice.post(address, data=sent)))

    after = talk.alice.get(f"/api/conversations/{begun.conversation_id}").json()
    assert [after[name] for name in ("model", "system_prompt", "params")] == [
        before[name] for name in ("model", "system_prompt", "params")
    ]
    assert (after["model"], after["system_prompt"]) == (FAST, "Be short.")


def test_long_instructions_stand_whole_in_the_form(talk: Talk) -> None:
    instructions = "Answer like a waiter. " * 40
    begun = talked(talk, f"Name a spread. {uuid4()}", system_prompt=instructions)

    html = Html(talk.alice.get(f"/fragments/create?from={begun.generation_id}").text)

    assert html.one("[name=system_prompt]").text == instructions.strip()


@pytest.mark.parametrize("way", ["the api", "the bin", "its conversation"])
def test_instructions_are_forgotten_with_the_words(talk: Talk, way: str) -> None:
    asked = {
        "model": PAID,
        "prompt": f"Name a crust. {uuid4()}",
        "params": {"system_prompt": "Be kind.", "max_tokens": 200},
    }
    if way == "its conversation":
        generation_id = (begun := talked(talk, asked["prompt"], **SETTINGS)).generation_id
        talk.alice.post(f"{begun.url}/deletion")
        conversations.forget_deleted(talk.studio.db, now() + timedelta(days=60))
    else:
        generation_id = talk.alice.post("/api/generations", json=asked).json()["id"]
        item(talk, generation_id)
        if way == "the api":
            assert talk.alice.delete(f"/api/generations/{generation_id}").status_code < 300
        else:
            for change in ("delete", "purge"):
                done = talk.alice.post(
                    "/fragments/gallery/changes", data={"change": change, "ids": generation_id}
                )
                assert done.status_code == 200

    left = talk.alice.get(f"/api/generations/{generation_id}").json()
    assert (left["prompt"], left["text"]) == ("", "")
    assert left["params"]["max_tokens"] and "system_prompt" not in left["params"]
