"""`augment`: its datasets load again and contain the real images unchanged."""

import numpy as np
import pytest

from keras_regen.datasets import load
from keras_regen_app.pictures import write_folder
from tests.app.helpers import figures, picture_folder, run

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("kind", [".npz", "folder"])
def test_the_dataset_contains_real_and_generated_images(tmp_path, digits_run, kind):
    output = tmp_path / ("new/more.npz" if kind == ".npz" else "new/v1.2/")
    output = f"{output}/" if kind == "folder" else output
    command = ["augment", digits_run, "--factor", 0.25, "--no-accept", "--output", output]
    results = figures(*command)
    real, more = load("digits"), load(output)
    counts = np.bincount(real.y_train)
    assert results["real"] == len(real.x_train)
    assert results["generated"] == np.round(0.25 * counts).sum()
    assert more.class_names == real.class_names
    np.testing.assert_array_equal(np.bincount(more.y_train), counts + np.round(0.25 * counts))
    # The order differs in a folder. All real training and test images are in the dataset.
    for part in ("train", "test"):
        x, y = getattr(real, f"x_{part}"), getattr(real, f"y_{part}")
        more_x, more_y = getattr(more, f"x_{part}"), getattr(more, f"y_{part}")
        of_real = sorted((label, image.tobytes()) for image, label in zip(x, y, strict=True))
        of_more = {(label, image.tobytes()) for image, label in zip(more_x, more_y, strict=True)}
        assert set(of_real) <= of_more
        assert part == "train" or len(more_x) == len(x)
    if kind == "folder":
        assert "is not empty" in run(*command, code=2).output
        evaluated = figures(
            "reconstruct", digits_run, "--dataset", output, "--output", tmp_path / "a.png"
        )
        assert evaluated["images"] == 32


def test_accepted_images_are_added_to_a_folder(tmp_path, digits_run, digits_model):
    folder, output = picture_folder(tmp_path / "mine", {7: "7", 0: "0"}), tmp_path / "more.npz"
    words = run("augment", digits_run, "--dataset", folder, "--factor", 0.2, "--output", output)
    assert words.output == f"40 training images and 8 generated: {output}\n"
    more = load(output)
    # The images have the model's size and labels. The last eight are generated.
    assert more.image_shape == (8, 8, 1) and more.num_classes == 10
    assert more.y_train[-8:].tolist() == [0] * 4 + [7] * 4
    probabilities = digits_model.predict(more.x_train[-8:], verbose=0)["probabilities"]
    assert probabilities.argmax(axis=1).tolist() == more.y_train[-8:].tolist()
    message = run("augment", digits_run, "--num-sources", 2, "--output", output, code=2).output
    assert "--num-sources" in message


def test_class_names_that_are_not_folder_names(tmp_path):
    images = np.zeros((2, 4, 4, 1))
    write_folder(images, [0, 1], ["T-shirt/top", ".."], tmp_path / "a", "x")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["T-shirt_top", "_."]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    with pytest.raises(ValueError, match="Two classes have the same folder name"):
        write_folder(images, [0, 1], ["a/b", "a_b"], tmp_path / "b", "x")
