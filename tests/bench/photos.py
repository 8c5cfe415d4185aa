"""The photos to measure with: a folder's, or some that are made the same way everywhere."""

import os
import random
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

CHECKOUT = Path(__file__).parents[2]
STILL = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic"}


def photos() -> list[Path]:
    """Return the still photos in the folder `PHOTOS`, or beside the checkout, or in a new folder of made ones."""
    folder = Path(os.environ.get("PHOTOS", CHECKOUT.parent / "shared/photos"))
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in STILL)
    return found or _made(Path(tempfile.mkdtemp(prefix="darkroom-photos-")))


def _made(folder: Path) -> list[Path]:
    landscape = _scene(4032, 3024)
    landscape.save(folder / "made_12mp.jpg", quality=90)
    landscape.resize((1960, 1470)).save(folder / "made_3mp.jpg", quality=85)
    cutout = landscape.resize((1500, 1125))
    cutout.putalpha(Image.radial_gradient("L").resize(cutout.size).point(lambda level: 255 - max(0, level * 4 - 765)))
    cutout.save(folder / "made_alpha.png")
    landscape.resize((1024, 768)).save(folder / "made_small.webp", quality=85)
    return sorted(folder.iterdir())


def _scene(width: int, height: int) -> Image.Image:
    """Return blurred shapes under grain: detail at every scale, as a camera sees."""
    dice = random.Random(7)  # noqa: S311 - the same picture every time
    scene = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    for size in (900, 300, 100, 40):
        for _ in range(9000 // size):
            shape = Image.new("RGB", (size, size * 2 // 3), tuple(dice.randrange(256) for _ in range(3)))
            scene.paste(shape, (dice.randrange(-size, width), dice.randrange(-size, height)))
        scene = scene.filter(ImageFilter.GaussianBlur(size / 60))
    grain = Image.frombytes("L", (width // 2, height // 2), dice.randbytes(width * height // 4)).resize((width, height))
    soft = grain.point(lambda level: level // 10)
    return ImageChops.subtract(ImageChops.add(scene, soft.convert("RGB")), Image.new("RGB", scene.size, (12, 12, 12)))
