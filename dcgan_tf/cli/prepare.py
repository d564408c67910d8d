"""The command `data`: a data set prepared ahead of a training."""

from dcgan_tf import data


def prepare(args) -> int:
    if args.source == "faces":
        dataset = data.faces(args.count, args.seed)
    else:
        dataset = data.celeba(args.root, args.size, split="all")
    n, height, width, channels = dataset.images.shape
    print(f"{n:,} images of {height}×{width}×{channels}, {len(dataset.names)} attributes, in {dataset.images.filename}")
    return 0
