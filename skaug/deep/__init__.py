"""Networks that learn to make rows; needs PyTorch, which is imported when one is fitted."""

from skaug.deep._autoencoder_transformer import AutoencoderTransformer
from skaug.deep._deep_smote import DeepSMOTE
from skaug.deep._feature_augmented import FeatureAugmentedClassifier, FeatureAugmentedRegressor
from skaug.deep._flow_matching_sampler import FlowMatchingSampler
from skaug.deep._gan_sampler import GANSampler
from skaug.deep._neural_augmentation_sampler import NeuralAugmentationSampler
from skaug.deep._neural_augmented_classifier import NeuralAugmentedClassifier
from skaug.deep._style_transfer_sampler import StyleTransferSampler
from skaug.deep._vae_sampler import VAESampler

__all__ = [
    "AutoencoderTransformer",
    "DeepSMOTE",
    "FeatureAugmentedClassifier",
    "FeatureAugmentedRegressor",
    "FlowMatchingSampler",
    "GANSampler",
    "NeuralAugmentationSampler",
    "NeuralAugmentedClassifier",
    "StyleTransferSampler",
    "VAESampler",
]
