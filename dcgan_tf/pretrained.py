"""Small trained networks that come with the course, so that one can look inside without training them."""

import hashlib
from typing import TYPE_CHECKING

from dcgan_tf.data import BUNDLED

if TYPE_CHECKING:
    import keras

SHA256 = {
    "mnist_classifier": "be79b65185f5403b0a2695e467888e01c221dffd93fabfe64f3ce0154954191c",
    "face_classifier": "957c466a13b0e71dda87b6c537682569d2f457f268cc3b97ef77713b63898eee",
    "haircut_classifier": "e3b3e178b3160e35364b4abf4dec8efd279727b5ab662170aae776b663bbf579",
    "digits_generator": "5f5b1b288dc04283105ecfe72acd64b1fc3a1cf497019ce9f83ee1d7bf546aa3",
    "digits_discriminator": "4a4d134f58c94d429f40a8ed05247c773eebfadb70c82ab9aae7e5ba82a08137",
    "faces_generator": "1bb2f847a306ab93773014c9e92a1de752919e44413d16fdf5a139eb9c2e6906",
    "faces_discriminator": "41fbcbf8a525c4d9b3de00e200c4c4b2751e0b9a02d4eea9d61438618d26a333",
    "conditional_faces_generator": "1fdec384a29d942abbf1cc4d667969bd4388df68eca2f64303b733878b10ac48",
}


def load(name: str) -> "keras.Sequential":
    """A trained network, frozen, as `keras.Sequential`; which script of `data/` made it stands in `data/README.md`.

    Args:
        name: one of `SHA256`.
    Raises:
        ValueError: there is none of that name, or its file is not the one that was released.
    """
    import keras

    if name not in SHA256:
        raise ValueError(f"there is no pretrained network {name!r}, only {', '.join(SHA256)}")
    path = BUNDLED / f"{name}.keras"
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[name]:
        raise ValueError(f"{path} is damaged or was changed: it is not the file that belongs to this version")
    network = keras.models.load_model(path, compile=False)
    network.trainable = False
    return network
