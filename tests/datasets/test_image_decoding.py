"""Every Pillow mode against explicit arithmetic; resizing against its properties."""

import contextlib
import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from keras_regen.datasets.image_decoding import (
    FITS,
    TargetSize,
    UnreadableImageError,
    check_color_mode,
    check_image_size,
    convert_images,
    decode_image,
)

pytestmark = pytest.mark.any_backend

RNG = np.random.default_rng(0)


def image_file(image, image_format="PNG", **options):
    file = io.BytesIO()
    image.save(file, image_format, **options)
    file.seek(0)
    return file


def random_pixels(*shape):
    return RNG.integers(0, 256, shape, dtype="uint8")


def over_white(values, alpha):
    """The "over" operation of Porter and Duff, on white."""
    alpha = alpha.astype("float64")[..., None] / 255
    return values * alpha + 255 * (1 - alpha)


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "TIFF", "PPM", "GIF"])
def test_grayscale_pixels_are_unchanged(image_format):
    values = random_pixels(6, 7)
    decoded = decode_image(image_file(Image.fromarray(values), image_format))
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, values[..., None])


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "TIFF", "PPM"])
def test_rgb_pixels_are_unchanged(image_format):
    values = random_pixels(6, 7, 3)
    np.testing.assert_array_equal(
        decode_image(image_file(Image.fromarray(values), image_format)), values
    )


def test_jpeg_pixels_are_close():
    values = np.full((16, 16, 3), (200, 100, 50), "uint8")
    decoded = decode_image(image_file(Image.fromarray(values), "JPEG", quality=95))
    np.testing.assert_allclose(decoded.astype(int), values, atol=4)


def test_black_and_white():
    values = random_pixels(6, 7) > 127
    decoded = decode_image(image_file(Image.fromarray(values)))
    np.testing.assert_array_equal(decoded[..., 0], values * 255)


def test_palette():
    colors = random_pixels(4, 3)
    index = RNG.integers(0, 4, (6, 7), dtype="uint8")
    image = Image.fromarray(index, "P")
    image.putpalette(colors.tobytes())
    np.testing.assert_array_equal(decode_image(image_file(image)), colors[index])


def test_palette_of_grays_is_grayscale():
    grays = np.repeat(random_pixels(4, 1), 3, axis=1)
    index = RNG.integers(0, 4, (6, 7), dtype="uint8")
    image = Image.fromarray(index, "P")
    image.putpalette(grays.tobytes())
    np.testing.assert_array_equal(decode_image(image_file(image)), grays[index][..., :1])


def test_rgba_is_blended_with_white():
    values = random_pixels(6, 7, 4)
    decoded = decode_image(image_file(Image.fromarray(values)))
    np.testing.assert_allclose(decoded, over_white(values[..., :3], values[..., 3]), atol=1)


def test_gray_with_alpha_is_grayscale_blended_with_white():
    values = random_pixels(6, 7, 2)
    decoded = decode_image(image_file(Image.fromarray(values, "LA")))
    assert decoded.shape == (6, 7, 1)
    np.testing.assert_allclose(decoded, over_white(values[..., :1], values[..., 1]), atol=1)


@pytest.mark.parametrize("channels", [(), (3,)])
def test_transparent_color_becomes_white(channels):
    values = random_pixels(4, 4, *channels) // 2
    values[0, 0] = 9
    transparency = (9, 9, 9) if channels else 9
    decoded = decode_image(image_file(Image.fromarray(values), transparency=transparency))
    assert (decoded[0, 0] == 255).all()
    np.testing.assert_array_equal(decoded[1, 1].squeeze(), values[1, 1])


