"""The classes that are asked for."""

from collections.abc import Sequence

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.class_names import class_index
from keras_regen.generation.acceptance import Acceptance
from keras_regen.generation.protocol import GenerativeModel
from keras_regen.priors import Prior

# The label of an image of which no class was asked.
NO_CLASS = -1
_DEFAULT_SAMPLES = 16


def known_classes(
    model: GenerativeModel, prior: Prior, acceptance: Acceptance | None
) -> tuple[str, ...]:
    """Gives the names of the classes that can be asked for; none where nothing tells of classes.

    They are the model's; or, of a model without classes, those of the prior or of the classifier
    that judges.

    Raises:
        ValueError: If a model without classes is to judge its own images.
    """
    judge = None if acceptance is None else acceptance.classifier
    if acceptance is None and prior.num_classes is None:
        return ()
    if model.num_classes:
        return model.class_names
    if prior.num_classes is not None:
        return tuple(str(label) for label in range(prior.num_classes))
    if judge is None:
        raise ValueError(
            f"{type(model).__name__} knows no classes, so it cannot judge its own images. Give "
            "`accept=Acceptance(classifier)` with a classifier of the classes."
        )
    if hasattr(judge, "confidence"):
        return judge.class_names
    return tuple(str(label) for label in range(judge.output_shape[-1]))


def labels_asked_for(
    class_names: Sequence[str],
    class_id: int | str | Sequence[int | str] | None,
    num_samples: int | None,
) -> np.ndarray:
    """Gives one label for each sample, from the arguments of `keras_regen.generate`.

    Without classes to ask for, each label is `NO_CLASS`.

    Raises:
        ValueError: If a class is not known, or the numbers of classes and samples differ.
    """
    if num_samples is not None:
        check_integer("num_samples", num_samples, 1)
    if class_id is None:
        count = num_samples or _DEFAULT_SAMPLES
        return np.arange(count) % len(class_names) if class_names else np.full(count, NO_CLASS)
    if not class_names:
        raise ValueError(
            "The images are drawn without regard to classes, so none can be asked for. Leave out "
            "`class_id`, or give `accept=Acceptance(classifier)`, whose classifier picks the "
            f"images of a class. Received: class_id={class_id!r}."
        )
    if isinstance(class_id, (str, int, np.integer)):
        return np.full(num_samples or _DEFAULT_SAMPLES, class_index(class_names, class_id))
    labels = np.array([class_index(class_names, one) for one in class_id], "int64")
    if len(labels) == 0 or num_samples not in (None, len(labels)):
        raise ValueError(
            "A sequence of classes has one for each sample, and at least one. "
            f"Received: {len(labels)} classes and num_samples={num_samples}."
        )
    return labels
