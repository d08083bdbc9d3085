"""PEDCCHead: class logits from the distances to fixed centroids."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.centroids import METHODS, as_points, pedcc
from keras_regen.checks import check_choice, check_flag, check_integer, check_seed


@keras.saving.register_keras_serializable(package="keras_regen")
class PEDCCHead(keras.layers.Layer):
    """Computes class logits: the negative squared distances to evenly distributed centroids.

    The layer has no trainable weights. Training moves the latents of the encoder to the centroids
    (`CentroidLoss`). The largest logit belongs to the nearest centroid, so that the layer is the
    papers' nearest class mean classifier. The softmax of the logits is proportional to
    `exp(-distance ** 2)`.

    Args:
        num_classes: Integer, at least 2: the number of classes and of centroids.
        method: Method of `keras_regen.pedcc` that distributes the centroids.
        subspace: Boolean. With `True`, the distances are computed in the span of the centroids,
            the space that `CentroidLoss(subspace=True)` trains. The order of the logits and their
            softmax do not change.
        seed: Integer seed of the centroids. The weights hold the centroids, so that a saved head
            keeps them.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        centroids: Weight `(num_classes, latent_dim)`, not trainable. Each row has the norm
            `sqrt(latent_dim)` (equation 5).
        basis: Weight `(latent_dim, rank)`, not trainable: an orthonormal basis of the span of the
            centroids. `None` without `subspace`.

    Input shape: `(batch, latent_dim)`.
    Output shape: `(batch, num_classes)`: logits of at most 0, float32.

    Raises:
        ValueError: If an argument is not valid; from `build`, if the method cannot place
            `num_classes` centroids in `latent_dim` dimensions; from the call, if the latents have
            another dimension than in `build`.

    Source: CSAE, second version, sections 3.1 and 4.3.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import PEDCCHead
        >>> logits = PEDCCHead(num_classes=10)(np.zeros((2, 40)))
        >>> tuple(logits.shape)
        (2, 10)
    """

    def __init__(
        self,
        num_classes: int,
        method: str = "auto",
        subspace: bool = False,
        seed: int | None = 0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        check_integer("num_classes", num_classes, 2)
        check_choice("method", method, METHODS)
        check_flag("subspace", subspace)
        check_seed(seed)
        self.num_classes = int(num_classes)
        self.method = method
        self.subspace = subspace
        self.seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        latent_dim = input_shape[-1]
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: latent_dim})
        centroids = pedcc(self.num_classes, latent_dim, self.method, self.seed)
        self.centroids = self._fixed_weight("centroids", centroids * math.sqrt(latent_dim))
        self.basis = None
        if self.subspace:
            self.basis = self._fixed_weight("basis", span_basis(centroids))

    def _fixed_weight(self, name: str, value: np.ndarray) -> Any:
        # float32 under every dtype policy, because the differences of the distances are small.
        return self.add_weight(
            shape=value.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(value, dtype),
            trainable=False,
            dtype="float32",
            autocast=False,
            name=name,
        )

    def call(self, inputs: Any) -> Any:
        latents, centroids = ops.cast(inputs, "float32"), ops.convert_to_tensor(self.centroids)
        if self.basis is not None:
            latents, centroids = latents @ self.basis, centroids @ self.basis
        # Not expanded: the expanded square loses precision for a latent near a centroid.
        return -ops.sum((ops.expand_dims(latents, -2) - centroids) ** 2, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.num_classes)

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), "float32")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "method": self.method,
            "subspace": self.subspace,
            "seed": self.seed,
        }


def span_basis(centroids: np.ndarray) -> np.ndarray:
    """Computes an orthonormal basis of the span of the centroids.

    Args:
        centroids: Array `(num_classes, latent_dim)` of at least two centroids.

    Returns:
        Array `(latent_dim, rank)` with orthonormal columns. For the simplex, `rank` is
        `num_classes - 1`.

    Raises:
        ValueError: If `centroids` are not two or more points with finite coordinates.

    Examples:
        >>> from keras_regen import pedcc
        >>> from keras_regen.layers.pedcc_head import span_basis
        >>> span_basis(pedcc(10, 40)).shape
        (40, 9)
    """
    centroids = as_points("centroids", centroids)
    _, singular_values, right = np.linalg.svd(centroids, full_matrices=False)
    # The last singular value of a simplex is 0, and about 1e-16 after rounding.
    rank = int(np.sum(singular_values > 1e-6 * singular_values[0]))
    return right[:rank].T
