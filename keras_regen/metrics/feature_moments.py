"""The mean and covariance of features that arrive in batches, without loss of digits."""

import numpy as np

from keras_regen.arrays import as_array
from keras_regen.metrics.feature_checks import check_features

# Rows per feature that are gathered before a QR decomposition reduces them.
_ROWS_PER_FEATURE = 4


class FeatureMoments:
    """Mean and covariance of features, in float64, from batches of any size.

    The covariance is stored as a factor, a matrix `F` for which `F.T @ F` is the covariance. So a
    singular covariance, as from fewer images than features, keeps all its digits; its square root
    would lose half of them.

    Attributes:
        count: Integer: number of images.
        mean: Array `(num_features,)`; `None` before the first batch.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.feature_moments import FeatureMoments
        >>> moments = FeatureMoments()
        >>> for batch in ([[0.0, 1.0]], [[2.0, 1.0], [4.0, 1.0]]):
        ...     moments.update(np.array(batch))
        >>> moments.mean, moments.covariance.round(9)
        (array([2., 1.]), array([[4., 0.], [0., 0.]]))
    """

    def __init__(self):
        self.count = 0
        self.mean: np.ndarray | None = None
        self._blocks: list[np.ndarray] = []
        self._num_rows = 0

    def update(self, features: np.ndarray, name: str = "features") -> None:
        """Adds a batch.

        Args:
            features: Array `(batch, num_features)`.
            name: Name of the array in error messages.

        Raises:
            ValueError: If it is not an array of finite numbers of this shape, or earlier rows have
                another length.
        """
        features = as_array(name, features)
        check_features(features, name)
        if self.mean is None:
            self.mean = np.zeros(features.shape[1])
        if features.shape[1] != len(self.mean):
            raise ValueError(
                f"`{name}` must have {len(self.mean)} numbers in a row, as in earlier batches. "
                f"Received: rows of {features.shape[1]}."
            )
        features = features.astype("float64")
        mean = features.mean(axis=0)
        # Chan, Golub and LeVeque merge two sets of moments so. To add a product `x x.T` to the
        # scatter is to append the row `x` to its factor.
        total = self.count + len(features)
        shift = mean - self.mean
        self._append(features - mean)
        self._append(shift[None] * np.sqrt(self.count * len(features) / total))
        self.mean = self.mean + shift * (len(features) / total)
        self.count = total

    @property
    def factor(self) -> np.ndarray:
        """A matrix `(rows, num_features)`, whose `factor.T @ factor` is the covariance.

        Raises:
            ValueError: If the images are fewer than 2 and have no covariance.
        """
        if self.count < 2:
            raise ValueError(
                f"A covariance needs at least 2 images. Received: features of {self.count}."
            )
        self._fold()
        return self._blocks[0] / np.sqrt(self.count - 1)

    @property
    def covariance(self) -> np.ndarray:
        """The covariance `(num_features, num_features)`, over the number of images minus one."""
        return self.factor.T @ self.factor

    def _append(self, rows):
        self._blocks.append(rows)
        self._num_rows += len(rows)
        if self._num_rows > _ROWS_PER_FEATURE * rows.shape[1]:
            self._fold()

    def _fold(self):
        """Reduces the gathered rows to one block of at most `num_features` rows."""
        rows = np.concatenate(self._blocks)
        if len(rows) > rows.shape[1]:
            rows = np.linalg.qr(rows, mode="r")
        self._blocks = [rows]
        self._num_rows = len(rows)
