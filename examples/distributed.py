"""Train a CSAE in several processes, each of which reads its part of every batch (on JAX).

    KERAS_BACKEND=jax python examples/distributed.py    # two processes on this machine

On several machines, run the example on each with the address of the first machine:

    python examples/distributed.py --coordinator host0:9876 --processes 2 --process 0
    python examples/distributed.py --coordinator host0:9876 --processes 2 --process 1
"""

import socket
import subprocess
import sys
from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import plotting
from keras_regen.datasets import ShuffledArrays


@click.command(help=__doc__)
@click.option("--processes", default=2, show_default=True, help="Number of processes.")
@click.option("--process", type=int, help="Number of this process, from 0.")
@click.option("--coordinator", help="Address of process 0, HOST:PORT.")
@click.option("--dataset", default="digits", show_default=True)
@click.option("--epochs", default=20, show_default=True)
@click.option("--batch-size", default=64, show_default=True, help="Of all processes together.")
@click.option("--output", default="runs/distributed", show_default=True)
def main(processes, process, coordinator, dataset, epochs, batch_size, output):
    if keras.backend.backend() != "jax":
        raise click.ClickException("Keras trains in several processes on JAX: KERAS_BACKEND=jax.")
    if process is None:
        start_processes(processes)
        return

    # Before anything else of Keras and JAX. `auto_shard_dataset` is for `tf.data` only.
    keras.distribution.initialize(coordinator, processes, process)
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    # The same weights in every process.
    keras.utils.set_random_seed(0)
    data = keras_regen.datasets.load(dataset)
    model = keras_regen.CSAE.from_preset(
        "csae_digits",
        image_shape=data.image_shape,
        class_names=data.class_names,
        num_samples=len(data.x_train),
        epochs=epochs,
        batch_size=batch_size,
        seed=0,
    )
    # A part of each batch. `keras_regen.datasets.as_dataset(folder, shard=...)` reads the part from
    # a folder.
    part = ShuffledArrays(data.x_train, data.y_train, batch_size, shard=(process, processes))
    model.fit(
        part,
        epochs=epochs,
        shuffle=False,
        verbose=2 if process == 0 else 0,
        adapt_prior=False,  # a process has a part of the latents only
    )
    if process > 0:
        return

    # Process 0 goes on alone, with a copy of the model on its own device. In a distribution, `save`
    # and all that makes variables would wait for the other processes.
    keras.distribution.set_distribution(None)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / "model.keras")
    model = keras_regen.load_model(folder / "model.keras")
    model.adapt_prior(data.x_train, data.y_train)
    model.save(folder / "model.keras")
    accuracy = np.mean(model.classify(data.x_test) == data.y_test)
    labels = np.repeat(np.arange(data.num_classes), 16)
    images = keras_regen.generate(model, labels, seed=0)
    plotting.plot_samples(images, labels, data.class_names, path=folder / "samples.png")
    click.echo(f"Test accuracy {accuracy:.2%}: {folder}")


def start_processes(processes):
    """Starts this example once for each process, on this machine."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    command = [sys.executable, *sys.argv, "--coordinator", address]
    started = [subprocess.Popen([*command, "--process", str(index)]) for index in range(processes)]
    if any([process.wait() for process in started]):
        raise click.ClickException("A process has failed: see its messages.")


if __name__ == "__main__":
    main()
