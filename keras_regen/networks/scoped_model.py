"""ScopedModel: a functional model with its name in the paths of its variables."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="keras_regen")
class ScopedModel(keras.Model):
    """A functional model whose variable paths start with its name (`"generator/conv1/kernel"`).

    Layers that are called inside `keras.name_scope(name)` have such paths, and the optimizers of
    adversarial training select the variables of a network by path. Keras loses the paths when it
    rebuilds a model from its config; this model keeps them.

    Args:
        *args: Inputs and outputs, as in `keras.Model`, of layers that were called in the scope.
        **kwargs: Arguments of `keras.Model`. `name` must be the name of the scope.

    Examples:
        >>> import keras
        >>> from keras_regen.networks.scoped_model import ScopedModel
        >>> with keras.name_scope("generator"):
        ...     noise = keras.Input((4,))
        ...     image = keras.layers.Dense(9, name="pixels")(noise)
        >>> model = ScopedModel(noise, image, name="generator")
        >>> ScopedModel.from_config(model.get_config()).weights[0].path
        'generator/pixels/kernel'
    """

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> "ScopedModel":
        with keras.name_scope(config["name"]):
            return super().from_config(config, custom_objects)
