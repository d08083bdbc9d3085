"""The commands that generate images: the files that they write."""

import errno
import itertools

import keras
import numpy as np
import pytest
from PIL import Image

from keras_regen import GAN, ReGene, generate, latent_traversal, load_model, plotting
from keras_regen.datasets import load
from keras_regen_app import generation_shards
from tests.app.helpers import figures, run

pytestmark = pytest.mark.any_backend


def pixels(path):
    return np.asarray(Image.open(path).convert("L"))


def test_generate(tmp_path, digits_run):
    out = tmp_path / "pictures"
    few = ["generate", digits_run, "--num-samples", 2]
    run(*few, "--class", "3", "--output", out / "grid.PNG")
    assert Image.open(out / "grid.PNG").size[1] < 100
    run(*few, "--output", out / "drawn.NPZ")
    assert sorted(path.name for path in out.iterdir()) == ["drawn.NPZ", "grid.PNG"]
    arrays = np.load(out / "drawn.NPZ")
    assert arrays["images"].shape == (20, 8, 8, 1)
    assert arrays["labels"].tolist() == np.repeat(np.arange(10), 2).tolist()
    (out / "v1.2").mkdir()
    for folder in (out / "by_class", out / "v1.2", f"{out}/v1.3/"):
        run(*few, "--class", "3", "--output", folder)
        files = sorted(out.joinpath(folder, "3").iterdir())
        assert [file.name for file in files] == ["0-000000.png", "0-000001.png"]
        for file, image in zip(files, arrays["images"][6:8, ..., 0], strict=True):
            np.testing.assert_array_equal(pixels(file), np.rint(255 * image))


def test_a_larger_quantile_accepts_more_images(tmp_path, digits_run):
    command = ["generate", digits_run, "--class", 3, "--num-samples", 6, "--accept"]
    command += ["--output", tmp_path / "threes.npz", "--max-tries", 1000]
    tries = [
        sum(figures(*command, "--quantile", quantile)["tries"].values())
        for quantile in (0.3, 0.6, 1.0)
    ]
    assert tries == sorted(tries, reverse=True) and tries[0] > tries[-1]
    default = sum(figures(*command)["tries"].values())
    assert default == sum(figures(*command, "--quantile", 0.5)["tries"].values())
    without = ["generate", digits_run, "--output", tmp_path / "x.png"]
    for option, value in (("--quantile", 0.5), ("--max-tries", 100)):
        message = run(*without, option, value, code=2).output
        assert f"Without `--accept`, all images are kept. Omit {option}." in message
    assert not (tmp_path / "x.png").exists()


def test_accepted_images(tmp_path, digits_run, digits_model):
    command = ["generate", digits_run, "--num-samples", 3, "--output", tmp_path / "drawn.npz"]
    command += ["--class", 0, "--class", "7"]
    results = figures(*command, "--accept")
    arrays = np.load(tmp_path / "drawn.npz")
    latents, labels = digits_model.encode(arrays["images"]), arrays["labels"]
    centroids = keras.ops.convert_to_numpy(digits_model.head.centroids)
    distances = np.linalg.norm(latents[:, None] - centroids, axis=2)
    assert distances.argmin(axis=1).tolist() == labels.tolist()
    medians = keras.ops.convert_to_numpy(digits_model.distance_quantiles)[labels, 50]
    assert (distances[np.arange(6), labels] <= medians + 1e-4).all()
    tries = [results["tries"][name] for name in ("0", "7")]
    assert min(tries) >= 3 and sum(results["tries"].values()) == sum(tries)
    lines = run(*command, "--accept").output.splitlines()
    assert lines[1] == "Tries for 3 images of each class: latents passed / images accepted"
    assert [int(line.split()[-1]) for line in lines[2:]] == tries
    few = [*command, "--num-samples", 20, "--accept", "--max-tries", 1]
    assert "within --max-tries 1 for" in run(*few, code=1).output


