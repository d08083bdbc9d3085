"""`python -m reproduction TABLE`: makes the papers' tables again."""

from pathlib import Path

import click

from keras_regen_app.options import count_option, note, uses_keras


@click.command()
@click.argument("tables", nargs=-1)
@click.option(
    "--scale",
    type=click.Choice(["quick", "paper"]),
    default="quick",
    show_default=True,
    help="Minutes on a CPU, which is not the paper's setting; or the paper's epochs.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    help="Trainings of each cell, with seeds 0, 1, ...  [default: 1 quick, 3 at paper scale]",
)
@click.option(
    "--runs",
    "runs_folder",
    type=click.Path(file_okay=False),
    default="runs/reproduce",
    show_default=True,
    help="Folder of the runs; those that are trained are taken.",
)
@click.option(
    "--results",
    "results_folder",
    type=click.Path(file_okay=False),
    default="results",
    show_default=True,
    help="Folder of README.md, the report, and of one file for each run in `reproduction`.",
)
@count_option(
    "--processes", 1, "Trainings at a time; 4 suit the quick scale on a CPU with 4 cores."
)
@click.option("--list", "list_only", is_flag=True, help="List the tables, and make none.")
@uses_keras
def reproduce(tables, scale, seeds, runs_folder, results_folder, processes, list_only):
    """Make TABLES of the papers again (all of them: `all`), beside the papers' numbers."""
    import reproduction
    from keras_regen.callbacks import NonFiniteLossError
    from reproduction.report import table_lines, write_report

    known = reproduction.list_tables()
    if list_only:
        for table in known:
            click.echo(f"{table.name:<18} {table.title}")
        return
    if not tables:
        raise click.UsageError("Which table? `--list` has those that there are; `all` makes all.")
    chosen = known if "all" in tables else [reproduction.get_table(name) for name in tables]
    place = Path(results_folder) / "reproduction"
    expense = reproduction.SCALES[scale]
    groups = [(table, [table]) for table in chosen]
    if processes > 1:
        # All tables as one, so that no process waits for the end of a table.
        title = f"{len(chosen)} table{'s' if len(chosen) > 1 else ''}"
        cells = tuple(cell for table in chosen for cell in table.cells)
        groups = [(reproduction.Table("all", title, cells), chosen)]
    left_out = []
    for group, tables in groups:
        note(f"{group.title}, at the scale {scale}: {expense.title}")
        try:
            reproduction.reproduce(
                group,
                expense,
                seeds=None if seeds is None else range(seeds),
                runs_folder=runs_folder,
                results_folder=place,
                processes=processes,
                tell=note,
            )
        except (FileNotFoundError, NonFiniteLossError) as error:
            if len(chosen) == 1:
                raise
            # A dataset that is not here, or one bad training, must not keep others from being made.
            left_out.append(str(error))
        finally:
            Path(results_folder).mkdir(parents=True, exist_ok=True)
            write_report(place, Path(results_folder) / "README.md")
        for table in tables:
            click.echo(f"\n{table.title}\n")
            click.echo("\n".join(table_lines(table, place)))
    for line in dict.fromkeys(left_out):
        note(f"Left out: {line}")


reproduce(prog_name="python -m reproduction")
