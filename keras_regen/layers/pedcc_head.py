"""PEDCCHead: a classifier that learns nothing, because its class centroids are fixed."""

import math

import keras
import numpy as np
from keras import ops

from keras_regen.centroids import pedcc


@keras.saving.register_keras_serializable(package="keras_regen")
class PEDCCHead(keras.layers.Layer):
    """Scores a latent by its squared distance to fixed, evenly spread class centroids.

    Nothing is learned here: training moves the encoder's latents towards the centroids
    (`CentroidLoss`), and the largest score belongs to the nearest one, the papers' nearest class
    mean classifier. A softmax of the scores gives probabilities, those of Gaussian classes with
    unit variance around the centroids.

    Args:
        num_classes: Integer, at least 2. One centroid for each class.
        method: How the centroids are spread, as in `keras_regen.pedcc`.
        subspace: Boolean. With `True`, distances are taken in the span of the centroids only, the
            space that `CentroidLoss(subspace=True)` trains. The order of the scores and their
            softmax stay as they are.
        seed: Integer seed of the centroids. They are kept in the weights, so a saved head keeps
            its own.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        centroids: Weight `(num_classes, latent_dim)`, not trained; each row has the norm
            `sqrt(latent_dim)` (equation 5).
        basis: Weight `(latent_dim, rank)`, not trained: an orthonormal basis of the centroids'
            span; `None` without `subspace`.

    Input shape: `(batch, latent_dim)`.
    Output shape: `(batch, num_classes)`, float scores of at most 0.

    Raises:
        ValueError: If there are fewer than two classes; when built, if the method cannot spread
            that many centroids in the latent's dimensions; when called, if a latent has another
            dimension than the head was built for.

    Source: CSAE, second version, sections 3.1 and 4.3.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import PEDCCHead
        >>> scores = PEDCCHead(num_classes=10)(np.zeros((2, 40)))
        >>> tuple(scores.shape)
        (2, 10)
    """

    def __init__(
        self,
        num_classes: int,
        method: str = "auto",
        subspace: bool = False,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if num_classes < 2:
            raise ValueError(
                "`num_classes` must be at least 2, for one class leaves nothing to tell apart. "
                f"Received: num_classes={num_classes}."
            )
        self.num_classes = num_classes
        self.method = method
        self.subspace = subspace
        self.seed = seed

    def build(self, input_shape):
        latent_dim = input_shape[-1]
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: latent_dim})
        centroids = pedcc(self.num_classes, latent_dim, self.method, self.seed)
        self.centroids = self._fixed_weight("centroids", centroids * math.sqrt(latent_dim))
        self.basis = None
        if self.subspace:
            self.basis = self._fixed_weight("basis", span_basis(centroids))

    def _fixed_weight(self, name, value):
        # float32 in every precision policy: centroids are compared by small differences.
        return self.add_weight(
            shape=value.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(value, dtype),
            trainable=False,
            dtype="float32",
            autocast=False,
            name=name,
        )

    def call(self, inputs):
        latents, centroids = ops.cast(inputs, "float32"), ops.convert_to_tensor(self.centroids)
        if self.basis is not None:
            latents, centroids = latents @ self.basis, centroids @ self.basis
        # The plain form on purpose: the expanded square loses digits where a latent is near.
        return -ops.sum((ops.expand_dims(latents, -2) - centroids) ** 2, axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_classes)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), "float32")

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "method": self.method,
            "subspace": self.subspace,
            "seed": self.seed,
        }


def span_basis(centroids: np.ndarray) -> np.ndarray:
    """Returns an orthonormal basis of the space that centroids span.

    Args:
        centroids: Array `(num_classes, latent_dim)`.

    Returns:
        Array `(latent_dim, rank)` with orthonormal columns; `rank` is `num_classes - 1` for the
        simplex.

    Examples:
        >>> from keras_regen import pedcc
        >>> from keras_regen.layers.pedcc_head import span_basis
        >>> span_basis(pedcc(10, 40)).shape
        (40, 9)
    """
    _, singular_values, right = np.linalg.svd(centroids, full_matrices=False)
    # Rounding leaves a value of about 1e-16 where the simplex has none.
    rank = int(np.sum(singular_values > 1e-6 * singular_values[0]))
    return right[:rank].T
