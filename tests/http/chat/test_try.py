def test_it(talk):
    begun = talk.talked(talk.alice)
    print(talk.page(talk.alice, begun).text)
    e = talk.events(talk.alice, f"/api/generations/{begun.generation_id}/events")
    print(e)
    b = talk.begin(talk.alice, "count 20 at 100 per second", model="sandbox/metronome")
    print(talk.events(talk.alice, f"/fragments/messages/{b.answer_id}/events"))
