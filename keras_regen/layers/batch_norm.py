"""What every batch normalization of the papers' networks has in common."""

# Keras' default of 0.99 remembers some hundred steps, longer than an epoch of small data sets, and
# an epoch's validation would still see the statistics of the untrained network. CSAE's
# networks were trained with 0.9 (PyTorch's 0.1); ReGene's on so many images that it is all one.
BATCH_NORM_MOMENTUM = 0.9
