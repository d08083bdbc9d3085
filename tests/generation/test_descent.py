"""descendants: each generation is combined from the generation before it."""

import itertools

import numpy as np
import pytest

from keras_regen import descendants, generate


def midpoints(points):
    """The midpoint of every pair."""
    return [(a + b) / 2 for index, a in enumerate(points) for b in points[:index]]


@pytest.mark.parametrize("kind", ["siblings", "children"])
def test_each_generation_combines_the_last_generation(digits_model, kind):
    labels = [3, 7] * 5
    generations = descendants(digits_model, labels, depth=3, kind=kind, seed=4)
    assert len(generations) == 3
    np.testing.assert_array_equal(generations[0][0], generate(digits_model, labels, seed=4))
    for (images, before), (_, after) in itertools.pairwise(generations):
        latents = before.latents if kind == "siblings" else digits_model.encode(images)
        assert after.labels.tolist() == labels
        for label in (3, 7):
            rows = np.array(labels) == label
            expected = np.array(midpoints(latents[rows].astype("float64")))
            distance = np.abs(after.latents[rows][:, None] - expected[None]).max(axis=-1)
            assert (distance.min(axis=1) < 1e-4).all()
            assert len(set(distance.argmin(axis=1))) == 5  # no pair twice
    images, report = generations[-1]
    np.testing.assert_allclose(images, digits_model.decode(report.latents), atol=1e-5)


def test_more_sources_and_acceptance(combining):
    first, second = descendants(
        combining, "5", 12, num_sources=3, kind="children", accept=True, seed=0
    )
    latents = combining.encode(first[0]).astype("float64")
    triples = [
        latents[[i, j, k]].mean(axis=0) for i in range(12) for j in range(i) for k in range(j)
    ]
    distance = np.abs(second[1].latents[:, None] - np.array(triples)[None]).max(axis=-1)
    assert (distance.min(axis=1) < 1e-4).all()
    for _, report in (first, second):
        assert (report.confidence >= np.asarray(combining.confidence)[5]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "cousins"}, "kind='cousins'"),
        ({"depth": 0}, "`depth` must be an integer, at least 1"),
        ({"num_sources": 1}, "`num_sources` must be an integer, at least 2"),
        ({"class_id": [1, 1, 2]}, r"Received: \[1\] of the classes \[2\]"),
        ({"class_id": 1, "num_samples": 2, "num_sources": 3}, r"at least num_sources=3 images"),
        ({"class_id": 11}, "class_id=11"),
    ],
)
def test_bad_arguments(digits_model, options, message):
    with pytest.raises(ValueError, match=message):
        descendants(digits_model, **options)