def test_transparent_palette_entry_becomes_white():
    image = Image.fromarray(np.array([[0, 1]], "uint8"), "P")
    image.putpalette(bytes([10, 20, 30, 40, 50, 60]))
    decoded = decode_image(image_file(image, transparency=0))
    np.testing.assert_array_equal(decoded, [[[255, 255, 255], [40, 50, 60]]])


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_to_eight(image_format):
    values = RNG.integers(0, 65536, (6, 7), dtype="uint16")
    values[0, :3] = 0, 65535, 257
    decoded = decode_image(image_file(Image.fromarray(values), image_format))
    np.testing.assert_array_equal(decoded[..., 0], np.rint(values / 257))


def test_cmyk():
    values = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255], [51, 102, 0, 128]]], "uint8")
    cmyk = values.astype("float64") / 255
    expected = 255 * (1 - cmyk[..., :3]) * (1 - cmyk[..., 3:])
    decoded = decode_image(image_file(Image.fromarray(values, "CMYK"), "TIFF"))
    np.testing.assert_allclose(decoded, expected, atol=1)


def test_exif_orientation_is_applied():
    values = random_pixels(4, 6, 3)
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees clockwise to display
    decoded = decode_image(image_file(Image.fromarray(values), "PNG", exif=exif))
    np.testing.assert_array_equal(decoded, np.rot90(values, -1))


def test_animation_is_read_as_its_first_frame():
    first, second = (Image.fromarray(np.full((4, 4), value, "uint8")) for value in (50, 200))
    file = image_file(first, "GIF", save_all=True, append_images=[second])
    assert (decode_image(file) == 50).all()


def test_color_mode():
    values = random_pixels(6, 7, 3)
    luma = values @ np.array([0.299, 0.587, 0.114])  # ITU-R 601-2
    gray = decode_image(image_file(Image.fromarray(values)), color_mode="grayscale")
    np.testing.assert_allclose(gray[..., 0], luma, atol=1)
    rgb = decode_image(image_file(Image.fromarray(values[..., 0])), color_mode="rgb")
    np.testing.assert_array_equal(rgb, np.repeat(values[..., :1], 3, axis=-1))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an image",
        image_file(Image.fromarray(random_pixels(64, 64))).getvalue()[:900],
        image_file(Image.fromarray(random_pixels(64, 64)), "JPEG").getvalue()[:900],
        image_file(Image.fromarray(np.zeros((4, 4), "float32")), "TIFF").getvalue(),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_unreadable_files_raise(content):
    with pytest.raises(UnreadableImageError):
        decode_image(io.BytesIO(content))


def test_damaged_file_is_decoded_or_unreadable():
    complete = image_file(Image.fromarray(random_pixels(16, 16, 3))).getvalue()
    for position in range(0, len(complete), 7):
        damaged = bytearray(complete)
        damaged[position] ^= 0x10
        with contextlib.suppress(UnreadableImageError):
            assert decode_image(io.BytesIO(bytes(damaged))).ndim == 3


def test_shrinking_does_not_alias():
    # The mean of a checkerboard of single pixels is gray. Without antialiasing the small image
    # would be black or white.
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype("uint8")
    small = decode_image(image_file(Image.fromarray(board)), image_size=TargetSize(8, 8))
    np.testing.assert_allclose(small, 127.5, atol=3)
    floats = convert_images(board[None, ..., None].astype("float32") / 255, TargetSize(8, 8), None)
    np.testing.assert_allclose(floats, 0.5, atol=0.01)


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    channels=st.sampled_from([1, 3]),
    value=st.integers(0, 255),
    fit=st.sampled_from(["crop", "stretch"]),
)
def test_resizing_keeps_a_constant_image_constant(height, width, channels, value, fit):
    images = np.full((2, 9, 11, channels), value, "uint8")
    resized = convert_images(images, TargetSize(height, width, fit), None)
    assert resized.shape == (2, height, width, channels)
    assert resized.dtype == np.uint8
    assert (resized == value).all()


