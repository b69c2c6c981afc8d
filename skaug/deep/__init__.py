"""Networks that learn to make rows; needs PyTorch, which is imported when one is fitted."""

from skaug.deep._vae_sampler import VAESampler

__all__ = ["VAESampler"]
