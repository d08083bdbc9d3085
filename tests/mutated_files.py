"""Files of every kind that the package reads, with random damage."""

import io
import json
import random
import shutil
import tarfile
import zipfile

import keras
import numpy as np
from PIL import Image

from keras_regen import CSAE, load_model
from keras_regen.callbacks import read_history
from keras_regen.datasets import load
from keras_regen_app.run_settings import read_settings
from tests.fuzz_calls import fault

SUFFIXES = (".npz", ".tar", ".tar.gz", ".tar.xz", ".png", ".jpg", ".keras", ".json", ".csv")


def originals():
    """Returns the content of a whole file of each kind, by its suffix."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (12, 8, 8, 1), "uint8")
    labels = np.arange(12) % 3
    files = {".npz": io.BytesIO(), ".png": io.BytesIO(), ".jpg": io.BytesIO()}
    np.savez_compressed(files[".npz"], x_train=images, y_train=labels, x_test=images, y_test=labels)
    Image.fromarray(images[0, ..., 0]).save(files[".png"], "PNG")
    Image.fromarray(images[0, ..., 0]).save(files[".jpg"], "JPEG")
    for suffix, mode in ((".tar", "w"), (".tar.gz", "w:gz"), (".tar.xz", "w:xz")):
        files[suffix] = io.BytesIO()
        with tarfile.open(fileobj=files[suffix], mode=mode) as archive:
            for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
                info = tarfile.TarInfo(name)
                info.size = len(files[".png"].getvalue())
                archive.addfile(info, io.BytesIO(files[".png"].getvalue()))
    contents = {suffix: file.getvalue() for suffix, file in files.items()}
    settings = {"preset": "csae_digits", "dataset": "digits", "epochs": 3, "batch_size": 8}
    contents[".json"] = json.dumps(settings | {"backend": "torch", "seed": 1}).encode()
    contents[".csv"] = b"epoch,loss,val_loss\n1,0.5,0.25\n2,0.25,\n"
    return contents


def saved_model(folder):
    """Returns the content of the `.keras` file of a small model."""
    keras.utils.set_random_seed(0)
    options = {"network": "linear", "hidden": 4, "latent_dim": 3}
    model = CSAE.for_images((8, 8, 1), ["a", "b", "c"], **options)
    model.compile("sgd")
    model.save(folder / "model.keras")
    return (folder / "model.keras").read_bytes()


def damaged(content, rng):
    """Returns a copy with one to four changes: bytes, cuts, repetitions, or parts of a ZIP file."""
    content = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(content) + 1)
        kind = rng.choice(("byte", "byte", "bit", "cut", "insert", "delete", "number", "repeat"))
        if kind == "byte" and place < len(content):
            content[place] = rng.randrange(256)
        elif kind == "bit" and place < len(content):
            content[place] ^= 1 << rng.randrange(8)
        elif kind == "cut":
            del content[place:]
        elif kind == "insert":
            content[place:place] = rng.randbytes(rng.randint(1, 20))
        elif kind == "delete":
            del content[place : place + rng.randint(1, 20)]
        elif kind == "number":
            content[place : place + 4] = rng.choice((b"\xff" * 4, b"\0" * 4, b"9999", b"-1,]"))
        elif kind == "repeat":
            content[place:place] = content[place : place + 50] * rng.randint(1, 5)
    return bytes(content)


def damaged_inside(content, rng):
    """Returns a ZIP file of which one member is damaged and whose checksums are right."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(changed, "w") as copy:
        names = archive.namelist()
        chosen = rng.choice(names)
        for name in names:
            member = archive.read(name)
            copy.writestr(name, damaged(member, rng) if name == chosen else member)
    return changed.getvalue()


def check(folder, suffix, content):
    """Reads a damaged file; returns the description of an error that users do not understand."""
    path = folder / f"file{suffix}"
    if suffix in (".png", ".jpg"):
        for name in ("a", "b"):
            (folder / "pictures" / name).mkdir(parents=True, exist_ok=True)
            for index in range(3):
                (folder / "pictures" / name / f"{index}{suffix}").write_bytes(content)
        return fault(load, {"name_or_path": folder / "pictures", "image_size": 8})
    if suffix == ".json":
        (folder / "run.json").write_bytes(content)
        return fault(read_settings, {"folder": folder})
    path.write_bytes(content)
    if suffix == ".csv":
        return fault(read_history, {"path": path})
    if suffix == ".keras":
        return fault(load_model, {"path": path})
    return fault(load, {"name_or_path": path})


def faults(folder, count, seed):
    """Reads many damaged files; returns the faults with the numbers of their files."""
    contents = originals() | {".keras": saved_model(folder)}
    found = {}
    for number in range(count):
        rng = random.Random(seed * 1_000_000 + number)
        suffix = rng.choice(SUFFIXES)
        inside = suffix in (".npz", ".keras") and rng.random() < 0.5
        content = (damaged_inside if inside else damaged)(contents[suffix], rng)
        own = folder / str(number)
        own.mkdir()
        error = check(own, suffix, content)
        shutil.rmtree(own)
        if error is not None:
            found[number, suffix] = error
    return found
