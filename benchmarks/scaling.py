"""Measures time and memory against the number of images: `fit`, `generate` and every metric.

Each case runs in a process of its own, with a growing number of images of 28x28 pixels; the faster
of two calls counts. The exponent is the slope of the time in a plot of logarithms: 1 for a cost in
proportion to the number of images, 2 for its square. Metrics of all pairs compare as many images
with as many others, except `closest_match`, `novelty` and `classification_accuracy_score`, whose
reference images are 4,000. `generate(accept=True)` is of digits of 8x8 pixels. Writes a table
(.json, .md) and a picture (.png).
"""

import json
import resource
import time

import click
import numpy as np
from measurement import worker_rows, write_results

REFERENCES = 4000
MODEL = {"stem_filters": 4}


def cases(sizes):
    """Returns a function per case that takes a number of images and returns a call to measure."""
    from keras_regen import CSAE, Acceptance, datasets, generate, metrics
    from keras_regen.metrics import FeatureExtractor
    from keras_regen.networks import basenet

    rng = np.random.default_rng(0)
    most = max(*sizes, REFERENCES)
    images = rng.random((most, 28, 28, 1), "float32")
    others = rng.random((most, 28, 28, 1), "float32")
    labels = np.arange(most) % 10
    features, other_features = rng.random((2, most, 64), "float32")
    probabilities = rng.dirichlet(np.ones(10), most)
    reference, reference_labels = others[:REFERENCES], labels[:REFERENCES]

    def model():
        csae = CSAE.from_preset("csae_mnist", num_samples=most, epochs=3, **MODEL)
        csae.adapt_prior(images[:500], labels[:500])
        return csae

    def fit(n):
        csae = model()
        return lambda: csae.fit(images[:n], labels[:n], batch_size=250, epochs=1, verbose=0)

    def accepted_generation():
        digits = datasets.load("digits")
        csae = CSAE.from_preset("csae_digits", class_names=digits.class_names, epochs=10, **MODEL)
        csae.fit(digits.x_train, digits.y_train, verbose=0)
        accept = Acceptance(max_tries=1000)
        return lambda n: lambda: generate(csae, labels[:n], seed=0, accept=accept)

    def generation():
        csae = model()
        return lambda n: lambda: generate(csae, labels[:n], seed=0)

    def of_classifier(name):
        classifier = model()
        function = getattr(metrics, name)
        return lambda n: lambda: function(classifier, images[:n], labels[:n])

    def student(n):
        arguments = images[:n], labels[:n], reference, reference_labels
        return lambda: metrics.classification_accuracy_score(*arguments, steps=30, stem_filters=4)

    def diversity(n):
        arguments = images[:n], labels[:n], others[:n], labels[:n]
        return lambda: metrics.relative_diversity(*arguments)

    def frechet(n):
        distance = metrics.FrechetDistance(FeatureExtractor(basenet((28, 28, 1), 10, **MODEL)))

        def call():
            distance.reset_state()
            distance.update_state(others[:n], generated=False)
            distance.update_state(images[:n], generated=True)
            return distance.result()

        return call

    def of_features(name, **options):
        function = getattr(metrics, name)
        return lambda n: lambda: function(features[:n], other_features[:n], **options)

    return {
        "fit": lambda: fit,
        "generate": generation,
        "generate(accept=True)": accepted_generation,
        "closest_match": lambda: lambda n: lambda: metrics.closest_match(images[:n], reference),
        "novelty": lambda: lambda n: lambda: metrics.novelty(images[:n], reference),
        "neighbor_distances": lambda: lambda n: lambda: metrics.neighbor_distances(images[:n]),
        "precision_recall": lambda: of_features("precision_recall"),
        "intrinsic_dimension": lambda: lambda n: lambda: metrics.intrinsic_dimension(features[:n]),
        "latent_distances": lambda: lambda n: lambda: metrics.latent_distances(features[:n]),
        "FrechetDistance": lambda: frechet,
        "frechet_distance": lambda: of_features("frechet_distance"),
        "kernel_inception_distance": lambda: of_features(
            "kernel_inception_distance", subset_size=500, subsets=20
        ),
        "inception_score": lambda: lambda n: lambda: metrics.inception_score(probabilities[:n]),
        "generation_accuracy": lambda: of_classifier("generation_accuracy"),
        "classification_accuracy_score": lambda: student,
        "relative_diversity": lambda: diversity,
        "reconstruction_error": lambda: (
            lambda n: lambda: metrics.reconstruction_error(images[:n], others[:n])
        ),
        "sharpness": lambda: lambda n: lambda: metrics.sharpness(images[:n]),
        "without_duplicates": lambda: lambda n: lambda: metrics.without_duplicates(images[:n]),
    }


def measure(name, sizes):
    """Yields the seconds and the peak of the memory for each number of images."""
    prepare = cases(sizes)[name]()
    prepare(sizes[0])()  # compiles
    for n in sizes:
        call, seconds = prepare(n), []
        call()  # compiles a batch of another size
        for _ in range(2):
            start = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - start)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield {"case": name, "images": n, "seconds": round(min(seconds), 4), "peak_mb": round(peak)}


def exponent(rows):
    """Returns the slope of log seconds against log images."""
    points = np.log([(row["images"], max(row["seconds"], 1e-4)) for row in rows])
    return float(np.polyfit(*points.T, 1)[0])


def by_case(rows):
    """Returns the rows of each case."""
    return {
        name: [row for row in rows if row["case"] == name]
        for name in dict.fromkeys(row["case"] for row in rows)
    }


def table(rows):
    """Returns a Markdown table with a row for each case."""
    groups = by_case(rows)
    sizes = [row["images"] for row in next(iter(groups.values()))]
    header = " | ".join(f"{size:,}" for size in sizes)
    lines = [
        f"| seconds for this number of images | {header} | exponent | growth of memory, MB |",
        "| --- |" + " ---: |" * (len(sizes) + 2),
    ]
    for name, group in groups.items():
        seconds = " | ".join(f"{row['seconds']:.3g}" for row in group)
        growth = group[-1]["peak_mb"] - group[0]["peak_mb"]
        lines.append(f"| {name} | {seconds} | {exponent(group):.2f} | {growth} |")
    return "\n".join(lines)


def plot(rows, path):
    """Plots the seconds against the number of images, both in logarithms."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), layout="constrained")
    axis = figure.subplots()
    for index, (name, group) in enumerate(by_case(rows).items()):
        style = ("-", "--", ":")[index // 10 % 3]
        values = [row["seconds"] for row in group]
        axis.loglog([row["images"] for row in group], values, style, marker="o", ms=3, label=name)
    axis.set_xlabel("images")
    axis.set_ylabel("seconds")
    figure.legend(loc="outside right upper", fontsize=8)
    figure.savefig(path, dpi=120)


@click.command(help=__doc__)
@click.option("--sizes", default="1000,2000,4000,8000", show_default=True)
@click.option("--output", default="results/scaling.json", show_default=True)
@click.option("--worker", hidden=True)
def main(sizes, output, worker):
    numbers = [int(size) for size in sizes.split(",")]
    if worker:
        for row in measure(worker, numbers):
            click.echo(json.dumps(row))
        return
    rows = []
    for name in cases([1]):
        measured, code = worker_rows(__file__, "--sizes", sizes, "--worker", name)
        if code:
            raise click.ClickException(f"{name} failed.")
        rows += measured
        click.echo(f"{name}: measured", err=True)
    import keras

    setting = {"backend": keras.backend.backend(), "references": REFERENCES, "model": MODEL}
    write_results(output, setting, rows, table, plot)


if __name__ == "__main__":
    main()
