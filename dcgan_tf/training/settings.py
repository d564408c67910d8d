"""All that a training in a folder depends on."""

from dataclasses import asdict, dataclass, fields, replace
from typing import get_args, get_origin, get_type_hints

from dcgan_tf.data.files import user_path
from dcgan_tf.data.sources import SOURCES

# What may be given anew on the way. Whether other data hold the same images, their fingerprint tells.
MAY_CHANGE = {"epochs", "jit_compile", "data", "root"}


@dataclass(frozen=True)
class Settings:
    """The settings of a training, as the user gave them and, once the data are there, as they are complete.

    Attributes:
        data, root, size, channels, recipe, epochs, batch_size, seed, conditional, jit_compile, mixed_precision,
            deterministic: the options of the command `train`; None: not decided yet.
        names: of the classes or attributes, where the training is conditional.
        data_sha256: the fingerprint of the images and labels.
        devices: on how many it runs.
    """

    data: str = "mnist-sample"
    root: str | None = None
    size: int | None = None
    channels: int | None = None
    recipe: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    seed: int = 0
    conditional: bool = False
    jit_compile: bool | None = None
    mixed_precision: bool = False
    deterministic: bool = False
    names: tuple[str, ...] = ()
    data_sha256: str = ""
    devices: int = 1

    def as_dict(self) -> dict:
        """Name → value, as RUN/config.json keeps them."""
        return asdict(self)

    @classmethod
    def of_dict(cls, values: dict):
        """The settings of such a dictionary; what else is in it is passed over.

        Raises:
            ValueError: one is of another type than it should be, or below its smallest value.
        """
        kinds = get_type_hints(cls)
        chosen = {name: value for name, value in values.items() if name in kinds}
        for name, value in chosen.items():
            least = 0 if name == "seed" else 1
            if not _is_of(kinds[name], value) or (type(value) is int and value < least):
                raise ValueError(f"{name} cannot be {str(value)[:60]!r}")
        return cls(**chosen | {"names": tuple(chosen.get("names", ()))})


def _is_of(kind, value):
    """Whether a value has the type of a setting; True is no integer here."""
    if get_origin(kind) is tuple:
        return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    return type(value) in (get_args(kind) or (kind,))


OPTIONS = [field.name for field in fields(Settings) if field.name not in ("names", "data_sha256", "devices")]


def resolve(given: dict, begun: Settings | None = None, run="the run") -> Settings:
    """The settings that a training is to have: those given, else those that it was begun with, else the defaults.

    Args:
        given: option → value; None: not given.
        begun: of the training that is gone on with; None: a new one.
        run: the folder, for the message.
    Raises:
        ValueError: one is given that cannot be changed on the way.
    """
    given = {name: given[name] for name in OPTIONS if given.get(name) is not None}
    paths = {"root"} if given.get("data", "") in SOURCES else {"root", "data"}
    for name in paths & given.keys():
        given[name] = str(user_path(given[name]).resolve())  # found again from any folder
    if begun is None:
        return Settings(**given)
    for name, value in given.items():
        before = getattr(begun, name)
        if name not in MAY_CHANGE and value != before:
            option = "--" + name.replace("_", "-")
            raise ValueError(f"{run} was begun with {option} {before}, not {value}: leave that out")
    return replace(begun, **given)


def decide(settings: Settings, dataset, fingerprint: str, replicas: int, has_gpu: bool) -> Settings:
    """The settings with what is left to the images, the recipe and the devices.

    Args:
        settings: as resolved.
        dataset: the training images.
        fingerprint: of them.
        replicas: on how many devices the training runs.
        has_gpu: whether they are GPUs.
    Raises:
        ValueError: no such recipe, or a batch size that fits neither the images nor the devices.
    """
    from dcgan_tf import recipes

    size, channels = dataset.images.shape[2:]
    name = settings.recipe or recipes.default(size)
    recipe = recipes.get(name, size)
    chosen = {
        "size": size,
        "channels": channels,
        "recipe": name,
        "epochs": recipe.epochs,
        "batch_size": recipe.batch_size,
    }
    # On a CPU, XLA takes longer to compile and does not make the step faster (benchmarks/README.md).
    chosen["jit_compile"] = replicas == 1 and has_gpu
    chosen = {key: value for key, value in chosen.items() if getattr(settings, key) is None}
    names = dataset.names if settings.conditional else ()
    settings = replace(settings, **chosen, names=tuple(names), data_sha256=fingerprint, devices=replicas)
    batch_size = settings.batch_size
    if batch_size > len(dataset.images):
        raise ValueError(
            f"--batch-size must be from 1 to the number of images, {len(dataset.images)}, not {batch_size}"
        )
    if batch_size % replicas:
        raise ValueError(f"--batch-size must be a multiple of the {replicas} devices, not {batch_size}")
    return settings
