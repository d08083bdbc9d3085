"""The parts of a classifier: an encoder and a head."""

import keras

from keras_regen.layers import PEDCCHead


def split_classifier(classifier: keras.Model, latent_layer: str) -> tuple[keras.Model, keras.Model]:
    """Splits a classifier into its encoder and its head, which share its weights.

    Args:
        classifier: Functional Keras model with one input and one output.
        latent_layer: Name of the layer whose output is the latent.

    Returns:
        A tuple of the encoder, from images to latents `(batch, latent_dim)`, and the head, from
        latents to the output.

    Raises:
        ValueError: If the classifier is not functional, has no such layer, or the output of the
            layer is not `(batch, latent_dim)`.

    Source: ReGene, equation 1.

    Examples:
        >>> from keras_regen.models.classifier_parts import split_classifier
        >>> from keras_regen.networks import basenet
        >>> encoder, head = split_classifier(basenet((28, 28, 1), 10), "pool")
        >>> encoder.output_shape, head.output_shape
        ((None, 128), (None, 10))
    """
    inputs, outputs = (getattr(classifier, part, None) or () for part in ("inputs", "outputs"))
    if not isinstance(classifier, keras.Model) or len(inputs) != 1 or len(outputs) != 1:
        raise ValueError(
            "The classifier must be a functional or sequential Keras model with one input and one "
            "output, so that it can be split at its latent layer. "
            f"Received: {type(classifier).__name__} {getattr(classifier, 'name', classifier)!r}."
        )
    names = [layer.name for layer in classifier.layers]
    if not isinstance(latent_layer, str) or latent_layer not in names:
        raise ValueError(
            f"The classifier has no layer {latent_layer!r}. Set `latent_layer` to the name of the "
            f"layer whose output is the latent. Its layers: {', '.join(names)}."
        )
    latent = classifier.get_layer(latent_layer).output
    if len(latent.shape) != 2:
        raise ValueError(
            f"The latent layer must return (batch, latent_dim). Received: {latent_layer!r} with "
            f"{tuple(latent.shape)}. Use a later layer, which flattens or pools."
        )
    encoder = keras.Model(classifier.inputs, latent, name="encoder")
    return encoder, keras.Model(latent, classifier.outputs[0], name="head")


def returns_logits(classifier: keras.Model) -> bool:
    """Returns whether a classifier returns logits or probabilities, by its last layer.

    Args:
        classifier: Functional Keras model.

    Returns:
        `True` for logits, `False` for probabilities.

    Raises:
        ValueError: If the last layer is no softmax, no linear layer and no `PEDCCHead`.

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
        f"The last layer of the classifier, {last.name!r}, does not show whether it returns logits "
        "or probabilities. Set `from_logits=True` (logits) or `from_logits=False`."
    )