def test_a_model_without_classes(tmp_path, digits_run):
    """The classes come from an evaluation classifier, with a low threshold for noise images."""
    model = GAN.for_images((8, 8, 1), latent_dim=3, width=0.02)
    model.save(tmp_path / "gan.keras")
    command = ["generate", tmp_path / "gan.keras", "--num-samples", 5]
    run(*command, "--output", tmp_path / "drawn.npz")
    arrays = np.load(tmp_path / "drawn.npz")
    np.testing.assert_allclose(arrays["images"], generate(model, None, 5, seed=0), atol=1e-5)
    assert arrays["labels"].tolist() == [-1] * 5
    run(*command, "--output", tmp_path / "drawn.png")
    run(*command, "--output", tmp_path / "folder")
    assert len(list((tmp_path / "folder" / "generated").iterdir())) == 5
    assert "has no classes" in run(*command, "--class", "3", code=2).output

    classifier = load_model(digits_run)
    (drawn,) = set(classifier.classify(arrays["images"]).tolist())
    classifier.confidence.assign(np.full(10, 1e-6))
    classifier.save(tmp_path / "classifier.keras")
    judged = [
        *command,
        "--evaluation-classifier",
        tmp_path / "classifier.keras",
        "--output",
        tmp_path / "judged.npz",
    ]
    message = run(*judged, "--no-accept", code=2).output
    assert "only accepted images are kept. Omit --accept/--no-accept" in message
    assert "use only one of them" in run(*judged, "--quantile", 0.5, code=2).output
    assert "use `--evaluation-classifier`" in run(*command, "--accept", code=2).output
    results = figures(*judged, "--class", drawn)
    assert results["images"] == 5 == results["tries"][str(drawn)]
    assert np.load(tmp_path / "judged.npz")["labels"].tolist() == [drawn] * 5


def test_sources_are_for_priors_that_combine(tmp_path, digits_run):
    command = ["generate", digits_run, "--num-sources", 3, "--output", tmp_path / "a.png"]
    assert "samples from a ClassGaussianPrior" in run(*command, code=2).output


def test_the_number_of_sources_of_a_regene(tmp_path):
    digits = load("digits")
    model = ReGene.from_preset("regene_digits", width=0.05)
    model.adapt_prior(digits.x_train[:200], digits.y_train[:200])
    model.save(tmp_path / "model.keras")
    command = ["generate", tmp_path / "model.keras", "--output", tmp_path / "drawn.npz"]
    run(*command, "--class", "3", "--num-samples", 4, "--num-sources", 3)
    bank = model.encode(digits.x_train[:200])[digits.y_train[:200] == 3]
    means = [np.mean(three, axis=0) for three in itertools.combinations(bank, 3)]
    # Each image is that of the mean of some three threes.
    possible = model.decode(np.stack(means)).reshape(len(means), -1)
    for image in np.load(tmp_path / "drawn.npz")["images"]:
        assert np.abs(possible - image.reshape(1, -1)).max(axis=1).min() < 1e-4


def test_reconstruct(tmp_path, digits_run, digits_model):
    out = tmp_path / "new/again.png"
    error = figures("reconstruct", digits_run, "--num-samples", 5, "--output", out)
    images = load("digits").x_test[:5]
    drawn = digits_model.predict(images, verbose=0)["reconstruction"]
    np.testing.assert_allclose(error["mse"], np.mean((images / 255 - drawn) ** 2), rtol=1e-4)
    assert error["images"] == 5
    # Whole pixels, 8 to a side: the last image is at the right.
    shown = pixels(out)[4:68:8, -68:-4:8]
    np.testing.assert_allclose(shown, images[4, ..., 0], atol=1)


def test_interpolate_between_pictures(tmp_path, digits_run, digits_model):
    images = load("digits").x_test[:2]
    ends = [tmp_path / "start.png", tmp_path / "end.png"]
    for image, file in zip(images, ends, strict=True):
        Image.fromarray(image[..., 0]).save(file)
    out = tmp_path / "between.png"
    assert figures("interpolate", digits_run, *ends, "--output", out)["images"] == 8
    shown = pixels(out)
    # Eight digits, each pixel eight to a side, with four white columns between them.
    assert shown.shape == (64, 8 * 64 + 7 * 4)
    assert (shown[:, 64:68] == 255).all()
    drawn = 255 * digits_model.predict(images, verbose=0)["reconstruction"][..., 0]
    np.testing.assert_allclose(shown[::8, :64:8], drawn[0], atol=1)
    np.testing.assert_allclose(shown[::8, -64::8], drawn[1], atol=1)
    run("interpolate", digits_run, *ends, "--ratios", "1,0.5,0", "--output", out)
    np.testing.assert_allclose(pixels(out)[::8, :64:8], drawn[1], atol=1)


