"""A trained model's scores: what it draws, beside real images it has not seen, over some seeds."""

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_regen.atomic_files import json_number
from keras_regen.checks import check_integer
from keras_regen.datasets import ImageDataset
from keras_regen.generation import generate
from keras_regen.metrics import (
    FeatureExtractor,
    classification_accuracy_score,
    describe_evaluation_classifier,
    frechet_distance,
    inception_score,
    intrinsic_dimension,
    kernel_inception_distance,
    neighbor_distances,
    novelty,
    precision_recall,
    reconstruction_error,
    without_duplicates,
)
from keras_regen.metrics.class_order import OrderedJudge
from keras_regen.metrics.diversity import diversity_beside, mean_diversity
from keras_regen.metrics.evaluation_classifier import RECOGNIZED
from keras_regen.models import Classifier
from keras_regen.models.image_model import ImageModel

# So many real images say of a distribution what more would.
_MOST_REAL = 10_000
_KID_SUBSET = 1000
_NEIGHBORS = 20


def score_model(
    model: ImageModel,
    data: ImageDataset,
    judge: Classifier,
    *,
    samples_per_class: int = 200,
    seeds: Sequence[int] = (0, 1, 2),
    student_steps: int = 500,
    extractor: FeatureExtractor | None = None,
    batch_size: int = 256,
) -> dict[str, Any]:
    """Scores what a model draws by a judge that has seen the real images, and nothing of the model.

    Each seed draws images of its own, and every score is their mean and standard deviation. Beside
    it stands the same score of the real test images, in place of drawn ones.

    Args:
        model: A trained model that draws.
        data: The dataset; the model and the judge know its classes by its names.
        judge: A classifier of the same classes and images, such as `metrics.train_evaluation_classifier` gives.
        samples_per_class: Integer, at least 1: images to draw of each class for each seed; of a
            model without classes, that times the number of classes in all.
        seeds: Integers, at least one: of the drawn images.
        student_steps: Integer, at least 1: steps of the classifiers that learn from drawn images.
        extractor: Where the features of the distances come from. Defaults to the judge.
        batch_size: Integer: images in one step.

    Returns:
        A dict of `judge` (its name, hash, accuracy), `extractor` (name, hash, number of features),
        `seeds`, `samples`, `originals` and `held_out` (numbers of images), `compared` (of the drawn
        images and of the real ones: as many as there are of both, for what depends on the number),
        and `scores`: by name a dict of `mean`, `std` (`None` for one seed), `values` by seed, and
        `real`. The scores:

        - `classification_accuracy_score`: accuracy on real test images of a classifier that saw
          drawn ones only; `real` is that of one that saw as many real ones.
        - `generation_accuracy`: how many drawn images the judge gives the class asked for; a model
          without classes has none. Its images go by the class that the judge gives them.
        - `recognized`: to how many it gives any class with a probability of at least 0.9.
        - `relative_diversity`: the mean over the classes.
        - `precision`, `recall`: of drawn images among the original ones, and the reverse.
        - `copied`: the share of images that are as near to an original one as its nearest other
          is, in pixels; about a half of new images of the same kind are.
        - `intrinsic_dimension`, by 20 neighbors; none of fewer images.
        - `inception_score`, of the judge's probabilities.
        - `frechet_original_generated`, and of a model that encodes `frechet_original_reconstructed`
          and `frechet_reconstructed_generated`, as in ReGene's table 3 but through `extractor`;
          `kernel_distance`, of original and generated.
        - `reconstruction_mae`, `_mse`, `_ssim`, `_psnr`, of the test images.

    Raises:
        ValueError: If the model cannot draw, the judge has other classes or takes other images, or
            there are too few images.

    Source: CSAE, section 4.2; ReGene, sections 6.1, 6.6 and tables 3 and 4; DE-GAN, section IV.

    Examples:
        >>> from keras_regen import GAN
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import train_evaluation_classifier
        >>> from keras_regen.metrics.scores import score_model
        >>> data = load("digits")
        >>> judge = train_evaluation_classifier(data.x_train, data.y_train, steps=1, stem_filters=2)
        >>> gan = GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,))
        >>> found = score_model(gan, data, judge, samples_per_class=9, seeds=[0], student_steps=1)
        >>> found["samples"], list(found["scores"])[0]
        (90, 'classification_accuracy_score')
    """
    check_integer("samples_per_class", samples_per_class, 1)
    if model.decoder is None:
        raise ValueError(f"{model.name!r} is a {type(model).__name__}, which does not draw.")
    if not seeds:
        raise ValueError(f"`seeds` must hold at least one. Received: seeds={seeds!r}.")
    if model.num_classes:
        data = data.with_classes(model.class_names)
    return _Scoring(
        model,
        data,
        judge,
        samples_per_class,
        student_steps,
        FeatureExtractor(judge) if extractor is None else extractor,
        batch_size,
    ).of_seeds(list(seeds))


