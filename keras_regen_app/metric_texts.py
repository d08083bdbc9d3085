"""A title and a sentence for each metric of `evaluate_generation`."""

from typing import NamedTuple


class MetricText(NamedTuple):
    """The words for a metric.

    Args:
        title: Title of the metric.
        text: A sentence that explains the metric.
        kind: `"share"` for shares in [0, 1], shown in percent; `"number"` for other numbers.
    """

    title: str
    text: str
    kind: str = "number"


METRIC_TEXTS: dict[str, MetricText] = {
    "accuracy": MetricText(
        "Test accuracy",
        "Share of the held-out images that the model puts in the correct class.",
        "share",
    ),
    "classification_accuracy_score": MetricText(
        "Classification accuracy score",
        "Accuracy on real held-out images of a classifier that is trained on generated images "
        "only. The reference is trained on the same number of real images.",
        "share",
    ),
    "generation_accuracy": MetricText(
        "Generation accuracy",
        "Share of the generated images that a separate classifier, trained on real images only, "
        "puts in the requested class.",
        "share",
    ),
    "accepted_generation_accuracy": MetricText(
        "Generation accuracy of accepted images",
        "The same share for images that the model accepts as images of their class. A missing "
        "image counts as wrong.",
        "share",
    ),
    "recognized": MetricText(
        "Recognized",
        "Share of the generated images for which the separate classifier gives some class a "
        "probability of at least 0.9.",
        "share",
    ),
    "relative_diversity": MetricText(
        "Relative diversity",
        "Variation of the generated images within their classes, divided by the variation of the "
        "training images. Near 0, all images of a class look alike.",
    ),
    "sharpness": MetricText(
        "Sharpness",
        "Mean difference of neighboring pixels. Blurred images have less than real images, and "
        "noisy images have more.",
    ),
    "closest_distance": MetricText(
        "Distance to the closest training image",
        "Mean squared error between a generated image and its nearest training image. Copies have "
        "0, and blurred images have less than sharp images.",
    ),
    "reconstruction_explained": MetricText(
        "Variation kept by reconstructions",
        "1 minus the error of the reconstructions divided by the error of the mean training "
        "image: 100 % is a perfect reconstruction.",
        "share",
    ),
    "precision": MetricText(
        "Precision",
        "Share of the generated images that lie in the neighborhood of real images: higher means "
        "more realistic images.",
        "share",
    ),
    "recall": MetricText(
        "Recall",
        "Share of the real images that lie in the neighborhood of generated images: higher means "
        "that more of the variety of real images is generated.",
        "share",
    ),
    "copied": MetricText(
        "Near a training image",
        "Share of the generated images that are at least as near to a training image as the "
        "nearest other training image is. New real images reach about a half; a much higher share "
        "means copies.",
        "share",
    ),
    "intrinsic_dimension": MetricText(
        "Intrinsic dimension",
        "Number of directions in which the generated images vary, estimated from 20 neighbors. "
        "Far below the reference, the images have less variety than real images.",
    ),
    "inception_score": MetricText(
        "Inception score",
        "High if the separate classifier is sure of each image and all classes occur. The score "
        "uses this classifier, not Inception, so published scores are not comparable.",
    ),
    "frechet_original_generated": MetricText(
        "Fréchet distance to generated images",
        "Distance between training images and generated images in the features of the extractor; "
        "lower is better. Published FIDs use Inception and are not comparable.",
    ),
    "frechet_original_reconstructed": MetricText(
        "Fréchet distance to reconstructions",
        "Distance between training images and their reconstructions; lower is better. It shows how "
        "much the decoder alone loses.",
    ),
    "frechet_reconstructed_generated": MetricText(
        "Fréchet distance between reconstructions and generated images",
        "Lower is better. It shows how far sampled latents are from the latents of real images.",
    ),
    "kernel_distance": MetricText(
        "Kernel distance",
        "Another distance between training images and generated images in the same features, "
        "which does not depend on the number of images; lower is better.",
    ),
    "reconstruction_mae": MetricText(
        "Reconstruction: mean absolute error",
        "Mean difference of a pixel and its reconstruction on held-out images, for pixels in "
        "[0, 1]; 0 is perfect.",
    ),
    "reconstruction_mse": MetricText(
        "Reconstruction: mean squared error",
        "Mean squared difference of a pixel and its reconstruction on held-out images; 0 is "
        "perfect.",
    ),
    "reconstruction_ssim": MetricText(
        "Reconstruction: structural similarity",
        "Similarity of local patterns in held-out images and their reconstructions; 1 is perfect.",
    ),
    "reconstruction_psnr": MetricText(
        "Reconstruction: peak signal-to-noise ratio",
        "The mean squared error on a logarithmic scale, in decibels; higher is better.",
    ),
}