def test_interpolate_between_classes(tmp_path, digits_run, digits_model):
    out = tmp_path / "between.png"
    run("interpolate", digits_run, "3", "8", "--num-samples", 2, "--output", out)
    means = np.stack([digits_model.prior.class_mean(label) for label in (3, 8)])
    drawn = 255 * digits_model.decode(means)[..., 0]
    np.testing.assert_allclose(pixels(out)[::8, :64:8], drawn[0], atol=1)
    np.testing.assert_allclose(pixels(out)[::8, 68::8], drawn[1], atol=1)


def test_traverse(tmp_path, digits_run, digits_model):
    out = tmp_path / "new/traversal.png"
    command = [
        "traverse",
        digits_run,
        "--rows",
        2,
        "--num-samples",
        3,
        "--seed",
        4,
        "--output",
        out,
    ]
    results = figures(*command)
    assert results == {"traversals": 2, "images": 6, "seed": 4, "output": str(out)}
    # Whole pixels, 8 to a side, with gaps of 4: the last image is at the right, below.
    last = latent_traversal(digits_model, 2, 3, seed=4)[1, 2, ..., 0]
    shown = pixels(out)
    assert shown.shape == (2 * 68 - 4, 3 * 68 - 4)
    np.testing.assert_allclose(shown[68::8, 136::8], 255 * last, atol=1)
    assert "Generated 2 traversals of 3 images each" in run(*command).output
    assert "--num-samples" in run("traverse", digits_run, "--num-samples", 1, code=2).output


