"""The statements that write items and their words; they join the commit that ends a generation or keeps an upload."""

from studio.db import Statement

_ADD_ITEM = """
    INSERT INTO items (
        id, number, person_id, kind, origin, generation_id, asset_id, conversation_id, model, title, excerpt,
        is_starred, made_at, deleted_at
    )
    SELECT
        unnest($id::UUID[]), unnest($number::BIGINT[]), unnest($person_id::UUID[]), unnest($kind::VARCHAR[]),
        unnest($origin::VARCHAR[]), unnest($generation_id::UUID[]), unnest($asset_id::UUID[]),
        unnest($conversation_id::UUID[]), unnest($model::VARCHAR[]), unnest($title::VARCHAR[]),
        unnest($excerpt::VARCHAR[]), false, unnest($made_at::TIMESTAMP[]), unnest($deleted_at::TIMESTAMP[])
"""

# Looking for a conflict takes as long as the rest (1.5 ms): the commit that makes an item knows that there is none.
ADD_ITEM = Statement(_ADD_ITEM)
ADD_ITEM_IF_NEW = Statement(_ADD_ITEM + " ON CONFLICT (id) DO NOTHING")

# The words of one place travel as one string: binding 250 values takes longer than everything else here together.
ADD_WORDS = Statement("""
    INSERT INTO item_words (word, number, person, place)
    SELECT unnest(string_split(batch.words, ' ')), batch.number, batch.person, batch.place
    FROM (
        SELECT
            unnest($words::VARCHAR[]) AS words, unnest($number::BIGINT[]) AS number,
            unnest($person::INTEGER[]) AS person, unnest($place::UTINYINT[]) AS place
    ) AS batch
""")

ADD_TEXT = Statement("""
    INSERT INTO item_texts (number, place, folded)
    SELECT unnest($number::BIGINT[]), unnest($place::UTINYINT[]), unnest($folded::VARCHAR[])
""")