class _Scoring:
    """What all seeds share: the real images, and what judge and extractor see in them."""

    def __init__(self, model, data, judge, per_class, student_steps, extractor, batch_size):
        self.model, self.data, self.judge = model, data, OrderedJudge(judge, data)
        self.description = describe_evaluation_classifier(judge, data)
        self.per_class, self.student_steps = per_class, student_steps
        self.extractor, self.batch_size = extractor, batch_size
        rng = np.random.default_rng(0)
        # Classes of which there are images: no others are asked for.
        self.classes = np.unique(data.y_train)
        self.count = per_class * len(self.classes)
        # Distances of sets change with the number of images: drawn and real ones are as many.
        self.compared = min(self.count, len(data.x_test))
        chosen = rng.permutation(len(data.x_train))[:_MOST_REAL]
        self.originals, self.original_labels = data.x_train[chosen], data.y_train[chosen]
        self.seen = extractor(self.originals)

    def of_seeds(self, seeds):
        by_seed = [self._of(*self._drawn(seed), seed) for seed in seeds]
        real = self._of_real_images()
        scores = {
            name: _summary([scores[name] for scores in by_seed], real.get(name))
            for name in by_seed[0]
        }
        if self.model.encoder is not None:
            scores |= self._reconstructed()
        return {
            "judge": self.description,
            "extractor": self.extractor.describe(),
            "seeds": seeds,
            "samples": self.count,
            "compared": self.compared,
            "originals": len(self.originals),
            "held_out": len(self.data.x_test),
            "student_steps": self.student_steps,
            "scores": scores,
        }

    def _drawn(self, seed):
        options = {"seed": seed, "batch_size": self.batch_size}
        if self.model.num_classes:
            wanted = np.repeat(self.classes, self.per_class)
            return generate(self.model, wanted, **options), wanted
        return generate(self.model, num_samples=self.count, **options), None

    def _of_real_images(self):
        """The scores of the test images, and what as many real images teach."""
        found = self._of(self.data.x_test, self.data.y_test, 0, teach=False)
        rng = np.random.default_rng(0)
        places = [np.flatnonzero(self.data.y_train == label) for label in self.classes]
        taught = np.concatenate([rng.permutation(one)[: self.per_class] for one in places])
        score = self._student(self.data.x_train[taught], self.data.y_train[taught], 0)
        return {"classification_accuracy_score": score} | found

    def _of(self, images, labels, seed, teach=True):
        probabilities = self.judge.probabilities(images, self.batch_size)
        given = np.argmax(probabilities, axis=1)
        found = {}
        if teach:
            told = given if labels is None else labels
            found["classification_accuracy_score"] = self._student(images, told, seed)
        if labels is not None:
            found["generation_accuracy"] = float(np.mean(given == labels))
        found["recognized"] = float(np.mean(probabilities.max(axis=1) >= RECOGNIZED))
        diversity = diversity_beside(self.data, images, given if labels is None else labels)
        found["relative_diversity"] = mean_diversity(diversity)
        # Drawn images are in the order of their classes: the first of them would not have all.
        chosen = np.random.default_rng(0).permutation(len(images))[: self.compared]
        features = self.extractor(images[chosen])
        few = min(len(features), len(self.seen))
        found["precision"], found["recall"] = precision_recall(self.seen[:few], features[:few])
        found["copied"] = novelty(
            images, self.originals, training_distances=self._original_neighbors
        ).copied_share
        found["intrinsic_dimension"] = _dimension(images[chosen])
        found["inception_score"] = inception_score(probabilities[chosen], min(10, len(chosen)))[0]
        found["frechet_original_generated"] = frechet_distance(self.seen, features)
        if self.model.encoder is not None and teach:
            found["frechet_reconstructed_generated"] = frechet_distance(self._seen_again, features)
        found["kernel_distance"] = kernel_inception_distance(
            self.seen, features, min(_KID_SUBSET, few), seed=0
        )[0]
        return found

    def _student(self, images, labels, seed):
        return classification_accuracy_score(
            images,
            labels,
            self.data.x_test,
            self.data.y_test,
            class_names=self.data.class_names,
            steps=self.student_steps,
            seed=seed,
        )

    @functools.cached_property
    def _original_neighbors(self):
        return neighbor_distances(self.originals)

    @functools.cached_property
    def _seen_again(self):
        """Features of the original images after the model has drawn them again."""
        again = self.model.reconstruct(self.originals, self.original_labels, self.batch_size)
        return self.extractor(again)

    def _reconstructed(self):
        images, labels = self.data.x_test, self.data.y_test
        drawn = self.model.reconstruct(images, labels, self.batch_size)
        distance = frechet_distance(self.seen, self._seen_again)
        scores = {"frechet_original_reconstructed": _summary([distance], None)}
        for name, value in reconstruction_error(images, drawn).items():
            scores[f"reconstruction_{name}"] = _summary([value], None)
        return scores


def _dimension(images):
    points = without_duplicates(images)
    return intrinsic_dimension(points, _NEIGHBORS) if len(points) > _NEIGHBORS else math.nan


def _summary(values, real):
    *values, real = (json_number(value) for value in (*values, real))
    known = [value for value in values if value is not None]
    return {
        "mean": float(np.mean(known)) if known else None,
        "std": float(np.std(known, ddof=1)) if len(known) > 1 else None,
        "values": values,
        "real": real,
    }
