"""Operations of a few lines, to test what stands around them."""

from skaug.image import BaseImageSampler


class Jitter(BaseImageSampler):
    """Adds a number of each image and one of each pixel, from streams of every kind."""

    def _augment(self, images, rng, value_range):
        low, high = value_range
        of_image = rng.normals(1)[:, :, None, None]
        of_pixel = rng.uniforms(images[0].size, stream=1).reshape(images.shape)
        made = images + (high - low) * (of_image + of_pixel) / 8
        return self.as_pixels(made, images.dtype, value_range)


class Broken(BaseImageSampler):
    """Returns what the contract forbids."""

    def _augment(self, images, rng, value_range):
        return images[:, :1]


class Vandal(BaseImageSampler):
    """Writes into what it is given."""

    def _augment(self, images, rng, value_range):
        images += 1
        return images
