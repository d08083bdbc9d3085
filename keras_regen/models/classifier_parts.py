"""A classifier as ReGene sees it: an encoder and a head that share its weights."""

import keras

from keras_regen.layers import PEDCCHead


def split_classifier(classifier: keras.Model, latent_layer: str) -> tuple[keras.Model, keras.Model]:
    """Splits a classifier into its encoder and its head, which share its weights.

    Args:
        classifier: Functional Keras model with one input and one output.
        latent_layer: Name of the layer whose output is the latent.

    Returns:
        A tuple of the models from images to latents, and from latents to the output.

    Raises:
        ValueError: If there is no such layer, or the latent is no row of numbers.

    Source: ReGene, equation 1.

    Examples:
        >>> from keras_regen.models.classifier_parts import split_classifier
        >>> from keras_regen.networks import basenet
        >>> encoder, head = split_classifier(basenet((28, 28, 1), 10), "pool")
        >>> encoder.output_shape, head.output_shape
        ((None, 128), (None, 10))
    """
    names = [layer.name for layer in getattr(classifier, "layers", [])]
    if not getattr(classifier, "inputs", None) or len(classifier.outputs) != 1:
        raise ValueError(
            "The classifier must be a functional or sequential Keras model with one output, so "
            f"that it can be split at its latent layer. Received: {type(classifier).__name__} "
            f"{classifier.name!r}."
        )
    if latent_layer not in names:
        raise ValueError(
            f"The classifier has no layer {latent_layer!r}: name the one whose output is the "
            f"latent by `latent_layer`. Its layers: {', '.join(names)}."
        )
    latent = classifier.get_layer(latent_layer).output
    if len(latent.shape) != 2:
        raise ValueError(
            f"The latent layer must give (batch, latent_dim). Received: {latent_layer!r} with "
            f"{tuple(latent.shape)}. Name the layer after it that flattens or pools."
        )
    encoder = keras.Model(classifier.inputs, latent, name="encoder")
    return encoder, keras.Model(latent, classifier.outputs[0], name="head")


def returns_logits(classifier: keras.Model) -> bool:
    """Tells from a classifier's last layer whether it gives scores, or probabilities.

    Args:
        classifier: Functional Keras model.

    Raises:
        ValueError: If the last layer does not tell.

    Examples:
        >>> from keras_regen.models.classifier_parts import returns_logits
        >>> from keras_regen.networks import basenet
        >>> returns_logits(basenet((28, 28, 1), 10))
        False
    """
    last = classifier.layers[-1]
    if isinstance(last, keras.Model):
        return returns_logits(last)
    if isinstance(last, (PEDCCHead, keras.layers.Softmax)):
        return isinstance(last, PEDCCHead)
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    if activation in ("linear", "softmax"):
        return activation == "linear"
    raise ValueError(
        "Whether the classifier gives scores or probabilities cannot be seen from its last layer, "
        f"{last.name!r}: say so by `from_logits=True` (scores) or `from_logits=False`."
    )
