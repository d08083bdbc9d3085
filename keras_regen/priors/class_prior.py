"""ClassPrior: the base class of the priors that learn a state for each class."""

from typing import Any

import numpy as np
from keras import ops

from keras_regen.checks import check_integer
from keras_regen.priors.base import Prior, check_class_id


class ClassPrior(Prior):
    """Learns a state for each class, and the number of latents behind it.

    A subclass defines `_learn`. In `build` it sets `latent_dim` and creates its weights; the weight
    `count` of shape `(num_classes,)` is one of them.

    Args:
        num_classes: Integer: the number of classes of the latents.
        **kwargs: Arguments of `keras.layers.Layer`.

    Raises:
        ValueError: If `num_classes` is below 1.

    Attributes:
        count: Weight `(num_classes,)`: the number of learned latents of each class.
        latent_dim: Integer: the dimension of the latents; `None` until the prior is built.

    Examples:
        >>> from keras_regen.priors import ClassGaussianPrior, ClassPrior
        >>> isinstance(ClassGaussianPrior(num_classes=10), ClassPrior)
        True
    """

    num_classes: int

    def __init__(self, num_classes: int, **kwargs: Any):
        check_integer("num_classes", num_classes, 1)
        super().__init__(num_classes, **kwargs)
        self.latent_dim: int | None = None

    @property
    def adapted(self) -> bool:
        """Whether the prior can sample latents."""
        return self.built and bool(np.any(ops.convert_to_numpy(self.count)))

    def check_class(self, class_id: int) -> None:
        """Raises an error unless the prior learned latents of this class.

        Args:
            class_id: Integer: the class.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        if not self.adapted:
            raise ValueError(
                "The prior is not adapted to training latents. `fit` adapts it at the end of the "
                "training. For data that can be read only once, call "
                "`model.adapt_prior(images, labels)`."
            )
        check_class_id(class_id, self.num_classes)
        if not ops.convert_to_numpy(self.count)[class_id]:
            raise ValueError(
                f"The prior was adapted to latents without class {class_id}, so it cannot sample "
                "this class. Adapt it to data that contains every class."
            )

    def class_state(self, class_id: int, *names: str) -> list[np.ndarray]:
        """Returns the parts of weights that belong to a class.

        Args:
            class_id: Integer: the class.
            *names: Names of weights with the classes in their first axis.

        Returns:
            An array for each name, float64.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        self.check_class(class_id)
        return [
            ops.convert_to_numpy(getattr(self, name))[class_id].astype("float64") for name in names
        ]

    def class_mean(self, class_id: int) -> np.ndarray:
        """Returns the mean latent of a class, from the weight `mean` `(num_classes, latent_dim)`.

        Args:
            class_id: Integer: the class.

        Returns:
            Array `(latent_dim,)`, float64.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        (mean,) = self.class_state(class_id, "mean")
        return mean

    def add_state(self, name: str, *shape: int) -> Any:
        """Adds a weight that `adapt` sets and that no optimizer changes.

        Args:
            name: Name of the weight.
            *shape: Integers: the shape of the weight.

        Returns:
            The weight, float32, filled with zeros.
        """
        return self.add_weight(
            shape=shape, initializer="zeros", trainable=False, dtype="float32", name=name
        )
