"""The command line: python -m dcgan_tf train | sample | evaluate | data."""

import sys


def main(argv=None) -> int:
    """Runs a command; returns its exit code. What the user or the machine did wrong is one line and the code 2."""
    try:
        from dcgan_tf.cli import output

        with output.unbreakable():
            return _run(argv)
    except KeyboardInterrupt:
        return 130


def _run(argv):
    from dcgan_tf.cli import arguments
    from dcgan_tf.data.quiet import check_keras

    args = arguments.parser().parse_args(argv)
    try:
        check_keras()
        return _command(args.command)(args)
    except (ValueError, OSError, ImportError, MemoryError) as error:
        print(f"dcgan_tf {args.command}: {_said(error)}", file=sys.stderr)
        return 2
    except FloatingPointError as error:
        print(f"dcgan_tf {args.command}: {error}", file=sys.stderr)
        return 1


def _said(error):
    from dcgan_tf.data.base import shown
    from dcgan_tf.training.messages import one_line

    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return shown(f"{error.filename}: {error.strerror}")
    return one_line(error, most=1000)


def _command(name):
    if name == "train":
        from dcgan_tf.cli.train import train as command
    elif name == "sample":
        from dcgan_tf.cli.sample import sample as command
    elif name == "evaluate":
        from dcgan_tf.cli.evaluate import evaluate as command
    else:
        from dcgan_tf.cli.prepare import prepare as command
    return command
