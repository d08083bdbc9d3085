"""The momentum of the batch normalization in all networks of the package."""

# With Keras' default of 0.99, the moving statistics average over more than a hundred steps. A small
# data set has fewer steps in an epoch, so the validation would use statistics of the untrained
# network. CSAE's networks were trained with 0.9 (PyTorch's 0.1). ReGene's training runs have so
# many steps that the value makes no difference.
BATCH_NORM_MOMENTUM = 0.9
