"""The names that notebooks of version 0.1 import from here: they are in `dcgan_tf.lessons.activations` now."""


def arms(table, column, xlabel):
    """`plots.arms` of a column of a Markdown table, as version 0.1 had it."""
    from dcgan_tf.plots import tables

    return tables.arms(read_table(table, column), xlabel)


def read_table(table, column):
    """One column of a Markdown table: name in the first column → the numbers in that column."""
    lines = table.strip().splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines)
    if column not in head:
        raise ValueError(f"the table has the columns {', '.join(map(repr, head))}, not {column!r}")
    place = head.index(column)
    return {row[0]: [float(number) for number in row[place].split(",")] for row in rows}


def __getattr__(name):
    from dcgan_tf.lessons import activations

    return getattr(activations, "functions_and_derivatives" if name == "shapes" else name)
