"""An estimate of the time of a training run, to start with the longest."""

import math

from keras_regen.presets import get_preset
from reproduction.scale import Scale
from reproduction.settings import image_limits, run_settings
from reproduction.table import Training

# Relative time of an image of 28x28 pixels in a training step, measured on one H100: 69,900 images
# per second for CSAE, 12,000 for ReGene, 45,000 for DCGAN.
_TIME_PER_IMAGE = {"ReGene": 6.0, "GAN": 1.6, "DEGAN": 1.6}
_PIXELS = 28 * 28


def training_cost(training: Training, scale: Scale) -> float:
    """Estimates the relative time of a training run at a scale.

    Args:
        training: The training.
        scale: Scale of the training.

    Returns:
        A number that is larger for a dearer training run; 0 without a preset.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.cost import training_cost
        >>> regene = training_cost(Training("regene_mnist", "mnist"), SCALES["paper"])
        >>> regene > 10 * training_cost(Training("csae_mnist", "mnist"), SCALES["paper"])
        True
    """
    if training.preset is None:
        return 0.0
    preset = get_preset(training.preset)
    images = preset.num_samples
    if training.class_name is not None:
        images /= preset.num_classes
    limit = image_limits(training, scale)["train"]
    if limit is not None:
        images = min(images, limit)
    pixels = math.prod(preset.image_shape[:2]) / _PIXELS
    time = _TIME_PER_IMAGE.get(preset.model, 1.0)
    return run_settings(training, scale)["epochs"] * images * pixels * time
