"""Prior: the contract of the layers that sample new latents."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from keras_regen.arrays import as_array, check_labels
from keras_regen.checks import check_integer, is_integer


class Prior(keras.layers.Layer):
    """Samples new latents for a decoder.

    A prior is adapted to the latents of the training images, as Keras' preprocessing layers are
    adapted to data. It keeps its state in weights, so that one `.keras` file holds everything that
    `keras_regen.generate` needs. It samples on the host with NumPy: a saved model and a seed
    give the same latents on every backend.

    A subclass creates its weights in `build` and defines `_learn`, `adapted`, `sample` and, if it
    distinguishes classes, `class_mean`.

    Args:
        num_classes: Integer: the number of classes of the latents. `None` for a prior without
            classes.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        learns: Boolean: whether the prior learns from training latents, so that `fit` adapts it.

    Raises:
        ValueError: If `num_classes` is below 1.

    Examples:
        >>> from keras_regen.priors import ClassGaussianPrior, Prior
        >>> isinstance(ClassGaussianPrior(num_classes=10), Prior)
        True
    """

    learns: bool = True

    def __init__(self, num_classes: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if num_classes is not None:
            check_integer("num_classes", num_classes, 1)
            num_classes = int(num_classes)
        self.num_classes = num_classes

    def adapt(self, latents: npt.ArrayLike, labels: npt.ArrayLike | None = None) -> None:
        """Learns from all training latents and replaces the earlier state.

        A prior that does not learn stays unchanged.

        Args:
            latents: Array `(num_samples, latent_dim)`.
            labels: Integer array `(num_samples,)`. A prior without classes ignores it.

        Raises:
            ValueError: If `latents` is empty or not finite, the shapes differ, or a label is out of
                range.
        """
        if not self.learns:
            return
        latents = _checked_latents(latents, getattr(self, "latent_dim", None))
        if self.num_classes is not None:
            labels = as_array("labels", labels)
            check_labels(labels, num_samples=len(latents), num_classes=self.num_classes)
        self._learn(latents, labels)

    def check_class_sizes(self, counts: np.ndarray) -> None:
        """Raises an error if a class has too few latents to adapt the prior.

        `fit` calls it before training, where `adapt` would raise the error after training.

        Args:
            counts: Integer array `(num_classes,)`: the number of latents of each class.

        Raises:
            ValueError: If a class has latents, but fewer than the prior needs.
        """

    def _learn(self, latents: np.ndarray, labels: np.ndarray | None) -> None:
        """Sets the weights from checked latents, of any type of numbers, and their labels."""
        raise NotImplementedError

    def _set_state(self, latent_dim: int, **arrays: Any) -> None:
        """Assigns arrays to the weights with these names, which are created before if necessary."""
        if not self.built:
            self.build((None, latent_dim))
        for name, array in arrays.items():
            getattr(self, name).assign(np.asarray(array, "float32"))

    @property
    def adapted(self) -> bool:
        """Whether the prior can sample latents."""
        raise NotImplementedError

    def sample(
        self, num_samples: int, class_id: int | None, rng: np.random.Generator
    ) -> np.ndarray:
        """Samples latents of a class.

        Args:
            num_samples: Integer: the number of latents.
            class_id: Integer: the class. A prior without classes ignores it.
            rng: Generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted.
        """
        raise NotImplementedError

    def sampler(
        self, class_id: int | None, rng: np.random.Generator
    ) -> Callable[[int], np.ndarray]:
        """Returns a function that samples further latents of a class at each call.

        The sequence of latents depends on the generator only, not on the number of latents in
        each call. A prior that must not repeat its earlier latents overrides this method.

        Args:
            class_id: Integer: the class.
            rng: Generator of random numbers.

        Returns:
            A function from `num_samples` to an array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted. Some priors raise it at the first call of the
                function.

        Examples:
            >>> import numpy as np
            >>> from keras_regen.priors import ClassGaussianPrior
            >>> prior = ClassGaussianPrior(num_classes=1)
            >>> prior.adapt(np.array([[0.0], [1.0]]), np.array([0, 0]))
            >>> sample = prior.sampler(class_id=0, rng=np.random.default_rng(0))
            >>> sample(2).shape, sample(3).shape
            ((2, 1), (3, 1))
        """
        return lambda num_samples: self.sample(num_samples, class_id, rng)

    def class_mean(self, class_id: int) -> np.ndarray:
        """Returns the mean latent of a class, where an interpolation starts or ends.

        Args:
            class_id: Integer: the class.

        Returns:
            Array `(latent_dim,)`.

        Raises:
            ValueError: If the prior is not adapted or has no classes.
        """
        raise ValueError(f"{type(self).__name__} has no classes, so it has no class means.")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_classes": self.num_classes}


def _checked_latents(latents: npt.ArrayLike, latent_dim: int | None) -> np.ndarray:
    latents = as_array("latents", latents)
    if latents.ndim != 2 or latent_dim not in (None, latents.shape[1]):
        raise ValueError(
            f"The latents must have the shape (num_samples, {latent_dim or 'latent_dim'}). "
            f"Received: shape {latents.shape}."
        )
    if not latents.size:
        raise ValueError(
            f"A prior cannot adapt to an empty array. Received: latents of shape {latents.shape}."
        )
    if latents.dtype.kind not in "iuf":
        raise ValueError(f"The latents must be integers or floats. Received: type {latents.dtype}.")
    with np.errstate(over="ignore"):
        # The weights of a prior are float32.
        finite = np.isfinite(latents.astype("float32", copy=False)).all()
    if not finite:
        raise ValueError(
            "The latents must be finite in float32. Received: NaN, infinite or larger values. An "
            "encoder returns such latents if its training diverged."
        )
    return latents


def check_sampling(num_samples: int, rng: np.random.Generator) -> None:
    """Raises an error unless a prior can sample latents with these arguments.

    Args:
        num_samples: Integer, at least 0.
        rng: Generator of random numbers.

    Raises:
        ValueError: If an argument is anything else.

    Examples:
        >>> from keras_regen.priors.base import check_sampling
        >>> check_sampling(3, 0)
        Traceback (most recent call last):
        ...
        ValueError: `rng` must be a NumPy generator, such as `np.random.default_rng(0)`. Received:
        rng=0.
    """
    check_integer("num_samples", num_samples, 0)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            "`rng` must be a NumPy generator, such as `np.random.default_rng(0)`. "
            f"Received: rng={rng!r}."
        )


def check_class_id(class_id: int, num_classes: int) -> None:
    """Raises an error unless a class exists.

    Args:
        class_id: Integer: the class.
        num_classes: Integer: the number of classes.

    Raises:
        ValueError: If `class_id` is not an integer in 0..`num_classes` - 1.

    Examples:
        >>> from keras_regen.priors.base import check_class_id
        >>> check_class_id(3, num_classes=3)
        Traceback (most recent call last):
        ...
        ValueError: `class_id` must lie in 0..2. Received: class_id=3.
    """
    if not is_integer(class_id) or not 0 <= class_id < num_classes:
        raise ValueError(
            f"`class_id` must lie in 0..{num_classes - 1}. Received: class_id={class_id!r}."
        )