@pytest.mark.parametrize("fit", FITS)
def test_arrays_and_files_are_converted_equally(fit):
    # Without black and white, where Pillow clips 8-bit pixels between the two passes.
    values = 96 + random_pixels(3, 12, 10, 3) // 4
    for color_mode in (None, "grayscale", "rgb"):
        for image_size in (None, TargetSize(7, 5, fit), TargetSize(20, 24, fit)):
            from_files = [
                decode_image(image_file(Image.fromarray(image)), image_size, color_mode)
                for image in values
            ]
            np.testing.assert_array_equal(
                convert_images(values, image_size, color_mode), np.stack(from_files)
            )
            floats = convert_images(values.astype("float32") / 255, image_size, color_mode)
            assert floats.dtype == np.float32
            assert floats.min() >= 0 and floats.max() <= 1
            np.testing.assert_allclose(floats * 255, np.stack(from_files), atol=2)


def test_a_portrait_is_cropped_padded_or_stretched():
    portrait = random_pixels(40, 20, 3)
    results = {
        fit: decode_image(image_file(Image.fromarray(portrait)), TargetSize(10, 10, fit))
        for fit in FITS
    }
    middle = Image.fromarray(portrait[10:30]).resize((10, 10), Image.Resampling.BICUBIC)
    # At the upper and lower edge, the kernel reaches the pixels that are cut off.
    crop, middle = results["crop"].astype(int), np.asarray(middle).astype(int)
    np.testing.assert_allclose(crop[2:-2], middle[2:-2], atol=1)
    narrow = Image.fromarray(portrait).resize((5, 10), Image.Resampling.BICUBIC)
    left = np.flatnonzero(results["pad"].any(axis=(0, 2)))[0]
    np.testing.assert_array_equal(results["pad"][:, left : left + 5], narrow)
    assert left in (2, 3) and results["pad"].any(axis=(0, 2)).sum() == 5
    whole = Image.fromarray(portrait).resize((10, 10), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(results["stretch"], whole)


def test_an_image_of_too_many_pixels_is_left_out(monkeypatch):
    monkeypatch.setattr("keras_regen.datasets.image_decoding.LARGEST_IMAGE", 99)
    with pytest.raises(UnreadableImageError, match="10x10 pixels, more than 99"):
        decode_image(image_file(Image.fromarray(random_pixels(10, 10))))


def test_a_block_that_claims_gigabytes_takes_no_memory(tmp_path):
    content = image_file(Image.fromarray(random_pixels(8, 8))).getvalue()
    place = content.index(b"IDAT") - 4
    path = tmp_path / "large.png"
    path.write_bytes(content[:place] + b"\xff" * 4 + content[place + 4 :])
    tracemalloc.start()
    try:
        with contextlib.suppress(UnreadableImageError):
            decode_image(str(path))
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


def test_resized_floats_stay_in_0_to_1():
    board = (np.indices((8, 8)).sum(axis=0) // 4 % 2).astype("float32")[None, ..., None]
    resized = convert_images(board, TargetSize(31, 31), None)
    assert resized.min() == 0 and resized.max() == 1


def test_grayscale_floats_to_rgb():
    images = RNG.uniform(size=(2, 3, 4, 1)).astype("float32")
    rgb = convert_images(images, None, "rgb")
    np.testing.assert_array_equal(rgb, np.concatenate([images] * 3, axis=-1))


@pytest.mark.parametrize(
    "image_size, expected", [(None, None), (8, (8, 8)), ((4, 6), (4, 6)), (np.int64(3), (3, 3))]
)
def test_check_image_size(image_size, expected):
    size = check_image_size(image_size)
    assert (size and size[:2]) == expected


@pytest.mark.parametrize("image_size", [0, -1, (0, 4), (4,), (4, 4, 1), "8", 8.5, (4, 2.5)])
def test_check_image_size_raises(image_size):
    with pytest.raises(ValueError, match="`image_size` must be an integer or a pair"):
        check_image_size(image_size)


def test_check_color_mode_raises():
    with pytest.raises(ValueError, match="color_mode='gray'"):
        check_color_mode("gray")