def test_matrix(tmp_path, digits_run, digits_model):
    out = tmp_path / "matrix.png"
    command = ["matrix", digits_run, "--class", "3", "--rows", 2, "--columns", 3, "--output", out]
    assert figures(*command, "--ratio", 0.25)["images"] == 6
    shown = pixels(out)
    # The source at the left, the source at the top, and their combination.
    left, above, combination = (
        shown[top : top + 64 : 8, at : at + 64 : 8] for top, at in ((90, 8), (8, 90), (90, 90))
    )
    digits = load("digits")
    threes = digits.x_test[digits.y_test == 3][..., 0].astype("int64")
    sources = [
        threes[np.abs(threes - source).max(axis=(1, 2)).argmin()] for source in (left, above)
    ]
    for results, source in zip((left, above), sources, strict=True):
        np.testing.assert_allclose(results, source, atol=1)
    latents = digits_model.encode(np.stack(sources)[..., None].astype("uint8"))
    drawn = 255 * digits_model.decode(0.75 * latents[:1] + 0.25 * latents[1:])
    np.testing.assert_allclose(combination, drawn[0, ..., 0], atol=1)
    assert "The dataset has" in run(*command, "--rows", 1000, code=2).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "x", "--num-samples", 0], "--num-samples"),
        (["generate", "x", "--output", "a.jpg"], "a name that ends in .png or"),
        (["generate", "x", "--output", "runs/v1.2"], "with / at the end"),
        (["generate", "x", "--output", "pyproject"], "is a file, not a folder"),
        (["reconstruct", "x", "--output", "a.npz"], "a name that ends in .png, got 'a.npz'"),
        (["matrix", "x", "--class", "3", "--output", "a"], "a name that ends in .png"),
        (["interpolate", "x", "3", "4", "--output", "a.gif"], "a name that ends in .png"),
        (["closest", "x", "--output", "a.pdf"], "a name that ends in .png"),
        (["augment", "x", "--output", "a.png"], "a name that ends in .npz or a folder"),
    ],
)
def test_a_wrong_output_path_raises_before_any_loading(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject").write_text("")
    assert message in run(*arguments, code=2).output.replace("\n", " ")


def test_wrong_ends(tmp_path, digits_run):
    out = ["--output", tmp_path / "a.png"]
    for code, command in (
        (2, ["generate", digits_run, "--class", "cat"]),
        (1, ["interpolate", digits_run, "3", "cat"]),
    ):
        assert "9 '9'" in run(*command, *out, code=code).output
    message = run("interpolate", digits_run, "3", "cat.png", *out, code=2).output
    assert "'cat.png' is not a class of the model" in message and "No such file" in message
    message = run("interpolate", digits_run, "3", "4", "--ratios", "a,b", *out, code=2).output
    assert "numbers separated by commas" in message
    message = run(
        "interpolate", digits_run, 3, 4, "--ratios", "0.5", "--num-samples", 3, *out, code=2
    )
    assert "Give either `--num-samples`, for equal steps, or `--ratios`" in message.output


def test_the_class_of_the_images_is_named(tmp_path, digits_run):
    out = ["--output", tmp_path / "a.png", "--num-samples", 2]
    words = run("generate", digits_run, "--class", "7", "--class", "3", *out).output
    assert words.startswith("Generated 4 images of class '7' (label 7), '3' (label 3): ")


def test_a_folder_of_pictures_is_written_completely_or_not_at_all(
    tmp_path, digits_run, monkeypatch
):
    output = tmp_path / "pictures"
    command = ["generate", digits_run, "--num-samples", 1, "--output", f"{output}/"]
    save_image, saved = plotting.save_image, []

    def full_disk(image, path):
        saved.append(path)
        if len(saved) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        save_image(image, path)

    monkeypatch.setattr(plotting, "save_image", full_disk)
    message = run(*command, code=1).output
    assert "pictures' was not written" in message and "Free some space" in message
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    run(*command)
    assert len(list(output.rglob("*.png"))) == 10
    run(*command, "--seed", 1)
    assert len(list(output.rglob("*.png"))) == 20 and list(tmp_path.iterdir()) == [output]


def test_shards_have_the_same_images_whatever_their_number(tmp_path, digits_run, monkeypatch):
    monkeypatch.setattr(generation_shards, "BLOCK_SIZE", 8)
    command = ["generate", digits_run, "--class", "3", "--class", "5", "--num-samples", 14]
    run(*command, "--output", f"{tmp_path}/whole", "--shard", "1/1")
    for index in (3, 1, 2):
        run(*command, "--output", tmp_path / "parts", "--shard", f"{index}/3")
    files = sorted((tmp_path / "whole").glob("*.npz"))
    assert [file.name for file in files] == [f"images-{i:09d}.npz" for i in (0, 8, 16, 24)]
    assert len(list((tmp_path / "parts").glob("*.npz"))) == 4
    images, labels = [], []
    for file in files:
        arrays, others = np.load(file), np.load(tmp_path / "parts" / file.name)
        np.testing.assert_array_equal(arrays["images"], others["images"])
        images.append(arrays["images"])
        labels += arrays["labels"].tolist()
    assert labels == [3] * 14 + [5] * 14
    # The blocks have seeds of their own.
    assert len(np.unique(np.concatenate(images), axis=0)) == 28


def test_a_stopped_shard_continues(tmp_path, digits_run, monkeypatch):
    monkeypatch.setattr(generation_shards, "BLOCK_SIZE", 4)
    command = ["generate", digits_run, "--class", "3", "--num-samples", 10]
    command += ["--output", tmp_path / "images", "--shard", "1/1"]
    assert figures(*command)["images"] == 10
    lost, kept = (tmp_path / f"images/images-{i:09d}.npz" for i in (4, 8))
    expected, time = np.load(lost)["images"], kept.stat().st_mtime_ns
    lost.unlink()
    assert figures(*command) == {"images": 4, "found": 6, "output": str(tmp_path / "images")}
    np.testing.assert_array_equal(np.load(lost)["images"], expected)
    assert kept.stat().st_mtime_ns == time
    assert "seed 0 in the folder, 1 now" in run(*command, "--seed", 1, code=2).output
    assert "acceptance None in the folder" in run(*command, "--accept", code=2).output


def test_invalid_shards(tmp_path, digits_run):
    command = ["generate", digits_run, "--output", tmp_path / "images"]
    for shard in ("0/4", "5/4", "2", "1/0", "-1/4"):
        output = run(*command, f"--shard={shard}", code=2).output
        assert "expected an index in 1.." in output or "such as 3/16" in output
    grid = ["generate", digits_run, "--output", tmp_path / "grid.png", "--shard", "1/2"]
    assert "expected a folder as `--output`" in run(*grid, code=2).output
    assert not list(tmp_path.iterdir())
