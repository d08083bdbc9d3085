"""`python -m reproduction TABLE` reproduces tables of the papers, and `figures` their figures."""

from collections.abc import Callable
from pathlib import Path

import click

import reproduction
from keras_regen_app.cluster import cluster_option, joblib_cluster
from keras_regen_app.options import backend_option, count_option, print_message


class _TablesByDefault(click.Group):
    """A group whose command `tables` needs no name, as in `python -m reproduction all`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Adds `tables` in front of the names of tables and their options."""
        if args[:1] not in [[name] for name in (*self.commands, *ctx.help_option_names)]:
            args = ["tables", *args]
        return super().parse_args(ctx, args)


def _scale_option(help: str) -> Callable:
    return click.option(
        "--scale",
        "scale_name",
        type=click.Choice(list(reproduction.SCALES)),
        default="quick",
        show_default=True,
        help=help,
    )


def _folder_option(flag: str, name: str, default: str, help: str) -> Callable:
    return click.option(
        flag,
        name,
        type=click.Path(file_okay=False),
        default=default,
        show_default=True,
        help=help,
    )


@click.group(cls=_TablesByDefault)
def main() -> None:
    """Reproduce the tables and the figures of the papers.

    `python -m reproduction TABLE...` is short for `python -m reproduction tables TABLE...`.
    """


@main.command("tables")
@click.argument("names", metavar="TABLE...", nargs=-1)
@_scale_option(
    "`quick`: small networks and few images, minutes per training run on a CPU. `reduced`: all "
    "images and a tenth of the epochs. `paper`: the networks, images and epochs of the paper."
)
@click.option(
    "--seeds",
    "num_seeds",
    type=click.IntRange(min=1),
    help="Training runs per cell, with seeds 0, 1, ...  [default: 1 for quick, 3 for paper]",
)
@_folder_option(
    "--runs",
    "runs_folder",
    "runs/reproduce",
    "Folder of the training runs. Complete runs in it are reused.",
)
@_folder_option(
    "--results",
    "results_folder",
    "results",
    "Folder of the report README.md and of `reproduction`, which has a file per run.",
)
@count_option(
    "--processes",
    1,
    "Training runs in parallel; 4 suits the quick scale on a CPU with 4 cores.",
)
@cluster_option
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop after this time, with the longest runs first. The next call continues.",
)
@click.option("--list", "list_only", is_flag=True, help="List the tables and exit.")
@backend_option
def reproduce(
    names: tuple[str, ...],
    scale_name: str,
    num_seeds: int | None,
    runs_folder: str,
    results_folder: str,
    processes: int,
    cluster: str | None,
    minutes: float | None,
    list_only: bool,
) -> None:
    """Reproduce the tables named TABLE, or `all`, and print them with the published numbers."""
    if list_only:
        for table in reproduction.list_tables():
            click.echo(f"{table.name:<18} {table.title}")
        return
    if not names:
        raise click.UsageError("Name a table. `--list` lists the tables; `all` selects all tables.")
    if "all" in names:
        tables = reproduction.list_tables()
    else:
        tables = [reproduction.get_table(name) for name in names]

    # Imported here, after `backend_option` has chosen the backend.
    from keras_regen.callbacks import NonFiniteLossError
    from reproduction import running
    from reproduction.report import table_lines, write_report
    from reproduction.time_limit import TimeLimit, TimeLimitReached

    scale = reproduction.SCALES[scale_name]
    json_folder = Path(results_folder) / "reproduction"
    groups = [(table, [table]) for table in tables]
    time_limit = None if minutes is None else TimeLimit(60 * minutes)
    if processes > 1 or cluster is not None or time_limit is not None:
        # One group of all cells, so that no process waits for the end of a table, and the longest
        # run of all tables comes first.
        title = f"{len(tables)} table{'s' if len(tables) > 1 else ''}"
        cells = tuple(cell for table in tables for cell in table.cells)
        groups = [(reproduction.Table("all", title, cells), tables)]
    skipped = []
    with joblib_cluster(cluster) as workers:
        for group, members in groups:
            print_message(f"{group.title}, at the scale {scale.name}: {scale.title}")
            try:
                running.reproduce(
                    group,
                    scale,
                    seeds=None if num_seeds is None else range(num_seeds),
                    runs_folder=runs_folder,
                    results_folder=json_folder,
                    processes=workers or processes,
                    log=print_message,
                    time_limit=time_limit,
                )
            except TimeLimitReached as reached:
                print_message(f"{reached} The same command continues with them.")
            except (FileNotFoundError, NonFiniteLossError) as error:
                if len(tables) == 1:
                    raise
                # A missing dataset or a diverged training run must not stop the other tables.
                skipped.append(str(error))
            finally:
                Path(results_folder).mkdir(parents=True, exist_ok=True)
                write_report(json_folder, Path(results_folder) / "README.md")
            for table in members:
                click.echo(f"\n{table.title}\n")
                click.echo("\n".join(table_lines(table, json_folder)))
    for message in dict.fromkeys(skipped):
        print_message(f"Skipped: {message}")


