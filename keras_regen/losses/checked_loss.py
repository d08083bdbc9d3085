"""CheckedLoss and ImageLoss: losses that check their arguments before Keras converts them."""

from typing import Any

import keras

from keras_regen.losses.image_pair import image_pair


class CheckedLoss(keras.losses.Loss):
    """A loss that checks its arguments, and that saves its type.

    Keras casts the arguments of a loss to floats before `call`, so that integers and wrong values
    are lost.

    Args:
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If an argument is not valid.

    Examples:
        >>> from keras_regen.losses import LaplacianLoss
        >>> LaplacianLoss(reduction="product")
        Traceback (most recent call last):
        ...
        ValueError: The arguments are not valid for a loss. Received: reduction='product', ...
    """

    def __init__(self, reduction: str | None, name: str | None, dtype: Any):
        try:
            super().__init__(name=name, reduction=reduction, dtype=dtype)
            valid, problem = isinstance(self.name, str), "`name` must be a string."
        except (AttributeError, TypeError, ValueError) as error:
            valid, problem = False, str(error)
        if not valid:
            raise ValueError(
                f"The arguments are not valid for a loss. Received: reduction={reduction!r}, "
                f"name={name!r}, dtype={dtype!r}. {problem}"
            )

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return super().__call__(*self.checked(y_true, y_pred), sample_weight)

    def checked(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """Checks the arguments of a call.

        Args:
            y_true: Targets.
            y_pred: Predictions.

        Returns:
            A tuple of the targets and the predictions, as Keras may cast them.

        Raises:
            ValueError: If an argument is not valid.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dtype": self.dtype}


class ImageLoss(CheckedLoss):
    """A loss of two batches of images: integers in 0..255 are divided by 255.

    A subclass computes the loss in `call`, from tensors of floats of the same shape.

    Args:
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If an argument is not valid; from the call, if the inputs are not images of the
            same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import LaplacianLoss
        >>> images = np.full((1, 4, 4, 1), 255, "uint8")
        >>> float(LaplacianLoss()(images, np.ones((1, 4, 4, 1))))
        0.0
    """

    def checked(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        return image_pair(y_true, y_pred)
