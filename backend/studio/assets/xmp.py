"""What an AI-made picture says about itself in the words of XMP and IPTC, and our recipe inside it."""

import base64
import binascii
import re
from xml.sax.saxutils import escape

from studio.assets.recipe import BYTES_LIMIT, Recipe, recipe_from

TOOL = "All You Can GET"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
OUR_NAMESPACE = "urn:all-you-can-get:recipe:1"
SHOWN_PROMPT_CHARACTERS = 4_000

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Base64 as text or as an attribute: tools that rewrite XMP change the one into the other. No parser, so no entities;
# possessive, so that a hostile packet costs one pass.
_RECIPE = re.compile(rb"""aycg:Recipe(?:>|=["'])([A-Za-z0-9+/=\s]++)(?:</|["'])""")


def xmp_of(recipe: Recipe, *, with_recipe: bool = True) -> bytes:
    """
    The packet. `AIPromptInformation` and `AISystemUsed` are of the IPTC Photo Metadata Standard 2025.1; the source
    type says that a trained model made it, alone or from somebody's picture. A long prompt is told in part there;
    the recipe, unless it is left out, has all of it.
    """
    kind = "compositeWithTrainedAlgorithmicMedia" if recipe.input_hashes else "trainedAlgorithmicMedia"
    prompt = _xml(recipe.prompt[:SHOWN_PROMPT_CHARACTERS])
    system = _xml(f"{recipe.provider} {recipe.model}".strip())
    created = f"<xmp:CreateDate>{_xml(recipe.asked_at)}</xmp:CreateDate>" if recipe.asked_at else ""
    ours = base64.b64encode(recipe.as_bytes()).decode("ascii") if with_recipe else ""
    recipe_tag = f"<aycg:Recipe>{ours}</aycg:Recipe>" if ours else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' xmlns:aycg="{OUR_NAMESPACE}">'
        f"<xmp:CreatorTool>{TOOL}</xmp:CreatorTool>{created}"
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{prompt}</rdf:li></rdf:Alt></dc:description>'
        f"<photoshop:Credit>Made with AI: {system}</photoshop:Credit>"
        f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPES}{kind}</Iptc4xmpExt:DigitalSourceType>"
        f"<Iptc4xmpExt:AIPromptInformation>{prompt}</Iptc4xmpExt:AIPromptInformation>"
        f"<Iptc4xmpExt:AISystemUsed>{system}</Iptc4xmpExt:AISystemUsed>"
        f"{recipe_tag}</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    ).encode()


def recipe_in(packet: bytes) -> Recipe | None:
    """Our recipe in a packet of XMP that may come from anybody."""
    found = _RECIPE.search(packet)
    if found is None or len(found[1]) > BYTES_LIMIT * 3 // 2:
        return None
    try:
        return recipe_from(base64.b64decode(b"".join(found[1].split()), validate=True))
    except binascii.Error:
        return None


def _xml(text: str) -> str:
    """Text that can be nothing but text: escaped, and without the characters that XML cannot hold at all."""
    return escape(_NOT_XML.sub("\ufffd", text), {'"': "&quot;"})
