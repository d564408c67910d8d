"""Networks as `.keras` files, which the oldest Keras that is allowed can read too."""

import json
import zipfile
from pathlib import Path

from dcgan_tf.data import files
from dcgan_tf.training.messages import one_line

# What Keras's own layers and initializers have learned since the oldest version allowed, and what means: not used.
_NEWER = {
    "renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99, "input_axes": None, "output_axes": None,
    "sliding_window": None, "use_gate": False,
}  # fmt: skip


def save(network, path: str | Path) -> None:
    """Writes a network whole or not at all, and so that older versions of Keras know all that its file names.

    Raises:
        OSError: it cannot be written; what stood there before still stands there.
    """

    def known(entry):
        used = entry.get("config")
        if str(entry.get("module")).split(".")[0] == "keras" and isinstance(used, dict):
            entry["config"] = {name: value for name, value in used.items() if _NEWER.get(name, used) != value}
        return entry

    with files.beside(path) as new:
        network.save(new)
        with zipfile.ZipFile(new) as archive:
            parts = [(part, archive.read(part)) for part in archive.infolist()]
        with zipfile.ZipFile(new, "w") as archive:
            for part, content in parts:
                if part.filename == "config.json":
                    content = json.dumps(json.loads(content, object_hook=known)).encode()
                archive.writestr(part, content)


def load(path: str | Path):
    """A network from its `.keras` file.

    Raises:
        ValueError: the file is damaged, is of a newer Keras, or has a layer of which Keras does not know the class.
    """
    import keras

    import dcgan_tf.layers  # noqa: F401  the classes that a file may name

    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # what a damaged archive raises depends on where it is damaged
        said = one_line(error)
        if "register" in said or "custom object" in said.lower():
            raise ValueError(
                f"{path} has a layer of a class of its own: decorate the class with "
                "@keras.saving.register_keras_serializable(), import it, and draw with keras.models.load_model"
            ) from error
        version = _version(path)
        if version not in (None, keras.__version__):
            raise ValueError(
                f"{path} was written by Keras {version} and cannot be read by Keras {keras.__version__}: install "
                f"keras=={version} ({said})"
            ) from error
        raise ValueError(f"{path} is damaged ({said})") from error


def _version(path):
    """Of the Keras that wrote a file; None: it does not say, or parts of the file are damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is None:
                return str(json.loads(archive.read("metadata.json"))["keras_version"])
    except Exception:  # as above
        return None
