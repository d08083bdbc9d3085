"""ConvexCombinationPrior: a new latent lies between latents of training images, as in ReGene."""

import math
from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

from keras_regen.checks import check_integer
from keras_regen.priors.class_prior import ClassPrior
from keras_regen.priors.source_sets import SourceSets


@keras.saving.register_keras_serializable(package="keras_regen")
class ConvexCombinationPrior(ClassPrior):
    """Draws convex combinations of a class's training latents.

    What a linear head puts into a class is a convex set, so a combination of latents of one class
    stays in that class (lemma 1).

    Args:
        num_classes: Integer: the number of classes.
        num_sources: Integer, at least 2: how many training latents each new one combines.
        ratios: `"uniform"`, every source alike; `"random"`, anew for each latent, uniformly
            distributed on the simplex; or `num_sources` floats of at least 0 that sum to 1.
        bank_size: Integer, at least 2: training latents to keep of each class. With more, a
            uniform random choice of them is kept.
        seed: Integer, at least 0: of that choice.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        count: Weight `(num_classes,)`: the latents in the bank of each class.
        bank: Weight `(num_classes, bank_size, latent_dim)`.

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
        **kwargs,
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
        self.num_sources = num_sources
        self.ratios = ratios if isinstance(ratios, str) else [float(ratio) for ratio in ratios]
        self.bank_size = bank_size
        self.seed = seed
        self._pass = None
        if isinstance(ratios, str):
            valid = ratios in ("uniform", "random")
        else:
            valid = (
                len(self.ratios) == num_sources
                and min(self.ratios) >= 0
                and math.isclose(sum(self.ratios), 1, abs_tol=1e-6)
            )
        if not valid:
            raise ValueError(
                "`ratios` must be 'uniform', 'random', or as many numbers as sources, each at "
                "least 0 and 1 in sum. "
                f"Received: ratios={ratios!r}, num_sources={num_sources}."
            )

    def build(self, input_shape):
        self.latent_dim = dim = input_shape[-1]
        self.count = self.add_state("count", self.num_classes)
        self.bank = self.add_state("bank", self.num_classes, self.bank_size, dim)

    def reset_state(self) -> None:
        """Begins a new pass over the training latents."""
        self._pass = None

    def update_state(self, latents, labels) -> None:
        """Takes one batch into the banks of its classes.

        Args:
            latents: Array `(batch, latent_dim)`.
            labels: Integer array `(batch,)`.

        Raises:
            ValueError: If shapes differ from each other or from earlier batches, a latent is not
                finite, or a label is out of range.
        """
        latents, labels = self.check_batch(latents, labels)
        if self._pass is None:
            seen = np.zeros(self.num_classes, "int64")
            self._pass = (np.random.default_rng(self.seed), seen, np.zeros(self.bank.shape, "f4"))
        rng, seen, bank = self._pass
        for latent, label in zip(latents, labels, strict=True):
            # Reservoir sampling (algorithm R): each latent seen stays with the same probability.
            place = seen[label]
            if place >= self.bank_size:
                place = rng.integers(seen[label] + 1)
            if place < self.bank_size:
                bank[label, place] = latent
            seen[label] += 1

    def finalize_state(self) -> None:
        """Ends the pass: the banks go into the weights.

        Raises:
            ValueError: If no latents were seen, or a class has some, but fewer than
                `num_sources`.
        """
        if self._pass is None:
            raise ValueError("The prior saw no latents. Give `adapt` `num_sources` of each class.")
        _, seen, bank = self._pass
        self._check_counts(seen)
        self.count.assign(np.minimum(seen, self.bank_size).astype("float32"))
        self.bank.assign(bank)
        self._pass = None

    def sample(self, num_samples: int, class_id: int, rng: np.random.Generator) -> np.ndarray:
        """Draws latents of one class; no two of one call share all their sources.

        When all sets of sources are spent they come again, in another order.

        Args:
            num_samples: Integer: how many.
            class_id: Integer: the class.
            rng: The generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted, or its training latents had none of this
                class.
        """
        return self.sampler(class_id, rng)(num_samples)

    def sampler(self, class_id: int, rng: np.random.Generator) -> Callable[[int], np.ndarray]:
        """Gives a function that draws more and more latents, none of the same sources as another.

        Args:
            class_id: Integer: the class.
            rng: The generator of random numbers.

        Returns:
            A function from `num_samples` to an array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted, or its training latents had none of this
                class.
        """
        bank = self.class_latents(class_id)
        draw = self._source_sampler(len(bank), rng)
        return lambda num_samples: _combined(bank, *draw(num_samples))

    def sample_sources(
        self, num_samples: int, class_id: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draws what the latents are made of that `sample` draws from the same generator.

        Args:
            num_samples: Integer: how many.
            class_id: Integer: the class.
            rng: The generator of random numbers.

        Returns:
            A tuple of the sources, an integer array `(num_samples, num_sources)` of rows of
            `class_latents(class_id)`, and their ratios, an array of the same shape.

        Raises:
            ValueError: If the prior is not adapted, or its training latents had none of this
                class.

        Examples:
            >>> import numpy as np
            >>> from keras_regen.priors import ConvexCombinationPrior
            >>> prior = ConvexCombinationPrior(num_classes=1, num_sources=2)
            >>> prior.adapt(np.array([[0.0], [1.0]]), np.array([0, 0]))
            >>> prior.sample_sources(1, class_id=0, rng=np.random.default_rng(0))
            (array([[0, 1]]), array([[0.5, 0.5]]))
        """
        return self._source_sampler(len(self.class_latents(class_id)), rng)(num_samples)

    def class_latents(self, class_id: int) -> np.ndarray:
        """Gives the latents in the bank of one class, `(count, latent_dim)`.

        Raises:
            ValueError: If the prior is not adapted, or its training latents had none of this
                class.
        """
        self.check_class(class_id)
        count = int(ops.convert_to_numpy(self.count)[class_id])
        return ops.convert_to_numpy(self.bank[class_id])[:count]

    def combining(
        self, num_sources: int | None = None, ratios: str | Sequence[float] | None = None
    ) -> "ConvexCombinationPrior":
        """Gives a prior with the same bank that combines its latents in another way.

        Args:
            num_sources: As in the constructor. Defaults to the number of `ratios`, where they are
                numbers, or else to this prior's.
            ratios: As in the constructor. Defaults to this prior's.

        Returns:
            A new prior, for `keras_regen.generate(model, prior=...)`.

        Raises:
            ValueError: If an argument is out of range, or the bank has fewer latents of a class
                than shall be combined.

        Examples:
            >>> import numpy as np
            >>> from keras_regen.priors import ConvexCombinationPrior
            >>> prior = ConvexCombinationPrior(num_classes=1, num_sources=2)
            >>> prior.adapt(np.array([[0.0], [1.0], [5.0]]), np.array([0, 0, 0]))
            >>> prior.combining(num_sources=3).sample(1, 0, np.random.default_rng(0))
            array([[2.]], dtype=float32)
        """
        if num_sources is None and not (ratios is None or isinstance(ratios, str)):
            num_sources = len(ratios)
        given = {"num_sources": num_sources, "ratios": ratios}
        given = {name: value for name, value in given.items() if value is not None}
        other = type(self)(**{**self.get_config(), **given})
        if self.built:
            other._check_counts(ops.convert_to_numpy(self.count).astype("int64"))
            other.build((None, self.latent_dim))
            other.set_weights(self.get_weights())
        return other

    def class_mean(self, class_id: int) -> np.ndarray:
        """Returns the mean of the latents in the bank of one class, `(latent_dim,)`.

        Raises:
            ValueError: If the prior is not adapted, or its training latents had none of this
                class.
        """
        return self.class_latents(class_id).mean(axis=0, dtype="float64")

    def _check_counts(self, counts):
        few = np.flatnonzero((counts > 0) & (counts < self.num_sources))
        if len(few):
            raise ValueError(
                f"Every class needs at least num_sources={self.num_sources} latents to combine. "
                f"Received: {counts[few].tolist()} of the classes {few.tolist()}."
            )

    def _source_sampler(self, population, rng):
        # Two streams, so that what one gives does not depend on how much the other took.
        for_sets, for_ratios = rng.spawn(2)
        sets = SourceSets(population, self.num_sources, for_sets)

        def draw(num_samples):
            shape = (num_samples, self.num_sources)
            if self.ratios == "random":
                ratios = for_ratios.dirichlet(np.ones(self.num_sources), num_samples)
            elif self.ratios == "uniform":
                ratios = np.full(shape, 1 / self.num_sources)
            else:
                # Which source gets which ratio is by chance too.
                ratios = for_ratios.permuted(np.broadcast_to(self.ratios, shape), axis=1)
            return sets(num_samples), ratios

        return draw

    def get_config(self):
        return {
            **super().get_config(),
            "num_sources": self.num_sources,
            "ratios": self.ratios,
            "bank_size": self.bank_size,
            "seed": self.seed,
        }


def _combined(bank, sources, ratios):
    combined = np.zeros((len(sources), bank.shape[1]))
    # One source at a time: all at once would be as many times the size of the result.
    for ratio, source in zip(ratios.T, sources.T, strict=True):
        combined += ratio[:, None] * bank[source]
    return combined.astype("float32")
