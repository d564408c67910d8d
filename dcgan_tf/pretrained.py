"""Small trained networks that come with the course, so that one can look inside without training them."""

import hashlib

from dcgan_tf.data import BUNDLED

SHA256 = {
    "mnist_classifier": "be79b65185f5403b0a2695e467888e01c221dffd93fabfe64f3ce0154954191c",
    "face_classifier": "957c466a13b0e71dda87b6c537682569d2f457f268cc3b97ef77713b63898eee",
    "digits_generator": "173010f0732e7f2008933e988935de2b7c0a5f9186d3bd532c7c9b31c5b434c2",
    "digits_discriminator": "39e3a044d088c9f88ea2addcf47a4eb529f6b21dfb607a0e96c0b5d4801dd233",
    "faces_generator": "1bb2f847a306ab93773014c9e92a1de752919e44413d16fdf5a139eb9c2e6906",
    "faces_discriminator": "41fbcbf8a525c4d9b3de00e200c4c4b2751e0b9a02d4eea9d61438618d26a333",
    "conditional_faces_generator": "1fdec384a29d942abbf1cc4d667969bd4388df68eca2f64303b733878b10ac48",
}


def load(name):
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
