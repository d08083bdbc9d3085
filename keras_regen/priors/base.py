"""The contract of a prior: where a new latent comes from."""

from collections.abc import Callable

import keras
import numpy as np


class Prior(keras.layers.Layer):
    """Draws new latents for a decoder, after it has seen those of the training images.

    A prior learns its state with `adapt`, as Keras' preprocessing layers do, and keeps it in
    weights, so that one `.keras` file holds all that `keras_regen.generate` needs. It draws on
    the host with NumPy: one saved model and one seed give the same latents on every backend.

    A subclass creates its weights in `build` and defines `reset_state`, `update_state`,
    `finalize_state`, `adapted`, `sample` and, if it knows classes, `class_mean`.

    Args:
        num_classes: Integer: the number of classes of the latents; `None` for a prior that knows
            no classes, and draws the same for each.
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

    learns = True

    def __init__(self, num_classes: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if num_classes is not None and num_classes < 1:
            raise ValueError(
                f"`num_classes` must be at least 1. Received: num_classes={num_classes}."
            )
        self.num_classes = num_classes

    def adapt(self, latents, labels=None) -> None:
        """Learns from all training latents at once, forgetting what it knew.

        A prior that does not learn stays as it is.

        Args:
            latents: Array `(num_samples, latent_dim)`.
            labels: Integer array `(num_samples,)`; not used by a prior without classes.

        Raises:
            ValueError: If there are no latents, shapes differ or a label is out of range.
        """
        if not self.learns:
            return
        self.reset_state()
        self.update_state(latents, labels)
        self.finalize_state()

    def reset_state(self) -> None:
        """Begins a new pass over the training latents."""
        raise NotImplementedError

    def update_state(self, latents, labels=None) -> None:
        """Takes one batch of latents `(batch, latent_dim)` and labels `(batch,)`."""
        raise NotImplementedError

    def finalize_state(self) -> None:
        """Ends the pass: what was learned goes into the weights."""
        raise NotImplementedError

    @property
    def adapted(self) -> bool:
        """Whether the prior can be drawn from."""
        raise NotImplementedError

    def sample(
        self, num_samples: int, class_id: int | None, rng: np.random.Generator
    ) -> np.ndarray:
        """Draws latents of one class.

        Args:
            num_samples: Integer: how many.
            class_id: Integer: the class. A prior without classes does not look at it.
            rng: The generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted.
        """
        raise NotImplementedError

    def sampler(
        self, class_id: int | None, rng: np.random.Generator
    ) -> Callable[[int], np.ndarray]:
        """Gives a function that draws more and more latents of one class.

        What it draws follows from the generator alone, and not from how many latents it is asked
        for at a time. A prior that has to know what it drew before, so as not to draw it again,
        overrides this.

        Args:
            class_id: Integer: the class.
            rng: The generator of random numbers.

        Returns:
            A function from `num_samples` to an array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted; some priors say so at the first draw.

        Examples:
            >>> import numpy as np
            >>> from keras_regen.priors import ClassGaussianPrior
            >>> prior = ClassGaussianPrior(num_classes=1)
            >>> prior.adapt(np.array([[0.0], [1.0]]), np.array([0, 0]))
            >>> draw = prior.sampler(class_id=0, rng=np.random.default_rng(0))
            >>> draw(2).shape, draw(3).shape
            ((2, 1), (3, 1))
        """
        return lambda num_samples: self.sample(num_samples, class_id, rng)

    def class_mean(self, class_id: int) -> np.ndarray:
        """Gives the middle of one class, `(latent_dim,)`: where an interpolation begins or ends.

        Args:
            class_id: Integer: the class.

        Raises:
            ValueError: If the prior is not adapted, or knows no classes.
        """
        raise ValueError(f"{type(self).__name__} knows no classes, and so the middle of none.")

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
