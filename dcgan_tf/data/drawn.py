"""Drawn faces whose attributes are exact.

The style is “Personas by Draftbit” (https://personas.draftbit.com/) by Draftbit, licensed under CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/), in the remix of DiceBear (https://www.dicebear.com), whose library
draws it. The faces are derived from it and come under the same licence.
"""

import io
import json

import numpy as np

from dcgan_tf.data.base import Dataset, is_integer
from dcgan_tf.data.cache import cached

SIZE = 64
DRAWING = 1  # raised whenever this module draws other faces than before, so that no cache keeps the old ones
HAIR_COLOURS = {
    "black": "#362c47", "brown": "#6c4545", "blond": "#f29c65", "red": "#e15c66", "white": "#dee1f5",
}  # fmt: skip
SKIN_COLOURS = ("#eeb4a4", "#e7a391", "#e5a07e", "#d78774", "#b16a5b", "#92594b", "#623d36")
CLOTHING_COLOURS = ("#456dff", "#6dbb58", "#f55d81", "#7555ca", "#e24553", "#54d7c7", "#f3b63a")
LONG_HAIR = ("bobBangs", "bobCut", "extraLong", "long", "pigtails")
SHORT_HAIR = (
    "balding", "bunUndercut", "buzzcut", "curly", "curlyBun", "curlyHighTop", "fade", "mohawk", "shortCombover",
    "shortComboverChops", "sideShave", "straightBun",
)  # fmt: skip
BARE_OR_HAT = ("bald", "beanie", "cap")
HAIRCUTS = (*LONG_HAIR, *SHORT_HAIR, *BARE_OR_HAT)
BEARDS = ("beardMustache", "goatee", "pyramid", "shadow", "soulPatch", "walrus")

ATTRIBUTES = (
    "glasses", "sunglasses", "eyes closed", "smile", "mouth open", "beard", "bald", "hat", "long hair",
    *(f"{colour} hair" for colour in HAIR_COLOURS), "dark skin",
)  # fmt: skip


def faces(count: int = 10_000, seed: int = 0, verbose: bool = True) -> Dataset:
    """Drawn faces with exact attributes: the stand-in for CelebA wherever that cannot be had.

    Each face is drawn by itself from (seed, its number): the first 1,000 of 10,000 are those of `faces(1000)`. They
    are kept on disk (`cache.folder()`), at 12 KB each. Glasses, mouth, beard, hair and colours are chosen
    independently of each other.

    Args:
        count: how many, at least 1.
        seed: an integer from 0 to 2³¹ − 1.
        verbose: draw a progress bar while they are drawn.
    Returns:
        `Dataset`: images uint8 (count, 64, 64, 3), memory-mapped; labels uint8 (count, A), 1 where the face has the
        attribute; names of the A attributes. Hair colours are those of the hair that is seen: a bald face and one
        under a hat have none.
    Raises:
        ImportError: the packages that draw are not installed.
        ValueError: an argument out of its range.
    """
    if not is_integer(count, 1, 2**31) or not is_integer(seed, 0, 2**31 - 1):
        raise ValueError(
            f"count must be an integer of at least 1 and seed one from 0 to {2**31 - 1}, not {count!r} and {seed!r}"
        )
    images, _ = cached(
        f"faces-{DRAWING}-{_version()}-{count}-{seed}", (count, SIZE, SIZE, 3), lambda i: _draw(i, seed), verbose
    )
    labels = np.array([_attributes(_choose(seed, i)) for i in range(count)], np.uint8)
    return Dataset(images, labels, ATTRIBUTES)


def haircuts(count: int = 10_000, seed: int = 0) -> np.ndarray:
    """The haircut of each of `faces(count, seed)`: its place in `HAIRCUTS`, int64 (count,).

    "Bald", "beanie" and "cap" count as haircuts: each face has exactly one.
    """
    return np.array([HAIRCUTS.index(_choose(seed, i)["hair"]) for i in range(count)])


def _choose(seed, i):
    """What face i looks like: the variant of each of its parts."""
    random = np.random.default_rng((seed, i))

    def pick(*choices):
        return choices[random.integers(len(choices))]

    eyes = pick("open", "open", "happy", "sleep", "wink", "glasses", "glasses", "sunglasses")
    mouth = pick("bigSmile", "smile", "smile", "frown", "smirk", "surprise")
    cut = pick("long", "long", "short", "short", "short", "bald", "hat")
    hair = {"long": LONG_HAIR, "short": SHORT_HAIR, "bald": ("bald",), "hat": ("beanie", "cap")}[cut]
    return {
        "eyes": eyes,
        "mouth": mouth,
        "hair": pick(*hair),
        "hair colour": pick(*HAIR_COLOURS),
        "beard": pick(*BEARDS) if random.random() < 0.3 else None,
        "skin": pick(*SKIN_COLOURS),
        "nose": pick("mediumRound", "smallRound", "wrinkles"),
        "clothes": pick("checkered", "rounded", "small", "squared"),
        "clothing": pick(*CLOTHING_COLOURS),
    }


def _attributes(face):
    hair = face["hair"]
    seen = hair not in ("bald", "beanie", "cap")
    return (
        face["eyes"] == "glasses",
        face["eyes"] == "sunglasses",
        face["eyes"] in ("happy", "sleep"),
        face["mouth"] in ("smile", "bigSmile"),
        face["mouth"] in ("bigSmile", "surprise"),
        face["beard"] is not None,
        hair == "bald",
        hair in ("beanie", "cap"),
        hair in LONG_HAIR,
        *(seen and face["hair colour"] == colour for colour in HAIR_COLOURS),
        SKIN_COLOURS.index(face["skin"]) >= 4,
    )


def _options(face):
    """What `_choose` chose, as options of the style."""
    colour = HAIR_COLOURS[face["hair colour"]]
    options = {
        "eyesVariant": [face["eyes"]],
        "mouthVariant": [face["mouth"]],
        "hairVariant": [face["hair"]],
        "hairColor": [colour],
        "facialHairProbability": 0 if face["beard"] is None else 100,
        "facialHairColor": [colour],
        "skinColor": [face["skin"]],
        "noseVariant": [face["nose"]],
        "clothesVariant": [face["clothes"]],
        "clothingColor": [face["clothing"]],
        "backgroundColor": ["#dfe7ef"],
        "size": SIZE,
        "scale": 1.3,  # the face fills the picture
        "translateY": 9,
    }
    return options | ({"facialHairVariant": [face["beard"]]} if face["beard"] else {})


def _draw(start, seed):
    import resvg_py
    from dicebear import Avatar
    from PIL import Image

    style = _style()
    for i in range(start, 2**31):
        drawing = Avatar(style, {"seed": str(i), **_options(_choose(seed, i))}).to_string()
        yield np.asarray(Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_string=drawing))).convert("RGB"))


def _style():
    from importlib.resources import files

    from dicebear import Style

    return Style(json.loads(files("dicebear_styles").joinpath("personas.json").read_text(encoding="utf-8")))


def _version():
    """The versions of the packages that draw, since others may draw other faces."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return "-".join(version(package) for package in ("dicebear-core", "dicebear-styles", "resvg_py"))
    except PackageNotFoundError as error:
        raise ImportError(
            f"faces() draws with {error.name}, which is not installed: "
            "pip install dicebear-core dicebear-styles resvg_py"
        ) from error
