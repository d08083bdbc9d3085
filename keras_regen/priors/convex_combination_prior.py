"""ConvexCombinationPrior: convex combinations of training latents, as in ReGene."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.arrays import as_numbers
from keras_regen.checks import check_integer, elements_of, is_finite_number
from keras_regen.priors.base import check_sampling
from keras_regen.priors.class_prior import ClassPrior
from keras_regen.priors.source_sets import SourceSets


@keras.saving.register_keras_serializable(package="keras_regen")
class ConvexCombinationPrior(ClassPrior):
    """Samples convex combinations of a class's training latents.

    The latents that a linear head assigns to a class form a convex set, so a combination of
    latents of a class stays in that class (lemma 1).

    Args:
        num_classes: Integer: the number of classes.
        num_sources: Integer, at least 2: the number of training latents in each combination.
        ratios: `"uniform"`: all sources have the same ratio; `"random"`: each combination has new
            ratios, uniformly distributed on the simplex; or `num_sources` floats of at least 0
            that sum to 1.
        bank_size: Integer, at least 2: the number of training latents to keep of each class. From
            a larger class, the prior keeps a uniform random choice.
        seed: Integer, at least 0: the seed of that choice.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        count: Weight `(num_classes,)`: the number of latents in the bank of each class.
        bank: Weight `(num_classes, bank_size, latent_dim)`: the training latents of each class,
            filled with zeros.

    Raises:
        ValueError: If an argument is out of range, or the ratios are not `num_sources` floats of
            at least 0 that sum to 1.

    Source: ReGene, section 3.3 and lemma 1.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import ConvexCombinationPrior
        >>> prior = ConvexCombinationPrior(num_classes=2, num_sources=2)
        >>> prior.adapt(np.array([[0.0], [1.0], [10.0], [30.0]]), np.array([0, 0, 1, 1]))
        >>> prior.sample(1, class_id=1, rng=np.random.default_rng(0))
        array([[20.]], dtype=float32)
    """

    def __init__(
        self,
        num_classes: int,
        num_sources: int = 2,
        ratios: str | Sequence[float] = "uniform",
        bank_size: int = 500,
        seed: int = 0,
        **kwargs: Any,
    ):
        super().__init__(num_classes, **kwargs)
        check_integer("num_sources", num_sources, 2)
        check_integer("bank_size", bank_size, 2)
        check_integer("seed", seed, 0)
        if bank_size < num_sources:
            raise ValueError(
                "`bank_size` must be at least `num_sources`. "
                f"Received: bank_size={bank_size}, num_sources={num_sources}."
            )
        self.num_sources = int(num_sources)
        self.bank_size = int(bank_size)
        self.seed = int(seed)
        if isinstance(ratios, str):
            valid = ratios in ("uniform", "random")
        else:
            numbers = elements_of(ratios) or []
            valid = (
                len(numbers) == num_sources
                and all(map(is_finite_number, numbers))
                and min(numbers) >= 0
                and math.isclose(sum(numbers), 1, abs_tol=1e-6)
            )
        if not valid:
            raise ValueError(
                "`ratios` must be 'uniform', 'random', or `num_sources` numbers, each at least 0, "
                "with the sum 1. "
                f"Received: ratios={ratios!r}, num_sources={num_sources}."
            )
        self.ratios = ratios if isinstance(ratios, str) else [float(number) for number in numbers]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.latent_dim = dim = input_shape[-1]
        self.count = self.add_state("count", self.num_classes)
        self.bank = self.add_state("bank", self.num_classes, self.bank_size, dim)

    def _learn(self, latents: np.ndarray, labels: np.ndarray) -> None:
        count = np.bincount(labels, minlength=self.num_classes)
        self.check_class_sizes(count)
        rng = np.random.default_rng(self.seed)
        bank = np.zeros((self.num_classes, self.bank_size, latents.shape[1]), "float32")
        for label in np.flatnonzero(count):
            indices = np.flatnonzero(labels == label)
            if len(indices) > self.bank_size:
                indices = np.sort(rng.choice(indices, self.bank_size, replace=False))
            bank[label, : len(indices)] = latents[indices]
        count = np.minimum(count, self.bank_size)
        self._set_state(latents.shape[1], count=count, bank=bank)

    def sample(self, num_samples: int, class_id: int, rng: np.random.Generator) -> np.ndarray:
        """Samples latents of a class, each from a different set of sources.

        When every set of sources has been used, the sets are used again, in another order.

        Args:
            num_samples: Integer: the number of latents.
            class_id: Integer: the class.
            rng: Generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        check_sampling(num_samples, rng)
        return self.sampler(class_id, rng)(num_samples)

    def sampler(self, class_id: int, rng: np.random.Generator) -> Callable[[int], np.ndarray]:
        """Returns a function that samples further latents of a class at each call.

        No set of sources is used again before every other set has been used, over all calls of
        the function.

        Args:
            class_id: Integer: the class.
            rng: Generator of random numbers.

        Returns:
            A function from `num_samples` to an array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        check_sampling(0, rng)
        bank = self.class_latents(class_id)
        sample_sources = self._source_sampler(len(bank), rng)
        return lambda num_samples: _combine(bank, *sample_sources(num_samples))

    def sample_sources(
        self, num_samples: int, class_id: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Samples the sources and the ratios of the latents that `sample` returns.

        With a generator of the same state, `sample` combines these sources with these ratios.

        Args:
            num_samples: Integer: the number of latents.
            class_id: Integer: the class.
            rng: Generator of random numbers.

        Returns:
            A tuple of the sources, an integer array `(num_samples, num_sources)` of indices into
            `class_latents(class_id)`, and their ratios, an array of the same shape.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.

        Examples:
            >>> import numpy as np
            >>> from keras_regen.priors import ConvexCombinationPrior
            >>> prior = ConvexCombinationPrior(num_classes=1, num_sources=2)
            >>> prior.adapt(np.array([[0.0], [1.0]]), np.array([0, 0]))
            >>> prior.sample_sources(1, class_id=0, rng=np.random.default_rng(0))
            (array([[0, 1]]), array([[0.5, 0.5]]))
        """
        check_sampling(num_samples, rng)
        return self._source_sampler(len(self.class_latents(class_id)), rng)(num_samples)

    def class_latents(self, class_id: int) -> np.ndarray:
        """Returns the latents in the bank of a class.

        Args:
            class_id: Integer: the class.

        Returns:
            Array `(count, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        self.check_class(class_id)
        count = int(ops.convert_to_numpy(self.count)[class_id])
        return ops.convert_to_numpy(self.bank[class_id])[:count]

    def combining(
        self, num_sources: int | None = None, ratios: str | Sequence[float] | None = None
    ) -> "ConvexCombinationPrior":
        """Returns a prior with the same bank and another way to combine its latents.

        Args:
            num_sources: As in the constructor. Defaults to the number of `ratios` if they are
                numbers, and to this prior's `num_sources` otherwise.
            ratios: As in the constructor. Defaults to this prior's `ratios`.

        Returns:
            A new prior, for `keras_regen.generate(model, prior=...)`.

        Raises:
            ValueError: If an argument is out of range, or the bank has fewer than `num_sources`
                latents of a class.

        Examples:
            >>> import numpy as np
            >>> from keras_regen.priors import ConvexCombinationPrior
            >>> prior = ConvexCombinationPrior(num_classes=1, num_sources=2)
            >>> prior.adapt(np.array([[0.0], [1.0], [5.0]]), np.array([0, 0, 0]))
            >>> prior.combining(num_sources=3).sample(1, 0, np.random.default_rng(0))
            array([[2.]], dtype=float32)
        """
        if num_sources is None and not (ratios is None or isinstance(ratios, str)):
            num_sources = len(as_numbers("ratios", ratios, 1))
        changes = {"num_sources": num_sources, "ratios": ratios}
        changes = {name: value for name, value in changes.items() if value is not None}
        other = type(self)(**{**self.get_config(), **changes})
        if self.built:
            other.check_class_sizes(ops.convert_to_numpy(self.count).astype("int64"))
            other.build((None, self.latent_dim))
            other.set_weights(self.get_weights())
        return other

    def class_mean(self, class_id: int) -> np.ndarray:
        """Returns the mean of the latents in the bank of a class.

        Args:
            class_id: Integer: the class.

        Returns:
            Array `(latent_dim,)`, float64.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        return self.class_latents(class_id).mean(axis=0, dtype="float64")

    def check_class_sizes(self, counts: np.ndarray) -> None:
        """Raises an error if a class has latents, but fewer than `num_sources`.

        Args:
            counts: Integer array `(num_classes,)`: the number of latents of each class.

        Raises:
            ValueError: If a class has latents, but fewer than `num_sources`.
        """
        few = np.flatnonzero((counts > 0) & (counts < self.num_sources))
        if len(few):
            raise ValueError(
                f"Every class needs at least num_sources={self.num_sources} latents to combine. "
                f"Received: {counts[few].tolist()} latents of the classes {few.tolist()}."
            )

    def _source_sampler(
        self, population: int, rng: np.random.Generator
    ) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
        # Two streams of random numbers: the ratios must not change the sequence of the sets.
        set_rng, ratio_rng = rng.spawn(2)
        sample_sets = SourceSets(population, self.num_sources, set_rng)

        def sample(num_samples: int) -> tuple[np.ndarray, np.ndarray]:
            shape = (num_samples, self.num_sources)
            if self.ratios == "random":
                ratios = ratio_rng.dirichlet(np.ones(self.num_sources), num_samples)
            elif self.ratios == "uniform":
                ratios = np.full(shape, 1 / self.num_sources)
            else:
                # The sources are sorted by index, so the order of the ratios must be random.
                ratios = ratio_rng.permuted(np.broadcast_to(self.ratios, shape), axis=1)
            return sample_sets(num_samples), ratios

        return sample

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_sources": self.num_sources,
            "ratios": self.ratios,
            "bank_size": self.bank_size,
            "seed": self.seed,
        }


def _combine(bank: np.ndarray, sources: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    combined = np.zeros((len(sources), bank.shape[1]))
    # Adding a source at a time needs less memory than `bank[sources]`.
    for ratio, source in zip(ratios.T, sources.T, strict=True):
        combined += ratio[:, None] * bank[source]
    return combined.astype("float32")
