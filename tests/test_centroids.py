"""Centroids against closed forms, the known energies of the Thomson problem, and a slow loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_regen.centroids import coulomb_energy, least_distance, pedcc

pytestmark = pytest.mark.any_backend

# The smallest known energies of the Thomson problem in three dimensions.
THOMSON = {4: 3.674234614, 10: 32.716949460, 20: 150.881568334, 32: 412.261274651}
THOMSON[50] = 1055.182314726


def slow_distances(points):
    n = len(points)
    return [np.linalg.norm(points[i] - points[j]) for i in range(n) for j in range(i)]


@settings(deadline=None, max_examples=25)
@given(dim=st.integers(1, 40), data=st.data())
def test_simplex_distances_equal_the_closed_form(dim, data):
    n = data.draw(st.integers(2, dim + 1))
    points = pedcc(n, dim, seed=data.draw(st.integers(0, 99)))
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(slow_distances(points), np.sqrt(2 * n / (n - 1)), atol=1e-12)


@pytest.mark.parametrize("n, dim", [(6, 3), (5, 3), (20, 10)])
def test_orthoplex_has_the_smallest_distance_root_two(n, dim):
    points = pedcc(n, dim, seed=1)
    assert points.shape == (n, dim)
    np.testing.assert_allclose(least_distance(points), np.sqrt(2), atol=1e-12)


@pytest.mark.parametrize("n", THOMSON)
def test_repulsion_reaches_the_thomson_energies(n):
    points = pedcc(n, 3, "repulsion", seed=0)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-12)
    assert abs(coulomb_energy(points) - THOMSON[n]) < 1e-6


def test_paper_equals_a_slow_loop_over_its_equations():
    points = pedcc(5, 3, "paper", seed=3, iterations=20)
    u = np.random.default_rng(3).standard_normal((5, 3))
    u = [row / np.linalg.norm(row) for row in u]
    v = [np.zeros(3) for _ in u]
    for _ in range(20):
        forces = []
        for i in range(5):
            force = np.zeros(3)
            for j in range(5):
                if i != j:
                    length = max(np.linalg.norm(u[i] - u[j]), 0.01)
                    force += (u[i] - u[j]) / length / length**2
            forces.append(force - np.dot(u[i], force) * u[i])
        u = [a + b for a, b in zip(u, v, strict=True)]
        u = [row / np.linalg.norm(row) for row in u]
        v = [b + 0.01 * f for b, f in zip(v, forces, strict=True)]
    np.testing.assert_allclose(points, u, atol=1e-10)


def test_energy_and_distance_equal_a_slow_loop():
    points = np.random.default_rng(0).normal(size=(7, 4))
    np.testing.assert_allclose(coulomb_energy(points), sum(1 / d for d in slow_distances(points)))
    np.testing.assert_allclose(least_distance(points), min(slow_distances(points)))


@pytest.mark.parametrize("method", ["auto", "simplex", "orthoplex", "repulsion", "paper"])
def test_two_points_on_a_line_are_minus_1_and_1(method):
    for seed in range(8):
        np.testing.assert_allclose(np.sort(pedcc(2, 1, method, seed), axis=0), [[-1], [1]])


def test_iterations_must_be_an_integer():
    with pytest.raises(ValueError, match="`iterations` must be an integer, at least 0"):
        pedcc(3, 2, "paper", iterations=1.5)


def test_same_seed_same_points():
    np.testing.assert_array_equal(pedcc(10, 40, seed=5), pedcc(10, 40, seed=5))
    assert not np.allclose(pedcc(10, 40, seed=5), pedcc(10, 40, seed=6))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((1, 3), "at least 2"),
        ((3, 0), "at least 1"),
        ((3, 1), "two points only"),
        ((5, 3, "simplex"), "dim=4 or more"),
        ((7, 3, "orthoplex"), "dim=4 or more"),
        ((4, 3, "simplx"), "Did you mean 'simplex'"),
        ((2, 1, "simplx"), "Did you mean 'simplex'"),
        ((2.5, 3), "`num_classes` must be an integer, at least 2. Received: num_classes=2.5"),
        (("3", 3), "num_classes='3'"),
        ((3, 2.0), "`dim` must be an integer, at least 1. Received: dim=2.0"),
        ((3, None), "dim=None"),
        ((3, 3, None), "method=None"),
        ((3, 3, "auto", -1), "seed=-1"),
        ((3, 3, "auto", "x"), "seed='x'"),
    ],
)
def test_bad_arguments_are_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        pedcc(*arguments)


def test_a_large_repulsion_converges():
    points = pedcc(300, 64, "repulsion", seed=0)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-12)
    difference = points[:, None] - points[None]
    distance = np.linalg.norm(difference, axis=-1) + np.eye(300)
    force = np.sum(difference / distance[..., None] ** 3, axis=1)
    radial = np.sum(force * points, axis=1, keepdims=True)
    tangential = np.linalg.norm(force - radial * points, axis=1)
    assert tangential.max() < 1.01e-4 * radial.mean()
    random = np.random.default_rng(0).standard_normal((300, 64))
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    assert coulomb_energy(points) < coulomb_energy(random)
    assert least_distance(points) > least_distance(random)
    np.testing.assert_array_equal(points, pedcc(300, 64, "repulsion", seed=0))


@pytest.mark.parametrize(
    "points", [np.ones((1, 3)), np.ones(3), np.zeros((0, 2)), [[0.0, np.nan], [1, 1]], "x", None]
)
def test_values_that_are_no_points_are_errors(points):
    for function in (coulomb_energy, least_distance):
        with pytest.raises(ValueError, match="`points` must"):
            function(points)
