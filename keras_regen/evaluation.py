"""The figures of a trained model on held-out images."""

from typing import Any

import numpy as np

from keras_regen.datasets import ImageDataset
from keras_regen.generation import generate
from keras_regen.metrics import generation_accuracy, reconstruction_error, svm_judge
from keras_regen.models.base import ImageModel


def evaluate_model(
    model: ImageModel,
    data: ImageDataset,
    samples_per_class: int = 200,
    seed: int = 0,
    batch_size: int = 256,
) -> dict[str, Any]:
    """Measures what a model can do: classify, reconstruct, draw.

    Args:
        model: A trained model.
        data: The dataset; its test images are measured on, and its training images train the
            judge of the drawn ones, a support vector machine.
        samples_per_class: Integer, at least 1: images to draw of each class.
        seed: Integer: of the drawn images.
        batch_size: Integer: images in one step.

    Returns:
        A dict of `test_images`, and as far as the model can do them: `accuracy`,
        `reconstruction_mae` and `reconstruction_mse`, `generation_accuracy` (a dict by class name,
        and their mean), `judge_accuracy` (the judge on the real test images).

    Examples:
        >>> from keras_regen import Classifier
        >>> from keras_regen.datasets import load
        >>> from keras_regen.evaluation import evaluate_model
        >>> model = Classifier.for_images((8, 8, 1), [str(digit) for digit in range(10)])
        >>> sorted(evaluate_model(model, load("digits")))
        ['accuracy', 'test_images']
    """
    images, labels = data.x_test, data.y_test
    found: dict[str, Any] = {"test_images": len(images)}
    found["accuracy"] = float(np.mean(model.classify(images, batch_size) == labels))
    if model.decoder is None:
        return found
    error = reconstruction_error(images, model.reconstruct(images, batch_size))
    found |= {f"reconstruction_{name}": value for name, value in error.items()}
    judge = svm_judge(data.x_train, data.y_train, seed=seed)
    found["judge_accuracy"] = float(
        np.nanmean(generation_accuracy(judge, images, labels))  # by class, as for drawn images
    )
    wanted = np.repeat(np.arange(model.num_classes), samples_per_class)
    drawn = generate(model, wanted, seed=seed, batch_size=batch_size)
    accuracy = generation_accuracy(judge, drawn, wanted)
    found["samples_per_class"] = samples_per_class
    found["generation_accuracy"] = float(accuracy.mean())
    found["generation_accuracy_by_class"] = {
        name: float(value) for name, value in zip(model.class_names, accuracy, strict=True)
    }
    return found
