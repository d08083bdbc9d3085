"""ScopedModel: a functional model whose variables go by its name."""

import keras


@keras.saving.register_keras_serializable(package="keras_regen")
class ScopedModel(keras.Model):
    """A functional model whose variables' paths start with its name, as `"generator/conv1/kernel"`.

    Optimizers tell the variables of two players by their paths. Layers that are called inside
    `keras.name_scope(name)` get such paths, which Keras forgets when it rebuilds a model from its
    config; this model does not.

    Args:
        *args: Inputs and outputs, as in `keras.Model`, of layers called inside that scope.
        **kwargs: Arguments of `keras.Model`, the scope's `name` among them.

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
    def from_config(cls, config, custom_objects=None):
        with keras.name_scope(config["name"]):
            return super().from_config(config, custom_objects)
