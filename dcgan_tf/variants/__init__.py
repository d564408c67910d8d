"""Other games, one idea a file: each overrides one or two methods of `GAN`, or of `Trainer`."""