@main.command("figures")
@click.argument("names", metavar="[FIGURE]...", nargs=-1)
@_scale_option(
    "Scale of the training runs of models that are not at hand. Runs of a larger scale are "
    "preferred."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the training runs and of the generated images.",
)
@_folder_option(
    "--runs",
    "runs_folder",
    "runs/figures",
    "Folder of the training runs. Complete runs in it are reused.",
)
@_folder_option(
    "--table-runs",
    "table_runs",
    "runs/reproduce",
    "Folder of the training runs of the tables. Complete runs in it are reused too.",
)
@_folder_option(
    "--results",
    "results_folder",
    "results",
    "Folder of the results in `reproduction`, and of the pictures in `figures`.",
)
@click.option(
    "--train/--no-train",
    default=True,
    show_default=True,
    help="Whether to train the models that are not at hand. Without training, their pictures are "
    "left out.",
)
@click.option("--list", "list_only", is_flag=True, help="List the figures and exit.")
@backend_option
def figures(
    names: tuple[str, ...],
    scale_name: str,
    seed: int,
    runs_folder: str,
    table_runs: str,
    results_folder: str,
    train: bool,
    list_only: bool,
) -> None:
    """Make the figures named FIGURE, by default all, from results and from trained models.

    Figures of numbers are made from the results of the tables, at the largest scale. Other figures
    need models, which are trained unless a complete run is at hand. The pictures and their captions
    are written to the folder of the results. The site shows them.
    """
    # Imported here, after `backend_option` has chosen the backend.
    from reproduction.figures.captions import count_figures, read_captions
    from reproduction.figures.making import make_figures
    from reproduction.figures.registry import get_figure, list_figures
    from reproduction.figures.sources import Sources

    if list_only:
        for figure in list_figures():
            note = "" if figure.panels else " (cannot be made)"
            click.echo(f"{figure.name:<18} {figure.title}{note}")
        return
    chosen = [get_figure(name) for name in names if name != "all"]
    if not chosen or "all" in names:
        chosen = list_figures()
    sources = Sources(
        reproduction.SCALES[scale_name],
        seed=seed,
        runs_folder=runs_folder,
        reused_folders=[table_runs],
        results_folder=Path(results_folder) / "reproduction",
        train=train,
        log=print_message,
    )
    folder = Path(results_folder) / "figures"
    skipped = make_figures(chosen, sources, folder, log=print_message)
    for title, number, pictures in count_figures(read_captions(folder)):
        click.echo(f"{title}: {number} figures, {pictures} pictures")
    for message in skipped:
        print_message(f"Skipped: {message}")


if __name__ == "__main__":
    main(prog_name="python -m reproduction")
