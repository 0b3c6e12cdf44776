"""Colours of pictures which say what their numbers mean: those of most phones are Display P3, not sRGB."""

import io

from PIL import Image, ImageCms

# Of sixteen bits and of palettes the numbers are taken as they are, as every browser did for decades.
_READ = ("RGB", "RGBA", "CMYK", "L")


def in_srgb(image: Image.Image) -> Image.Image:
    """
    The picture with its profile heeded and gone; itself where it has none or one that cannot be read.

    The profile goes with all other metadata: it may name a person's screen. Dropped alone, it would leave a photo
    duller than it was taken.
    """
    data = image.info.get("icc_profile")
    if not data or image.mode not in _READ:
        return image
    try:
        return _converted(image, data)
    except Exception:  # littlecms and Pillow raise several kinds on hostile and on mismatched profiles
        return image


def _converted(image: Image.Image, data: bytes) -> Image.Image:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
    if "srgb" in (profile.profile.profile_description or "").lower():
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), image.mode, mode)
    seen = ImageCms.applyTransform(image, transform)
    assert seen is not None
    seen.info = {key: value for key, value in image.info.items() if key != "icc_profile"}
    return seen
